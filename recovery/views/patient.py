"""A patient's first page and their recovery as a whole."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.models import Patient, User
from accounts.queries import person_of
from recovery.models import Recovery
from recovery.queries import patient as queries
from recovery.services import follow_ups


@login_required
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Show what there is to do and to know today."""
    record, now = own_record(request), clock.now()
    page = queries.today(
        user_of(request), first_name=record.first_name, today=clock.local_day(now, record.time_zone)
    )
    hour = now.astimezone(ZoneInfo(record.time_zone)).hour
    return render(request, "recovery/today.html", {"page": page, "hour": hour, "nav": "today"})


@login_required
@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """Show a recovery from the injury to the plan's end, and remember which results were opened."""
    record, now = own_record(request), clock.now()
    recoveries = queries.recoveries_of(user_of(request))
    recovery = chosen(request, recoveries)
    page = None
    if recovery is not None:
        page = queries.timeline(recoveries, recovery, today=clock.local_day(now, record.time_zone))
        if page.new_result_ids and request.method == "GET":
            follow_ups.see_x_rays(recovery=recovery, x_ray_ids=page.new_result_ids, now=now)
    return render(request, "recovery/timeline.html", {"page": page, "nav": "recovery"})


def user_of(request: HttpRequest) -> User:
    """Return who is signed in."""
    assert isinstance(request.user, User)  # noqa: S101  # nosec: callers stand behind login_required
    return request.user


def own_record(request: HttpRequest) -> Patient:
    """Return the signed-in person's own record, the first of several. Raises Http404 for who has none."""
    patients = person_of(request).patients
    if not patients:
        raise Http404
    return patients[0]


def chosen(request: HttpRequest, recoveries: tuple[Recovery, ...]) -> Recovery | None:
    """Return the recovery that ``?recovery=`` names, else the first. Raises Http404 for an unknown one."""
    wanted = request.GET.get("recovery", "")
    if not wanted:
        return recoveries[0] if recoveries else None
    try:
        recovery_id = UUID(wanted)
    except ValueError:
        raise Http404 from None
    found = [one for one in recoveries if one.public_id == recovery_id]
    if not found:
        raise Http404
    return found[0]
