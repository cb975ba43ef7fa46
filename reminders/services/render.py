"""Turn claimed reminders into one letter, in the reader's language and time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reminders.domain import facts as known
from reminders.models import Reminder
from reminders.queries import Snapshot
from reminders.queries.desk import Desk, Reader
from reminders.services import stop
from reminders.services.calendar import calendars
from reminders.services.channel import Letter
from reminders.services.mark import Job
from reminders.services.words import about, day_words, site_url, url_of, visit_of

Snapshots = Mapping[int, Snapshot]

FIRST = (
    known.STAFF_ALERT,
    known.STAFF_DIGEST,
    known.VISIT_CHANGED,
    known.VISIT,
    known.MEDICINE,
    known.PLAN_CHANGED,
    known.WOUND_CHECK,
    known.X_RAY_OVERDUE,
    known.X_RAY_BOOK,
    known.GATE_WAITING,
    known.BONE_HEALTH,
    known.EXERCISES,
    known.LOG,
    known.TEST,
)
"""Which reminder gives a message of several its button."""
OF_VISITS = frozenset({known.VISIT, known.VISIT_CHANGED})
OF_THE_LIST = frozenset({known.MEDICINE, known.BONE_HEALTH})
"""Kinds of which, as of visits, a message may say several, each about something else."""


@dataclass(frozen=True, slots=True)
class Item:
    """One reminder as its kind's templates read it."""

    kind: str
    url: str
    words: Mapping[str, Any]

    @property
    def has_notice(self) -> bool:
        """Say whether it comes with a fixed notice. That speaks of health, so only beside details."""
        return bool(self.words["has_details"] and self.words.get("notice"))

    def part(self, name: str) -> str:
        """Render one of the kind's templates, e.g. ``subject.txt`` or ``body.html``."""
        return self._render(name, self.words)

    def preview(self) -> str:
        """Return what mail programs show beside the subject: never a health detail."""
        return self._render("body.txt", {**self.words, "has_details": False})

    def _render(self, name: str, words: Mapping[str, Any]) -> str:
        text = render_to_string(f"reminders/email/{self.kind}/{name}", {**words, "url": self.url}).strip()
        # Stripping loses the mark that the template has escaped what it must.
        return SafeString(text) if name.endswith(".html") else str(text)  # nosec B703


def letter(job: Job, *, now: datetime) -> Letter:
    """Write a job's letter in its reader's language and time zone. Raises ValueError without a reader."""
    reader, table = job.reader, job.desk
    if reader is None or table is None:
        raise ValueError(f"message {job.message.public_id} has no reader")
    rows = sorted(job.reminders, key=lambda row: (FIRST.index(row.kind), row.due_at, row.pk))
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        items = _items(rows, table, reader, now=now)
        stop_url = _stop_url(rows, reader)
        today = now.astimezone(ZoneInfo(reader.time_zone)).date()
        words = _words(items, reader, stop_url=stop_url, today=today)
        return Letter(
            address=reader.address,
            sender_name=reader.clinic.name,
            subject=words["subject"],
            text=render_to_string("reminders/email/message.txt", words),
            html=render_to_string("reminders/email/message.html", words),
            message_id=job.message.message_id,
            written_at=now,
            stop_url=stop_url,
            calendars=calendars(rows, table.snapshots, now=now),
            told=told_of(rows, table.snapshots),
        )


def told_of(rows: list[Reminder], snapshots: Snapshots) -> dict[int, int]:
    """Return which version of its visit each reminder tells of."""
    told = {}
    for row in rows:
        if row.kind == known.VISIT:
            told[row.pk] = visit_of(row, snapshots[_recovery_id(row)]).sequence
        elif row.kind == known.VISIT_CHANGED:
            told[row.pk] = int(row.subject.partition("#")[2].partition("@")[0])
    return told


def _recovery_id(row: Reminder) -> int:
    if row.recovery_id is None:
        raise ValueError(f"reminder {row.public_id} belongs to no recovery")
    return row.recovery_id


def _items(rows: list[Reminder], table: Desk, reader: Reader, *, now: datetime) -> list[Item]:
    """Return what to say, the same thing once: two recoveries may ask for the same log."""
    items: dict[tuple[str, str, str], Item] = {}
    for row in rows:
        words = {**about(row, table, reader, now=now), "is_alone": len(rows) == 1}
        item = Item(row.kind, url_of(row, table), words)
        items.setdefault((item.kind, item.url, _about_what(row)), item)
    return list(items.values())


def _about_what(row: Reminder) -> str:
    if row.kind in OF_THE_LIST:
        return f"{row.subject} {row.slot}"
    return row.subject if row.kind in OF_VISITS else ""


def _words(items: list[Item], reader: Reader, *, stop_url: str, today: date) -> dict[str, Any]:
    # A visit is what a person must not miss in a mail that says several things: it leads.
    items = sorted(items, key=lambda item: item.kind not in OF_VISITS)
    first, clinic, is_staff = items[0], reader.clinic, reader.patient is None
    several = _("Your reminders for %(day)s") % {"day": day_words(today)}
    leads = len(items) == 1 or is_staff or first.kind in OF_VISITS
    heading = first.part("subject.txt") if leads else several
    # Two things for the same hour sound alike without details: that is said once.
    bodies = {item.part("body.txt"): item.part("body.html") for item in items}
    return {
        "subject": heading,
        "heading": heading,
        "preview": "" if len(items) > 1 else first.preview(),
        "greeting": "" if is_staff else _("Hello %(name)s,") % {"name": reader.greeting},
        "items": [{"text": text, "html": html} for text, html in bodies.items()],
        "button_url": first.url,
        "button_text": first.part("button.txt"),
        "notice": next((item.words["notice"] for item in items if item.has_notice), ""),
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


def _stop_url(rows: list[Reminder], reader: Reader) -> str:
    """Return the link that stops these kinds; staff have none."""
    if reader.patient is None:
        return ""
    kinds = {row.kind for row in rows}
    token = stop.make_token(patient_id=reader.patient.public_id, kinds=kinds, address=reader.address)
    return site_url(reverse("reminders:stop", args=[token]))
