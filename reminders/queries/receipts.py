"""What people can read about reminders: what went out, what did not and why, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import Patient
from reminders import domain
from reminders.domain.bounces import COMPLAINED
from reminders.models import CAME_BACK, Kind, Message, Preference, Reminder, Suppression
from reminders.queries.facts import facts
from reminders.queries.reach import why_refused
from reminders.queries.work import unreachable

NEVER_NEWS = ("not_planned", "visit_changed", "recovery_closed", "no_plan")
"""Reasons that a patient already knows from elsewhere: plans that changed make no receipt."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one reminder. ``at`` is in the patient's zone."""

    id: UUID
    kind: str
    state: str
    words: str
    at: datetime

    @property
    def is_sent(self) -> bool:
        """Say whether it went out."""
        return self.state == Reminder.State.SENT


@dataclass(frozen=True, slots=True)
class NextReminder:
    """One reminder to come. ``at`` is in the patient's zone."""

    id: UUID
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The patient's page about reminders."""

    patient: Patient
    address: str
    suppression: Suppression | None
    why: str
    """Why no mail reaches the address, in words; empty while it is written to."""
    preference: Preference
    coming: tuple[NextReminder, ...]
    receipts: tuple[Receipt, ...]

    @property
    def is_complaint(self) -> bool:
        """Say whether the address is refused because mail to it was marked as unwanted."""
        return self.suppression is not None and self.suppression.reason == COMPLAINED

    @property
    def switched_off(self) -> list[str]:
        """Return in words what the patient does not want to hear of."""
        return kinds_in_words(frozenset(self.preference.kinds_off))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a reminder was, was not or will be sent: lines for an operator, without names or addresses."""

    lines: tuple[str, ...]


def paused_until(patients: Sequence[Patient], *, now: datetime) -> date | None:
    """Return the first day with reminders again, while they are paused (1 query)."""
    if not patients:
        return None
    today = local_day(now, patients[0].time_zone)
    rows = Preference.objects.filter(patient_id__in=[one.pk for one in patients], paused_until_on__gt=today)
    return max(filter(None, rows.values_list("paused_until_on", flat=True)), default=None)


def settings_page(patient: Patient, *, now: datetime) -> SettingsPage:
    """Return what the page about reminders shows, in 4 queries (``patient`` comes with user and clinic)."""
    preference = Preference.objects.filter(patient=patient).first() or Preference(patient=patient)
    suppression = unreachable(patient)
    return SettingsPage(
        patient=patient,
        address=patient.user.email if patient.user else patient.email,
        suppression=suppression,
        why=why_refused(suppression),
        preference=preference,
        coming=next_reminders(patient),
        receipts=receipts(patient, now=now),
    )


def next_reminders(patient: Patient, n: int = 5) -> tuple[NextReminder, ...]:
    """Return the next ``n`` reminders laid out for this patient, the earliest first."""
    zone = ZoneInfo(patient.time_zone)
    rows = Reminder.objects.filter(patient=patient, state=Reminder.State.SCHEDULED).order_by("due_at", "pk")[
        :n
    ]
    return tuple(
        NextReminder(row.public_id, row.get_kind_display(), row.due_at.astimezone(zone)) for row in rows
    )


def receipts(patient: Patient, *, now: datetime, n: int = 20) -> tuple[Receipt, ...]:
    """Return what became of this patient's last ``n`` reminders, the newest first."""
    zone = ZoneInfo(patient.time_zone)
    decided = Q(
        state__in=(
            Reminder.State.SENT,
            Reminder.State.SKIPPED,
            Reminder.State.EXPIRED,
            Reminder.State.FAILED,
            Reminder.State.SUPPRESSED,
        )
    )
    not_needed = Q(state=Reminder.State.CANCELLED) & ~Q(reason__in=NEVER_NEWS)
    rows = Reminder.objects.filter(decided | not_needed, patient=patient, planned_at__lte=now)
    rows = rows.select_related("message").order_by("-planned_at", "-pk")[:n]
    return tuple(_receipt(row, zone) for row in rows)


