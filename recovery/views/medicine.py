"""The patient's list of medicines, supplements and bone-health items."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from recovery.forms.medicine import MedicineForm
from recovery.models import Medicine, Recovery
from recovery.queries import patient as queries
from recovery.queries.medicines import medicines_page
from recovery.services import medicines as services
from recovery.views.patient import own_record, user_of


@login_required
@require_safe
def medicines(request: HttpRequest) -> HttpResponse:
    """Show what is on the list, and what was taken off it."""
    record = own_record(request)
    today = clock.local_day(clock.now(), record.time_zone)
    page = medicines_page(queries.recoveries_of(user_of(request)), today=today)
    return render(request, "recovery/medicines.html", {"page": page, "today": today, "nav": "today"})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def medicine_new(request: HttpRequest) -> HttpResponse:
    """Put something on the list."""
    record, now = own_record(request), clock.now()
    recoveries = [one for one in queries.recoveries_of(user_of(request)) if not one.is_closed]
    if not recoveries:
        raise Http404
    today = clock.local_day(now, record.time_zone)
    form = MedicineForm(_posted(request), today=today, recoveries=recoveries)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_medicine(
                recovery=_chosen(form, recoveries),
                **form.values(),
                medicine_id=form.save_id(),
                by=user_of(request),
                now=now,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It is on your list."))
            return redirect("recovery:medicines")
    page = medicines_page(recoveries, today=today)
    words = {"form": form, "page": page, "row": None, "zone": record.time_zone}
    return render(request, "recovery/medicine.html", words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def medicine(request: HttpRequest, medicine_id: UUID) -> HttpResponse:
    """Change something on the list."""
    row, now = _own(request, medicine_id), clock.now()
    today = clock.local_day(now, row.recovery.patient.time_zone)
    form = MedicineForm(_posted(request), today=today, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_medicine(medicine=row, **form.values(), by=user_of(request), now=now)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Your list is saved."))
            return redirect("recovery:medicines")
    page = medicines_page([row.recovery], today=today)
    words = {"form": form, "page": page, "row": row, "zone": row.recovery.patient.time_zone}
    return render(request, "recovery/medicine.html", words)


@login_required
@require_POST
def medicine_stop(request: HttpRequest, medicine_id: UUID) -> HttpResponse:
    """Take something off the list."""
    return _act(request, medicine_id, services.stop_medicine, _("It is off your list. You can put it back."))


@login_required
@require_POST
def medicine_resume(request: HttpRequest, medicine_id: UUID) -> HttpResponse:
    """Put something back on the list."""
    return _act(request, medicine_id, services.resume_medicine, _("It is back on your list."))


def _act(request: HttpRequest, medicine_id: UUID, act: Callable[..., object], words: str) -> HttpResponse:
    row = _own(request, medicine_id)
    try:
        act(medicine=row, by=user_of(request), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, words)
    return redirect("recovery:medicines")


def _own(request: HttpRequest, medicine_id: UUID) -> Medicine:
    rows = Medicine.objects.of(request.user).select_related("recovery__patient__clinic").with_hours()
    return get_object_or_404(rows, public_id=medicine_id)


def _chosen(form: MedicineForm, recoveries: list[Recovery]) -> Recovery:
    """Return the recovery that was chosen, or the only one."""
    wanted = form.cleaned_data.get("recovery") or str(recoveries[0].public_id)
    return next(one for one in recoveries if str(one.public_id) == wanted)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None
