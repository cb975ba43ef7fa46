"""What one reminder says: facts for its kind's templates, and the address its button opens."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.dateformat import DateFormat
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from recovery import protocols
from recovery.models import Visit
from reminders.domain import facts as known
from reminders.domain.laying import allowed
from reminders.models import Reminder
from reminders.queries import Snapshot
from reminders.queries.desk import Desk, Reader

PAGES = {known.LOG: "/log/", known.EXERCISES: "/today/", known.GATE_WAITING: "/today/"}
PAGES |= {
    known.TEST: "/reminders/",
    known.MEDICINE: "/reminders/list/",
    known.BONE_HEALTH: "/reminders/list/",
}


def about(row: Reminder, table: Desk, reader: Reader, *, now: datetime) -> dict[str, Any]:
    """Return the words' facts. Health details are among them only if the patient turned them on."""
    words: dict[str, Any] = {"has_details": table.has_details(row), "clinic_name": reader.clinic.name}
    snapshot = table.snapshots.get(row.recovery_id or 0)
    if snapshot and row.kind == known.VISIT:
        words |= _about_visit(visit_of(row, snapshot), snapshot, now=now)
    if snapshot and row.kind == known.VISIT_CHANGED:
        words |= _about_change(row, snapshot, now=now)
    if snapshot and row.kind in {known.MEDICINE, known.BONE_HEALTH}:
        words |= _about_dose(row, snapshot, now=now)
    if row.kind == known.STAFF_DIGEST:
        digest = table.digests[row.recipient_id, row.subject]
        words |= {"count": digest.count, "reasons": digest.reasons}
    if row.kind == known.EXERCISES:
        wishes = table.wishes_of(row)
        words["is_again"] = any(at and allowed(at, wishes) < row.wall_time for at in wishes.exercise_hours)
        if snapshot:
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


def _about_change(row: Reminder, snapshot: Snapshot, *, now: datetime) -> dict[str, Any]:
    """Return what a moved or cancelled visit was and is."""
    visit, key = changed_visit(row, snapshot), row.subject.partition("#")[0]
    told = next(one for one in snapshot.facts.told if one.key == key)
    is_cancelled = key in snapshot.facts.cancelled
    told_day = day_words(told.on or visit.on)
    return {**_about_visit(visit, snapshot, now=now), "is_cancelled": is_cancelled, "told_day": told_day}


def changed_visit(row: Reminder, snapshot: Snapshot) -> known.Visit:
    """Return the visit, moved or cancelled, that a reminder of its change is about."""
    key = row.subject.partition("#")[0]
    moved = next((one for one in snapshot.facts.visits if one.key == key), None)
    return moved or snapshot.facts.cancelled[key]


def _about_dose(row: Reminder, snapshot: Snapshot, *, now: datetime) -> dict[str, Any]:
    """Return what it is for, and for when: the hour on the list, wherever quiet hours moved the mail.

    Whoever takes it off the list this very moment makes the recovery behind: the letter is not handed over.
    """
    dose = next((one for one in snapshot.facts.doses if one.key == row.subject), None)
    hours = {hour.slot: hour.at for hour in dose.hours} if dose else {}
    at = hours.get(row.slot, row.wall_time)
    is_today = row.local_on == now.astimezone(ZoneInfo(row.time_zone)).date()
    when = time_words(at) if is_today else f"{day_words(row.local_on)}, {time_words(at)}"
    notices = protocols.load(snapshot.patient.clinic.content_version).notices
    return {"label": dose.label if dose else "", "when": when, "notice": _(notices["n-medicine"].text)}


def visit_of(row: Reminder, snapshot: Snapshot) -> known.Visit:
    """Return the visit a reminder is about; a reminder that is still true has one."""
    return next(one for one in snapshot.facts.visits if one.subject == row.subject)


def url_of(row: Reminder, table: Desk) -> str:
    """Return the address that a reminder's button opens."""
    if row.kind == known.VISIT:
        return site_url(f"/visits/{row.subject.partition('@')[0]}/")
    if row.kind == known.VISIT_CHANGED and not row.subject.endswith("@-"):
        return site_url(f"/visits/{row.subject.partition('#')[0]}/")
    if row.kind == known.STAFF_DIGEST:
        return site_url("/patients/")
    if row.kind == known.STAFF_ALERT:
        return site_url(f"/patients/{table.snapshots[row.recovery_id or 0].patient.public_id}/")
    return site_url(PAGES.get(row.kind, "/recovery/"))


def site_url(path: str) -> str:
    """Return a path as an address that works from a mail."""
    return f"{settings.SITE_URL}{path}"


def day_words(day: date) -> str:
    """Return a date as people say it, e.g. Friday 27 November, in the active language."""
    return date_format(day, _("l j F"))


def time_words(wall_time: time) -> str:
    """Return a wall time as people say it, e.g. 10:40 am, with a space that does not break."""
    return time_format(wall_time, _("g:i A")).lower().replace(" ", "\xa0")
