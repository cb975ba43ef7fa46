"""The caseload, and taking in patients and broken bones."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.queries import person_of
from accounts.services import audit, care
from recovery.forms.clinic import (
    CloseForm,
    DatesForm,
    DetailsForm,
    NewFractureForm,
    NewPatientForm,
    RepairForm,
)
from recovery.models import Recovery
from recovery.queries.clinic_caseload import caseload
from recovery.queries.clinic_move import last_move
from recovery.queries.clinic_record import Record
from recovery.services import close as closing
from recovery.services import correct, enrol, start
from recovery.views.clinic import back_to, clinic_page, open_record, open_recovery, page, posted, user_of

NUMBER_LENGTH = 6


@clinic_page
@require_safe
def patients(request: HttpRequest) -> HttpResponse:
    """Show who needs somebody first."""
    number, now = request.GET.get("page", "1"), clock.now()
    is_number = number.isdecimal() and number.isascii() and len(number) <= NUMBER_LENGTH
    load = caseload(
        user_of(request),
        shown=request.GET.get("show", ""),
        words=request.GET.get("q", "").strip()[:120],
        page=int(number) if is_number else 1,
        now=now,
    )
    if read := [one.patient_id for one in (*load.now_cases, *load.today_cases, *load.rest)]:
        audit.read_records(patient_ids=read, by=user_of(request), now=now)
    return render(request, "recovery/clinic/patients.html", {"page": load, "nav": "patients"})


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_patient(request: HttpRequest) -> HttpResponse:
    """Take in a patient with the broken bone and its treatment; then comes the plan."""
    form = NewPatientForm(posted(request), memberships=person_of(request).memberships)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            recovery = enrol.enrol(
                clinic=answers["clinic"].clinic,
                person=enrol.NewPerson(
                    name=answers["name"],
                    born_on=answers["born_on"],
                    clinic_number=answers["clinic_number"],
                    email=answers["email"],
                    language=answers["language"],
                    time_zone=answers["time_zone"],
                ),
                fracture=_fracture(answers),
                recovery_id=answers["recovery_id"],
                invites=answers["invites"],
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("%(name)s is on your list. Now choose the plan.") % {"name": answers["name"]}
            )
            return redirect("recovery:plan", recovery.patient.public_id)
    return render(request, "recovery/clinic/new_patient.html", {"form": form, "nav": "patients"})


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Correct who a patient is and how to reach them."""
    found = open_record(request, patient_id)
    form = DetailsForm(posted(request), patient=found.patient)
    if request.method == "POST" and form.is_valid():
        try:
            care.change_patient(patient=found.patient, **form.details(), by=user_of(request), now=clock.now())
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The details are saved."))
            if found.patient.email and "email" in form.changed_data and not found.patient.user_id:
                messages.warning(request, _("An invitation to the old address no longer works."))
            return back_to("patient", found)
    return page(request, "details", found, form=form)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def fracture(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record a further broken bone of a patient."""
    found = open_record(request, patient_id)
    form = NewFractureForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            recovery = enrol.add_fracture(
                patient=found.patient,
                fracture=_fracture(form.cleaned_data),
                recovery_id=form.cleaned_data["recovery_id"],
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The broken bone is recorded. Now choose the plan."))
            place = reverse("recovery:plan", args=[patient_id])
            return redirect(f"{place}?recovery={recovery.public_id}")
    return page(request, "fracture", found, form=form)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def repair(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record a further treatment of the broken bone; it starts day 0 anew once its plan is confirmed."""
    found = open_recovery(request, patient_id)
    form = RepairForm(posted(request))
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            start.record_repair(
                recovery=found.recovery,
                method=answers["method"],
                operated_on=answers["operated_on"],
                hardware=answers["hardware"],
                graft=answers["graft"],
                note=answers["note"],
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The treatment is recorded. Draft the plan that fits it."))
            return back_to("plan", found)
    return page(request, "repair", found, form=form)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Correct the dates a plan counts from, and show what moved and what stayed."""
    found = open_recovery(request, patient_id)
    form = _dates_form(request, found)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            done = correct.correct_dates(
                recovery=found.recovery,
                injured_on=answers["injured_on"],
                operated_on=answers.get("operated_on"),
                reason=answers["reason"],
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            words = (
                _("The dates are corrected. See below what moved.")
                if done.plan
                else _("The dates are corrected.")
            )
            messages.success(request, words)
            return back_to("dates", found)
    return page(request, "dates", found, form=form, move=last_move(found.recovery))


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Close a recovery with a reason: everything stops at once."""
    found = open_recovery(request, patient_id)
    form = CloseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            closing.close_recovery(
                recovery=found.recovery,
                reason=form.cleaned_data["reason"],
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The recovery is closed. Its reminders have stopped."))
            return back_to("patient", found)
    return page(request, "close", found, form=form)


@require_POST
@clinic_page
def reopen(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Undo a closing."""
    found = open_recovery(request, patient_id)
    try:
        closing.reopen_recovery(recovery=found.recovery, by=user_of(request), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The recovery is open again."))
    return back_to("patient", found)


def _fracture(answers: dict[str, Any]) -> enrol.NewFracture:
    return enrol.NewFracture(
        site=answers["site"],
        side=answers["side"],
        injured_on=answers["injured_on"],
        is_open=answers["is_open"],
        is_low_energy=answers["is_low_energy"],
        icd10cm=answers["icd10cm"],
        method=answers["method"],
        operated_on=answers["operated_on"],
        hardware=answers["hardware"],
        graft=answers["graft"],
        note=answers["note"],
    )


def _dates_form(request: HttpRequest, found: Record) -> DatesForm:
    recovery: Recovery = found.recovery
    current = recovery.current_repair
    operated_on = current.operated_on if current else None
    return DatesForm(
        posted(request),
        has_operation=operated_on is not None,
        initial={"injured_on": recovery.injured_on, "operated_on": operated_on},
    )
