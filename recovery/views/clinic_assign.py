"""The programme: assign moves of the library, pause, resume and end them."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.models import User
from recovery.forms.clinic_assign import AssignForm
from recovery.models import Assignment
from recovery.queries.clinic_assign import AssignPage, assign_page
from recovery.queries.clinic_record import Record
from recovery.services import exercises as programme
from recovery.views.clinic import back_to, clinic_page, open_recovery, page, user_of


@clinic_page
@require_safe
def exercises(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show what the library offers now, and what runs."""
    found = open_recovery(request, patient_id)
    laid_out = assign_page(found)
    return _draw(request, found, laid_out, AssignForm(offers=laid_out.offers, today=found.today))


@require_POST
@clinic_page
def assign(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Assign the ticked moves; one that runs already gets the new dose."""
    found = open_recovery(request, patient_id)
    laid_out = assign_page(found)
    form = AssignForm(request.POST, offers=laid_out.offers, today=found.today)
    if form.is_valid():
        try:
            rows = programme.assign(
                recovery=found.recovery,
                doses=form.doses(),
                starts_on=form.cleaned_data["starts_on"],
                reason=form.cleaned_data["reason"],
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            words = ngettext(
                "%(count)s exercise is assigned.", "%(count)s exercises are assigned.", len(rows)
            )
            messages.success(request, words % {"count": len(rows)})
            return back_to("exercises", found)
    return _draw(request, found, laid_out, form)


@require_POST
@clinic_page
def exercise_pause(request: HttpRequest, patient_id: UUID, assignment_id: UUID) -> HttpResponse:
    """Take an exercise off the patient's list for now."""
    return _change(request, patient_id, assignment_id, programme.pause, _("The exercise is paused."))


@require_POST
@clinic_page
def exercise_resume(request: HttpRequest, patient_id: UUID, assignment_id: UUID) -> HttpResponse:
    """Put a paused exercise back."""
    return _change(
        request, patient_id, assignment_id, programme.resume, _("The exercise is back on the list.")
    )


@require_POST
@clinic_page
def exercise_end(request: HttpRequest, patient_id: UUID, assignment_id: UUID) -> HttpResponse:
    """End an exercise; today is its last day."""

    def end(*, assignment: Assignment, by: User, now: datetime) -> None:
        today = clock.local_day(now, assignment.recovery.patient.time_zone)
        programme.end(assignment=assignment, on=today, by=by, now=now)

    return _change(
        request, patient_id, assignment_id, end, _("The exercise has ended. Today is its last day.")
    )


def _change(
    request: HttpRequest, patient_id: UUID, assignment_id: UUID, act: Callable[..., None], words: str
) -> HttpResponse:
    found = open_recovery(request, patient_id)
    rows = Assignment.objects.in_care_of(request.user).filter(recovery__patient=found.patient)
    assignment = get_object_or_404(rows.select_related("recovery__patient"), public_id=assignment_id)
    try:
        act(assignment=assignment, by=user_of(request), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, words)
    return back_to("exercises", found)


def _draw(request: HttpRequest, found: Record, laid_out: AssignPage, form: AssignForm) -> HttpResponse:
    return page(request, "exercises", found, page=laid_out, form=form, lines=form.lines())
