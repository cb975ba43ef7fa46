"""Turn claimed reminders into one letter, in the reader's language and time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateformat import DateFormat
from django.utils.formats import date_format, time_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from recovery.models import Visit
from reminders import domain
from reminders.domain import facts as known
from reminders.models import Message, Reminder
from reminders.queries import Snapshot
from reminders.services import stop
from reminders.services.channel import Letter
from reminders.services.email import mail_domain

Snapshots = Mapping[int, Snapshot]

FIRST = (
    known.STAFF_ALERT,
    known.VISIT,
    known.PLAN_CHANGED,
    known.X_RAY_OVERDUE,
    known.X_RAY_BOOK,
    known.EXERCISES,
    known.LOG,
)
"""Which reminder gives a message of several its button."""


@dataclass(frozen=True, slots=True)
class Item:
    """One reminder as its kind's templates read it."""

    kind: str
    url: str
    words: Mapping[str, Any]

    def part(self, name: str) -> str:
        """Render one of the kind's templates, e.g. ``subject.txt`` or ``body.html``."""
        text = render_to_string(
            f"reminders/email/{self.kind}/{name}", {**self.words, "url": self.url}
        ).strip()
        # Stripping loses the mark that the template has escaped what it must.
        return SafeString(text) if name.endswith(".html") else str(text)  # nosec B703


def letter(
    message: Message, reminders: list[Reminder], snapshots: Snapshots, *, address: str, now: datetime
) -> Letter:
    """Write the letter for these reminders of one recipient. ``address`` is where it goes."""
    reminders = sorted(reminders, key=lambda row: (FIRST.index(row.kind), row.due_at, row.pk))
    snapshot = snapshots[_recovery_id(reminders[0])]
    is_staff = reminders[0].kind == known.STAFF_ALERT
    language = (
        snapshot.team[str(reminders[0].recipient_id)].language if is_staff else snapshot.patient.language
    )
    zone = snapshot.facts.clinic_zone if is_staff else snapshot.facts.time_zone
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        items = _items(reminders, snapshots, now=now)
        stop_url = "" if is_staff else _stop_url(reminders, snapshot, address)
        words = _words(
            items, snapshot, is_staff=is_staff, stop_url=stop_url, today=now.astimezone(ZoneInfo(zone)).date()
        )
        return Letter(
            address=address,
            sender_name=snapshot.patient.clinic.name,
            subject=words["subject"],
            text=render_to_string("reminders/email/message.txt", words),
            html=render_to_string("reminders/email/message.html", words),
            message_id=message.message_id,
            written_at=now,
            stop_url=stop_url,
            calendar=_calendar(reminders, snapshots, now=now),
        )


def _recovery_id(row: Reminder) -> int:
    if row.recovery_id is None:
        raise ValueError(f"reminder {row.public_id} belongs to no recovery")
    return row.recovery_id


def _items(reminders: list[Reminder], snapshots: Snapshots, *, now: datetime) -> list[Item]:
    """Return what to say, the same thing once: two recoveries may ask for the same log."""
    items: dict[tuple[str, str, str], Item] = {}
    for row in reminders:
        snapshot = snapshots[_recovery_id(row)]
        words = {**_about(row, snapshot, now=now), "is_alone": len(reminders) == 1}
        item = Item(row.kind, _url(row, snapshot), words)
        items.setdefault((item.kind, item.url, row.subject if row.kind == known.VISIT else ""), item)
    return list(items.values())


def _words(
    items: list[Item], snapshot: Snapshot, *, is_staff: bool, stop_url: str, today: date
) -> dict[str, Any]:
    # A visit is what a person must not miss in a mail that says several things: it leads.
    items = sorted(items, key=lambda item: item.kind != known.VISIT)
    first, clinic = items[0], snapshot.patient.clinic
    several = _("Your reminders for %(day)s") % {"day": day_words(today)}
    leads = len(items) == 1 or is_staff or first.kind == known.VISIT
    heading = first.part("subject.txt") if leads else several
    return {
        "subject": heading,
        "heading": heading,
        "preview": "" if len(items) > 1 else first.part("body.txt"),
        "greeting": "" if is_staff else _("Hello %(name)s,") % {"name": snapshot.patient.first_name},
        "items": [{"text": item.part("body.txt"), "html": item.part("body.html")} for item in items],
        "button_url": first.url,
        "button_text": first.part("button.txt"),
        "clinic_name": clinic.name,
        "phone": "" if is_staff else clinic.phone,
        "emergency_number": clinic.emergency_number,
        "why": _why(clinic.name, is_staff=is_staff),
        "change_url": "" if is_staff else site_url(reverse("reminders:settings")),
        "stop_url": stop_url,
    }


