"""A patient's page for staff, warning signs, and logging for a patient who cannot."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from recovery.domain.log import DayEntry
from recovery.domain.timeline import completed_weeks
from recovery.forms.clinic import CloseWarningForm
from recovery.forms.clinic_log import StaffLogForm
from recovery.models import Alert
from recovery.queries import visit_sheet
from recovery.queries.clinic_assign import running
from recovery.queries.clinic_patient import patient_page
from recovery.queries.clinic_record import Record
from recovery.services import alerts
from recovery.services.log import LogDiffers, log_day
from recovery.views.clinic import (
    back_to,
    clinic_page,
    may_confirm,
    open_record,
    open_recovery,
    page,
    posted,
    user_of,
)


@clinic_page
@require_safe
def patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show a patient's record."""
    return _draw(request, open_record(request, patient_id))


@clinic_page
@require_safe
def sheet(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show the visit sheet of a record; reading it is written down."""
    found = open_recovery(request, patient_id)
    laid_out = visit_sheet.sheet(found.patient, found.recovery, today=found.today, for_staff=True)
    return page(request, "sheet", found, page=laid_out)


@require_POST
@clinic_page
def alert_acknowledge(request: HttpRequest, patient_id: UUID, alert_id: UUID) -> HttpResponse:
    """Say that a person has seen a warning sign."""
    found = open_record(request, patient_id)
    alerts.acknowledge(alert=_alert(request, found, alert_id), by=user_of(request), now=clock.now())
    messages.success(
        request, _("Your name stands beside the warning sign. It stays open until it is closed.")
    )
    return back_to("patient", found)


@require_POST
@clinic_page
def alert_close(request: HttpRequest, patient_id: UUID, alert_id: UUID) -> HttpResponse:
    """Close a warning sign with what was done about it."""
    found = open_record(request, patient_id)
    alert = _alert(request, found, alert_id)
    form = CloseWarningForm(request.POST, auto_id=f"{alert.public_id}_%s")
    if form.is_valid():
        try:
            alerts.close_alert(
                alert=alert, note=form.cleaned_data["note"], by=user_of(request), now=clock.now()
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The warning sign is closed."))
            return back_to("patient", found)
    return _draw(request, found, refused=form, refused_for=alert.public_id)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def log_for(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write the log of a patient who told it to staff."""
    found, now = open_recovery(request, patient_id), clock.now()
    assert found.bone  # noqa: S101  # nosec: open_recovery saw to it
    form = StaffLogForm(
        posted(request),
        table=found.content.log_fields,
        programme=running(found),
        zone=found.patient.time_zone,
        now=now,
        week=completed_weeks(found.bone.day_zero_on, found.today),
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = log_day(
                recovery_id=found.recovery.pk,
                entry=_entry(form, found),
                save_id=form.key(),
                by=user_of(request),
                now=now,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
            if isinstance(refusal, LogDiffers):
                form.start_again()
                form.add_error(None, _("Press Save once more to keep these answers instead."))
        else:
            if done.alerts or done.needs_help:
                messages.warning(
                    request, _("The log is saved. It shows something that needs you: see above.")
                )
            else:
                messages.success(request, _("The log is saved. Your name stands beside it."))
            return back_to("patient", found)
    return page(request, "log_for", found, form=form)


def _entry(form: StaffLogForm, found: Record) -> DayEntry:
    answers = form.cleaned_data
    return DayEntry(
        day=answers["day"], done_at=answers["done_at"], zone=found.patient.time_zone, answers=form.answers()
    )


def _alert(request: HttpRequest, found: Record, alert_id: UUID) -> Alert:
    rows = Alert.objects.in_care_of(request.user).filter(recovery__patient=found.patient)
    return get_object_or_404(rows, public_id=alert_id)


def _draw(
    request: HttpRequest,
    found: Record,
    *,
    refused: CloseWarningForm | None = None,
    refused_for: UUID | None = None,
) -> HttpResponse:
    laid_out = patient_page(found)
    forms = [
        (
            one,
            refused
            if refused and one.public_id == refused_for
            else CloseWarningForm(auto_id=f"{one.public_id}_%s"),
        )
        for one in laid_out.warnings
    ]
    words = {"page": laid_out, "warnings": forms, "form": refused, "may_confirm": may_confirm(request, found)}
    return page(request, "patient", found, **words)
