"""A patient's list of medicines, supplements and bone-health items, for who cares for them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from recovery.forms.medicine import MedicineForm
from recovery.models import Medicine
from recovery.queries.clinic_record import Record
from recovery.queries.medicines import medicines_page
from recovery.services import medicines as services
from recovery.views.clinic import back_to, clinic_page, open_recovery, page, posted, user_of


@clinic_page
@require_safe
def medicines(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show what is on a patient's list."""
    found = open_recovery(request, patient_id)
    return _draw(request, "medicines", found)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def medicine_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Put something on a patient's list."""
    found, now = open_recovery(request, patient_id), clock.now()
    form = MedicineForm(posted(request), today=found.today)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_medicine(
                recovery=found.recovery,
                **form.values(),
                medicine_id=form.save_id(),
                by=user_of(request),
                now=now,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It is on the patient's list."))
            return back_to("clinic_medicines", found)
    return _draw(request, "medicine", found, form=form, row=None)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def medicine(request: HttpRequest, patient_id: UUID, medicine_id: UUID) -> HttpResponse:
    """Change something on a patient's list."""
    found = open_recovery(request, patient_id)
    row = _in_care(request, found, medicine_id)
    form = MedicineForm(posted(request), today=found.today, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_medicine(medicine=row, **form.values(), by=user_of(request), now=clock.now())
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The patient's list is saved."))
            return back_to("clinic_medicines", found)
    return _draw(request, "medicine", found, form=form, row=row)


@require_POST
@clinic_page
def medicine_stop(request: HttpRequest, patient_id: UUID, medicine_id: UUID) -> HttpResponse:
    """Take something off a patient's list."""
    words = _("It is off the patient's list. You can put it back.")
    return _act(request, patient_id, medicine_id, services.stop_medicine, words)


@require_POST
@clinic_page
def medicine_resume(request: HttpRequest, patient_id: UUID, medicine_id: UUID) -> HttpResponse:
    """Put something back on a patient's list."""
    words = _("It is back on the patient's list.")
    return _act(request, patient_id, medicine_id, services.resume_medicine, words)


def _act(
    request: HttpRequest, patient_id: UUID, medicine_id: UUID, act: Callable[..., object], words: str
) -> HttpResponse:
    found = open_recovery(request, patient_id)
    try:
        act(medicine=_in_care(request, found, medicine_id), by=user_of(request), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, words)
    return back_to("clinic_medicines", found)


def _in_care(request: HttpRequest, found: Record, medicine_id: UUID) -> Medicine:
    rows = Medicine.objects.in_care_of(request.user).filter(recovery__patient=found.patient)
    return get_object_or_404(rows.with_hours(), public_id=medicine_id)


def _draw(request: HttpRequest, template: str, found: Record, **words: object) -> HttpResponse:
    laid_out = medicines_page([found.recovery], today=found.today)
    return page(request, template, found, page=laid_out, **words)
