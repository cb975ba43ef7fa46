"""What the clinic's pages share: who may come in, whose record it is, and where a person goes next."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import clock
from accounts.models import Patient, User
from accounts.queries import Person, person_of
from accounts.services import audit
from recovery.models import Recovery
from recovery.queries.clinic_record import Record, record

View = Callable[..., HttpResponse]


def clinic_page(view: View) -> View:
    """Let only people in who work at a clinic now; others find no such page."""

    @login_required
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not person_of(request).memberships:
            raise Http404
        return view(request, *args, **kwargs)

    return page


def user_of(request: HttpRequest) -> User:
    """Return who sends the request, behind ``clinic_page``."""
    return person_of(request).user


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent with a POST, be it empty; None for other methods."""
    return request.POST if request.method == "POST" else None


def open_record(request: HttpRequest, patient_id: UUID) -> Record:
    """Return the record in this person's care, and write the reading of it down; a stranger gets 404.

    ``?recovery=`` picks one of several broken bones.
    """
    user, now = user_of(request), clock.now()
    try:
        found = record(user, patient_id, recovery_id=_recovery_id(request), now=now)
    except (Patient.DoesNotExist, Recovery.DoesNotExist) as missing:
        raise Http404 from missing
    if request.method in {"GET", "HEAD"}:
        audit.read_record(patient=found.patient, by=user, now=now)
    return found


def open_recovery(request: HttpRequest, patient_id: UUID) -> Record:
    """Return the record, which must hold a recovery: else 404."""
    found = open_record(request, patient_id)
    if found.bone is None:
        raise Http404
    return found


def may_confirm(request: HttpRequest, found: Record) -> bool:
    """Tell whether this person may confirm plans at the patient's clinic."""
    person: Person = person_of(request)
    return any(
        one.clinic_id == found.patient.clinic_id and one.may_confirm_plans for one in person.memberships
    )


def back_to(name: str, found: Record) -> HttpResponse:
    """Redirect to a page of the record, staying on the same broken bone."""
    return redirect(address(name, found))


def address(name: str, found: Record) -> str:
    """Return the address of a page of the record, for the same broken bone."""
    return reverse(f"recovery:{name}", args=[found.patient.public_id]) + found.query


def page(request: HttpRequest, template: str, found: Record, **words: Any) -> HttpResponse:
    """Draw a page of a record."""
    context = {"record": found, "nav": "patients", "today": found.clinic_today, **words}
    return render(request, f"recovery/clinic/{template}.html", context)


def _recovery_id(request: HttpRequest) -> UUID | None:
    wanted = request.GET.get("recovery", "")
    try:
        return UUID(wanted) if wanted else None
    except ValueError as wrong:
        raise Http404 from wrong
