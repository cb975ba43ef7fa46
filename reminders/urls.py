"""Addresses of pages about reminders."""

from django.urls import path

from reminders import views

app_name = "reminders"
urlpatterns = [
    path("reminders/", views.settings, name="settings"),
    path("reminders/stop/<str:token>/", views.stop, name="stop"),
    path("patients/<uuid:patient_id>/reminders/", views.receipts, name="receipts"),
]
