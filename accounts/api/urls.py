"""Addresses of the API about oneself, below ``/api/v1/``."""

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("me/", views.Me.as_view(), name="api-me"),
    path("tokens/", views.Tokens.as_view(), name="api-tokens"),
    path("tokens/<uuid:token_id>/", views.Token.as_view(), name="api-token"),
]
