"""Photos of a day: add, look at, delete. Each is handed out by its own page, to whom the record is open."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.services import audit
from recovery.domain.log import day_problem
from recovery.forms.photo import PhotoForm
from recovery.models import Photo, Recovery
from recovery.queries import patient as queries
from recovery.services import photos as services
from recovery.views.patient import chosen, own_record, user_of

PICTURE_POLICY = {"default-src": "'none'", "sandbox": True}
"""A picture runs nothing and loads nothing, whatever it should turn out to be."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def photos(request: HttpRequest, day: date) -> HttpResponse:
    """Show the photos of a day and take another. A day that cannot be is no page."""
    record, now = own_record(request), clock.now()
    today = clock.local_day(now, record.time_zone)
    recovery = chosen(request, queries.recoveries_of(user_of(request)))
    if recovery is None or day_problem(
        day, today=today, days_back=(today - recovery.injured_on).days, not_before=recovery.injured_on
    ):
        raise Http404
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if request.method == "POST" and form.is_valid():
        try:
            services.add_photo(
                recovery_id=recovery.pk,
                day=day,
                upload_id=form.cleaned_data["upload_id"],
                sent=form.cleaned_data["photo"],
                by=user_of(request),
                now=now,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The photo is saved."))
            return redirect(_photos_of(recovery, day))
    page = queries.photos_page(recovery, day=day, today=today)
    words = {"page": page, "form": form, "nav": "log"}
    return render(request, "recovery/photos.html", words, status=422 if form.errors else 200)


@login_required
@require_safe
def photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Hand out a photo; that staff looked at it is noted."""
    rows = Photo.objects.visible_to(request.user).select_related("recovery__patient")
    row = get_object_or_404(rows, public_id=photo_id)
    try:
        picture = row.path.read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    patient = row.recovery.patient
    if patient.user_id != user_of(request).pk:
        audit.read_record(patient=patient, by=user_of(request), now=clock.now())
    headers = {"Content-Disposition": 'inline; filename="photo.jpg"'}
    answer = HttpResponse(picture, content_type="image/jpeg", headers=headers)
    answer._csp_replace = PICTURE_POLICY  # type: ignore[attr-defined]  # as csp.decorators would set it
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def photo_delete(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Ask once more, then delete a photo for good."""
    rows = Photo.objects.of(request.user).select_related("recovery__patient__clinic")
    row = get_object_or_404(rows, public_id=photo_id)
    back = _photos_of(row.recovery, row.day)
    if request.method != "POST":
        words = {
            "photo": row,
            "back": back,
            "today": clock.local_day(clock.now(), row.recovery.patient.time_zone),
        }
        return render(request, "recovery/photo_delete.html", {**words, "nav": "log"})
    services.delete_photo(photo=row, by=user_of(request), now=clock.now())
    messages.success(request, _("The photo is deleted."))
    return redirect(back)


def _photos_of(recovery: Recovery, day: date) -> str:
    return f"{reverse('recovery:photos', args=[day])}?recovery={recovery.public_id}"
