"""Visits and x-rays: book, move, cancel, record what came of them."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from recovery.forms.clinic_follow_ups import MoveVisitForm, VisitForm, XRayForm, stamp
from recovery.models import Visit, XRay
from recovery.queries.clinic_follow_ups import planned_films
from recovery.queries.clinic_record import Record
from recovery.services import follow_ups
from recovery.services.change import SavedDiffers
from recovery.views.clinic import back_to, clinic_page, open_recovery, page, posted, user_of


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def visit_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Book a visit."""
    found = open_recovery(request, patient_id)
    films = planned_films(found)
    form = VisitForm(posted(request), films=films, initial=_first_guess(request, films))
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            follow_ups.book_visit(
                recovery=found.recovery,
                kind=answers["kind"],
                on=answers["on"],
                at=answers["at"],
                minutes=answers["minutes"],
                place=answers["place"],
                film_key=answers["film_key"],
                note=answers["note"],
                visit_id=answers["visit_id"],
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The visit is booked."))
            return back_to("patient", found)
    return page(request, "visit_new", found, form=form, films=films)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def visit_move(request: HttpRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """Move a booked visit."""
    found = open_recovery(request, patient_id)
    visit = _visit(request, found, visit_id)
    form = MoveVisitForm(posted(request), initial={"on": visit.on, "at": visit.at, "place": visit.place})
    if request.method == "POST" and form.is_valid():
        try:
            follow_ups.move_visit(visit=visit, **form.cleaned_data, by=user_of(request), now=clock.now())
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The visit has moved."))
            return back_to("patient", found)
    return page(request, "visit_move", found, form=form, visit=visit)


@require_POST
@clinic_page
def visit_cancel(request: HttpRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """Cancel a booked visit."""
    found = open_recovery(request, patient_id)
    try:
        follow_ups.cancel_visit(visit=_visit(request, found, visit_id), by=user_of(request), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The visit is cancelled. Reminders that have not gone out are stopped."))
    return back_to("patient", found)


@require_POST
@clinic_page
def visit_finish(request: HttpRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """Record whether the patient came."""
    found = open_recovery(request, patient_id)
    visit, came = _visit(request, found, visit_id), request.POST.get("came")
    if came not in {"yes", "no"}:
        messages.error(request, _("Choose whether the patient came."))
        return back_to("patient", found)
    try:
        follow_ups.finish_visit(visit=visit, came=came == "yes", by=user_of(request), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Saved."))
    return back_to("patient", found)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def x_ray_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record what an x-ray showed."""
    found = open_recovery(request, patient_id)
    form = XRayForm(
        posted(request),
        table=found.content.xray_fields,
        site=found.recovery.site,
        films=planned_films(found),
        initial={"film_key": request.GET.get("film", ""), "film_date": found.clinic_today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            row = follow_ups.record_x_ray(
                recovery=found.recovery,
                values=form.values(),
                film_key=form.cleaned_data["film_key"],
                patient_phoned=form.cleaned_data["patient_phoned"],
                x_ray_id=form.save_id(),
                by=user_of(request),
                now=clock.now(),
            )
        except SavedDiffers as refusal:
            return _correct_instead(request, found, form, refusal)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            _say_saved(request, row)
            return back_to("patient", found)
    return page(request, "x_ray", found, form=form, x_ray=None)


def _correct_instead(
    request: HttpRequest, found: Record, sent: XRayForm, refusal: ValidationError
) -> HttpResponse:
    """Offer what was sent as a correction of the result that its id was saved with."""
    row = XRay.objects.in_care_of(request.user).get(recovery=found.recovery, public_id=sent.save_id())
    data = request.POST.copy()
    data["seen"] = stamp(row)
    form = XRayForm(data, table=found.content.xray_fields, site=found.recovery.site, films=(), record=row)
    form.refuse(refusal)
    return page(request, "x_ray", found, form=form, x_ray=row)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def x_ray_correct(request: HttpRequest, patient_id: UUID, x_ray_id: UUID) -> HttpResponse:
    """Correct an x-ray's record; the patient sees it as new."""
    found = open_recovery(request, patient_id)
    rows = XRay.objects.in_care_of(request.user).filter(recovery=found.recovery)
    row = get_object_or_404(rows, public_id=x_ray_id)
    table, site = found.content.xray_fields, found.recovery.site
    form = XRayForm(posted(request), table=table, site=site, films=(), record=row)
    if request.method == "POST" and form.is_valid():
        try:
            row = follow_ups.correct_x_ray(
                record=row,
                values=form.values(),
                patient_phoned=form.cleaned_data["patient_phoned"],
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            _say_saved(request, row)
            return back_to("patient", found)
    return page(request, "x_ray", found, form=form, x_ray=row)


def _visit(request: HttpRequest, found: Record, visit_id: UUID) -> Visit:
    rows = Visit.objects.in_care_of(request.user).filter(recovery__patient=found.patient)
    return get_object_or_404(rows, public_id=visit_id)


def _first_guess(request: HttpRequest, films: tuple) -> dict[str, object]:
    """Propose the film that the link named, on the day it is due."""
    film = next((one for one in films if one.key == request.GET.get("film")), None)
    return {"kind": Visit.Kind.X_RAY, "film_key": film.key, "on": film.due_on} if film else {}


def _say_saved(request: HttpRequest, row: XRay) -> None:
    if row.position_vs_last.startswith("moved") and not row.patient_phoned:
        messages.warning(
            request, _("Saved. The patient does not see it before you say that they were phoned.")
        )
    else:
        messages.success(request, _("The result is saved. The patient sees it as new."))