def _why(clinic_name: str, *, is_staff: bool) -> str:
    if is_staff:
        return _("You get this because you are on this person's care team.")
    return _("Sent by %(product)s for %(clinic)s, because you are a patient there.") % {
        "product": settings.PRODUCT_NAME,
        "clinic": clinic_name,
    }


def _about(row: Reminder, snapshot: Snapshot, *, now: datetime) -> dict[str, Any]:
    """Return the words' facts. Health details are among them only if the patient turned them on."""
    words: dict[str, Any] = {
        "has_details": not snapshot.hide_details,
        "clinic_name": snapshot.patient.clinic.name,
    }
    if row.kind == known.VISIT:
        words |= _about_visit(_visit(row, snapshot), snapshot, now=now)
    if row.kind == known.EXERCISES:
        words["count"] = sum(task.is_on(row.local_on) for task in snapshot.facts.tasks)
    return words


def _about_visit(visit: known.Visit, snapshot: Snapshot, *, now: datetime) -> dict[str, Any]:
    zone = snapshot.facts.clinic_zone
    days = (visit.on - now.astimezone(ZoneInfo(zone)).date()).days
    near = {0: _("today"), 1: _("tomorrow")}.get(days, _("in %(count)s days") % {"count": days})
    is_elsewhere = snapshot.facts.time_zone != zone
    return {
        "day": day_words(visit.on),
        "weekday": DateFormat(visit.on).format("l"),
        "time": time_words(visit.at),
        "near": near,
        "minutes": visit.minutes,
        "zone": zone.rpartition("/")[2].replace("_", " ") if is_elsewhere else "",
        "visit_kind": Visit.Kind(visit.kind).label,
        "place": visit.place,
    }


def _visit(row: Reminder, snapshot: Snapshot) -> known.Visit:
    """Return the visit a reminder is about; a reminder that is still true has one."""
    return next(one for one in snapshot.facts.visits if one.subject == row.subject)


def _url(row: Reminder, snapshot: Snapshot) -> str:
    if row.kind == known.VISIT:
        return site_url(f"/visits/{_visit(row, snapshot).key}/")
    if row.kind == known.STAFF_ALERT:
        return site_url(f"/patients/{snapshot.patient.public_id}/")
    return site_url({known.LOG: "/log/", known.EXERCISES: "/today/"}.get(row.kind, "/recovery/"))


def site_url(path: str) -> str:
    """Return a path as an address that works from a mail."""
    return f"{settings.SITE_URL}{path}"


def _stop_url(reminders: list[Reminder], snapshot: Snapshot, address: str) -> str:
    kinds = {row.kind for row in reminders}
    token = stop.make_token(patient_id=snapshot.patient.public_id, kinds=kinds, address=address)
    return site_url(reverse("reminders:stop", args=[token]))


def day_words(day: date) -> str:
    """Return a date as people say it, e.g. Friday 27 November, in the active language."""
    return date_format(day, _("l j F"))


def time_words(wall_time: time) -> str:
    """Return a wall time as people say it, e.g. 10:40 am, with a space that does not break."""
    if translation.get_language() in {None, "en"}:
        return time_format(wall_time, "g:i A").lower().replace(" ", "\xa0")
    return time_format(wall_time, "TIME_FORMAT")


def _calendar(reminders: list[Reminder], snapshots: Snapshots, *, now: datetime) -> bytes:
    """Return the visits as an iCalendar file without health words; empty where there is none."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.PRODUCT_NAME}//reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    seen: set[str] = set()
    for row in reminders:
        if row.kind == known.VISIT and row.subject not in seen:
            seen.add(row.subject)
            snapshot = snapshots[_recovery_id(row)]
            calendar.add_component(_event(_visit(row, snapshot), snapshot, now=now))
    return bytes(calendar.to_ical()) if seen else b""


def _event(visit: known.Visit, snapshot: Snapshot, *, now: datetime) -> Event:
    starts_at = domain.instant_of(visit.on, visit.at, snapshot.facts.clinic_zone)
    event = Event()
    event.add("uid", f"visit-{visit.key}@{mail_domain()}")
    event.add("sequence", visit.sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=visit.minutes))
    event.add("summary", _("Visit: %(clinic)s") % {"clinic": snapshot.patient.clinic.name})
    event.add("status", "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("url", site_url(f"/visits/{visit.key}/"))
    return event
