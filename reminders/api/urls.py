"""Addresses of the API about reminders, below ``/api/v1/``."""

from django.urls import path

from reminders.api import preferences, reminders

urlpatterns = [
    path("reminders/", reminders.Reminders.as_view(), name="api-reminders"),
    path("reminders/<uuid:reminder_id>/", reminders.ReminderDetail.as_view(), name="api-reminder"),
    path("preferences/", preferences.Preferences.as_view(), name="api-preferences"),
    path("preferences/test/", preferences.TestReminder.as_view(), name="api-preferences-test"),
]
