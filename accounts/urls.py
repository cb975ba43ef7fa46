"""Addresses of pages about accounts. Signing in and out is at ``/accounts/``, by django-allauth."""

from django.urls import path, re_path

from accounts.views import clinic, invitation, me, own

app_name = "accounts"
TOKEN = r"(?P<token>[A-Za-z0-9_-]{43})"  # noqa: S105
urlpatterns = [
    re_path(rf"^invitations/{TOKEN}/$", invitation.invitation, name="invitation"),
    re_path(rf"^invitations/{TOKEN}/accept/$", invitation.accept, name="accept"),
    path("me/", me.me, name="me"),
    path("me/time-zone/", me.time_zone, name="time_zone"),
    path("me/display/", me.display, name="display"),
    path("me/data/", own.data, name="data"),
    path("me/data/file/", own.data_file, name="data_file"),
    path("me/access/", own.access, name="access"),
    path("me/devices/", own.devices, name="devices"),
    path("me/devices/others/end/", own.end_others, name="end_others"),
    path("me/devices/<int:device_id>/end/", own.end_device, name="end_device"),
    path("me/keys/", me.make_token, name="make_token"),
    path("me/keys/<uuid:token_id>/revoke/", me.revoke_token, name="revoke_token"),
    path("privacy/", me.privacy, name="privacy"),
    path("privacy/accept/", me.accept_privacy, name="accept_privacy"),
    path("clinic/", clinic.clinic, name="clinic"),
    path("clinic/details/", clinic.set_clinic, name="set_clinic"),
    path("clinic/invite/", clinic.invite_staff, name="invite_staff"),
    path("clinic/invitations/<uuid:invitation_id>/resend/", clinic.resend, name="resend"),
    path("clinic/invitations/<uuid:invitation_id>/withdraw/", clinic.withdraw, name="withdraw"),
    path("clinic/members/<uuid:member_id>/end/", clinic.end_membership, name="end_membership"),
    path("clinic/patients/<uuid:patient_id>/", clinic.carers, name="carers"),
    path("clinic/patients/<uuid:patient_id>/invite/", clinic.invite_patient, name="invite_patient"),
    path("clinic/patients/<uuid:patient_id>/carers/", clinic.take_on, name="take_on"),
    path("clinic/care/<uuid:link_id>/end/", clinic.end_care, name="end_care"),
]
