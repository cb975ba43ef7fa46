"""One visit: when, where, a calendar entry, and a way to say "I cannot come"."""

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from icalendar import Calendar, Event

from accounts import clock
from recovery.models import Visit
from recovery.queries import patient as queries
from recovery.services.follow_ups import say_cannot_come
from recovery.views.patient import user_of


@login_required
@require_safe
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Show one visit."""
    return render(request, "recovery/visit.html", {"page": _page(request, visit_id), "nav": "recovery"})


@login_required
@require_POST
def cannot_come(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Tell the clinic's list that the patient cannot come."""
    page = _page(request, visit_id)
    try:
        say_cannot_come(visit=page.visit, by=user_of(request), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Saved. Please call the clinic as well to find a new time."))
    return redirect("recovery:visit", visit_id)


@login_required
@require_safe
def visit_ics(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Hand out the visit as a calendar entry, without a word about health."""
    page = _page(request, visit_id)
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.PRODUCT_NAME}//visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(page, now=clock.now()))
    answer = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return answer


def _page(request: HttpRequest, visit_id: UUID) -> queries.VisitPage:
    try:
        return queries.visit(user_of(request), visit_id, now=clock.now())
    except Visit.DoesNotExist:
        raise Http404 from None


def _event(page: queries.VisitPage, *, now: datetime) -> Event:
    """Return the entry under the same id as the one that mails carry, so that calendars hold it once."""
    row, clinic = page.visit, page.visit.recovery.patient.clinic
    starts_at = datetime.combine(page.on, page.at, ZoneInfo(clinic.time_zone)).astimezone(UTC)
    event = Event()
    event.add("uid", f"visit-{row.public_id}@{_domain()}")
    event.add("sequence", row.sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=page.minutes))
    event.add("summary", _("Visit: %(clinic)s") % {"clinic": clinic.name})
    event.add("status", "CANCELLED" if page.state == Visit.State.CANCELLED else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("url", f"{settings.SITE_URL}{reverse('recovery:visit', args=[row.public_id])}")
    return event


def _domain() -> str:
    domain = parseaddr(settings.EMAIL_FROM)[1].rpartition("@")[2]
    return domain if "." in domain else f"{domain or 'localhost'}.localdomain"