def _receipt(row: Reminder, zone: ZoneInfo) -> Receipt:
    sent_at = row.message.sent_at if row.message else None
    at = sent_at if row.state == Reminder.State.SENT and sent_at else row.planned_at
    words = words_of(row.state, row.reason)
    return Receipt(row.public_id, row.get_kind_display(), row.state, words, at.astimezone(zone))


def words_of(state: str, reason: str) -> str:
    """Return in words what became of a reminder."""
    if state == Reminder.State.SENT:
        return _("Could not reach: the mail came back") if reason == CAME_BACK else _("Sent")
    if state == Reminder.State.EXPIRED:
        return _("Not sent: it was too late")
    if state in {Reminder.State.FAILED, Reminder.State.SUPPRESSED}:
        return _("Could not reach")
    return {
        "already_done": _("Not sent: already done"),
        "already_seen": _("Not sent: already seen"),
        "paused": _("Not sent: you paused reminders"),
        "kind_off": _("Not sent: you switched these off"),
        "not_logging": _("Not sent: we ask less often now"),
        "visit_changed": _("Not sent: the visit changed"),
        "recovery_closed": _("Not sent: your plan has ended"),
        "off_the_list": _("Not sent: it is off your list"),
        "no_address": _("Not sent: we have no e-mail address"),
    }.get(reason, _("Not sent: no longer needed"))


def explanation(public_id: UUID, *, now: datetime) -> Explanation:
    """Explain one reminder. Raises Reminder.DoesNotExist."""
    row = Reminder.objects.select_related("message").get(public_id=public_id)
    local = row.planned_at.astimezone(ZoneInfo(row.time_zone))
    lines = [
        f"{row.kind} for {row.recipient_id}, about {row.subject or 'the day'} ({row.slot})",
        f"planned for {row.local_on} {row.wall_time:%H:%M} in {row.time_zone}: {_utc(row.planned_at)}",
        f"due {_utc(row.due_at)}, too late from {_utc(row.expires_at)}",
        f"state: {row.state}{f', because {row.reason}' if row.reason else ''}, since {_utc(row.changed_at)}",
    ]
    if local.time() != row.wall_time:
        lines.append(f"clocks jump over {row.wall_time:%H:%M} that day: it goes out at {local:%H:%M}")
    if row.due_at != row.planned_at:
        lines.append("held until the quiet hours end")
    if row.message:
        lines += _about_message(row.message)
    return Explanation((*lines, _verdict(row, now)))


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _about_message(message: Message) -> list[str]:
    lines = [
        f"message {message.public_id}: {message.state}, {message.attempts} attempt(s), {message.message_id}"
    ]
    if message.sent_at:
        lines.append(f"accepted by the mail server at {_utc(message.sent_at)}")
    if message.next_try_at and not message.sent_at:
        lines.append(f"next attempt at {_utc(message.next_try_at)}")
    if message.error_code:
        lines.append(f"last problem: {message.error_code}")
    return lines


def _verdict(row: Reminder, now: datetime) -> str:
    if row.state not in {Reminder.State.SCHEDULED, Reminder.State.CLAIMED} or row.recovery_id is None:
        return "it is settled: nothing more happens to it"
    snapshot = facts([row.recovery_id], now=now)[row.recovery_id]
    wanted = domain.wanted(snapshot.facts, snapshot.wishes, from_on=row.local_on, until_on=row.local_on)
    key = (row.kind, row.subject, row.slot)
    kept = (one for one in wanted if one.is_made_anew or one.at == row.planned_at)
    if any((one.kind, one.subject, one.slot) == key for one in kept):
        is_late = row.expires_at <= now
        return (
            "it is too late: it will not be sent" if is_late else "it is still true: it will be sent when due"
        )
    reason = domain.why_not(
        kind=row.kind,
        subject=row.subject,
        local_on=row.local_on,
        facts=snapshot.facts,
        wishes=snapshot.wishes,
    )
    return f"it is no longer true ({reason}): it will not be sent"


def kinds_in_words(kinds: frozenset[str]) -> list[str]:
    """Return the names of these kinds."""
    return [str(Kind(kind).label) for kind in sorted(kinds) if kind in Kind.values]
