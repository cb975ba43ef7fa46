"""Addresses of pages about reminders, and of reports about mails."""

from django.urls import path

from reminders import views

app_name = "reminders"
urlpatterns = [
    path("reminders/", views.settings, name="settings"),
    path("reminders/test/", views.ask_for_test, name="test"),
    path("reminders/morning/", views.morning, name="morning"),
    path("reminders/morning/try-again/", views.try_own_again, name="try_own_again"),
    path("reminders/list/", views.own_list, name="list"),
    path("reminders/stop/<str:token>/", views.stop, name="stop"),
    path("mail/reports/<slug:provider>/", views.mail_report, name="mail_report"),
    path("patients/unreached/", views.unreached, name="unreached"),
    path("patients/<uuid:patient_id>/reminders/", views.receipts, name="receipts"),
    path("patients/<uuid:patient_id>/reminders/try-again/", views.try_again, name="try_again"),
]
