"""The visits of a letter as iCalendar parts: stable UID, growing SEQUENCE, no health words."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from reminders import domain
from reminders.domain import facts as known
from reminders.models import Reminder
from reminders.queries import Snapshot
from reminders.services.email import mail_domain
from reminders.services.mime import one_line
from reminders.services.words import changed_visit, site_url, visit_of

Snapshots = Mapping[int, Snapshot]


def calendars(rows: list[Reminder], snapshots: Snapshots, *, now: datetime) -> tuple[tuple[str, bytes], ...]:
    """Return one file per method: PUBLISH for visits as they are now, CANCEL for those that are cancelled."""
    by_method: dict[str, dict[str, Event]] = {}
    for row in rows:
        if row.kind not in {known.VISIT, known.VISIT_CHANGED}:
            continue
        snapshot = snapshots[row.recovery_id or 0]
        visit = visit_of(row, snapshot) if row.kind == known.VISIT else changed_visit(row, snapshot)
        method = "CANCEL" if visit.key in snapshot.facts.cancelled else "PUBLISH"
        by_method.setdefault(method, {})[visit.key] = _event(visit, snapshot, method, now=now)
    return tuple((method, _file(method, events.values())) for method, events in by_method.items())


def _file(method: str, events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.PRODUCT_NAME}//reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(visit: known.Visit, snapshot: Snapshot, method: str, *, now: datetime) -> Event:
    starts_at = domain.instant_of(visit.on, visit.at, snapshot.facts.clinic_zone)
    event = Event()
    event.add("uid", f"visit-{visit.key}@{mail_domain()}")
    event.add("sequence", visit.sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=visit.minutes))
    event.add("summary", one_line(_("Visit: %(clinic)s") % {"clinic": snapshot.patient.clinic.name}))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("url", site_url(f"/visits/{visit.key}/"))
    return event
