"""Pages that a phone keeps for the time without a network, and what it may know of today's programme."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.models import User
from accounts.queries import phone_key
from recovery.forms.offline import OfflineDayForm
from recovery.queries import patient_offline as queries
from recovery.queries.patient_offline import Programme
from recovery.views.patient import own_record


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Say that the network is away, and offer a short log. It is the same page for everybody."""
    return render(request, "recovery/offline.html", {"form": OfflineDayForm()})


@require_safe
def offline_help(request: HttpRequest) -> HttpResponse:
    """List every warning sign with its fixed text, so that nothing has to be asked of the server."""
    return render(request, "recovery/offline_help.html", {"page": queries.kept_help()})


@require_safe
def programme(request: HttpRequest) -> JsonResponse:
    """Give a patient's phone today's programme, without names, and a fresh token to send with.

    401 tells the phone that nobody is signed in: it keeps what waits, and asks to sign in.
    """
    if not isinstance(request.user, User):
        return JsonResponse({"detail": _("Please sign in first.")}, status=401)
    record = own_record(request)
    today = clock.local_day(clock.now(), record.time_zone)
    found = queries.programme(request.user, record, today=today)
    return JsonResponse(
        {"who": phone_key(request.user), "token": get_token(request), **_as_json(found)},
        headers={"Cache-Control": "no-store, private"},
    )


def _as_json(found: Programme) -> dict[str, object]:
    return {
        "day": found.day,
        "zone": found.zone,
        "pain_high": found.pain_high,
        "clinic": found.phones.clinic,
        "hours": found.phones.hours,
        "out_of_hours": found.phones.out_of_hours,
        "emergency": found.phones.emergency,
        "recoveries": [{"id": one.id, "name": one.name} for one in found.bones],
        "exercises": [
            {
                "id": one.id,
                "recovery": one.recovery,
                "name": one.name,
                "planned": one.planned,
                "done": one.done,
            }
            for one in found.exercises
        ],
    }
