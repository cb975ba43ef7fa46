"""What must be sent and what was, kept beside the engine while a test lets time pass.

What should exist is asked of the pure function; whether a mail was still true is read from the records one
by one. Neither looks at the engine's own rows, which are only asked what became of what was owed.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from accounts.clock import local_day
from recovery.models import Alert, Assignment, DailyLog, Medicine, Recovery, SetDone, Visit, XRay
from reminders import domain, queries
from reminders.domain.facts import DAILY, EXERCISES, LOG, VISIT, X_RAY_BOOK, X_RAY_OVERDUE
from reminders.domain.laying import quiet_hours
from reminders.models import Kind, Message, Preference, Reminder, SyncState
from reminders.services.sync import LATE_BY
from tests.reminders.conftest import Post

State = Reminder.State
Key = tuple[str, str, str, str, date | None]
LONGEST_WAIT = timedelta(minutes=20)
FOR_STAFF = frozenset({Kind.STAFF_ALERT, Kind.STAFF_DIGEST})
MEDICINES = frozenset({Kind.MEDICINE, Kind.BONE_HEALTH})
NOT_PUT_OFF = frozenset({VISIT, Kind.VISIT_CHANGED, Kind.PLAN_CHANGED, Kind.TEST}) | FOR_STAFF | MEDICINES
"""Kinds that a pause does not hold back, or that are judged by when they came up."""


@dataclass
class Owed:
    """A reminder whose hour has come. ``was_lapsed``: when it came, the engine had last seen it unwanted."""

    one: domain.Wanted
    was_lapsed: bool


class Ledger:
    """The reminders of one recovery: ``known`` should exist, ``owed`` are due and not sent.

    ``may_come`` was due before the patient chose anew: it may have stood, or have been taken away and not come back.
    """

    def __init__(self, recovery: Recovery, post: Post) -> None:
        self.recovery_id, self.post = recovery.pk, post
        self.known: dict[Key, domain.Wanted] = {}
        self.may_come: dict[Key, domain.Wanted] = {}
        self.owed: dict[Key, Owed] = {}
        self.delivered: dict[Key, datetime] = {}
        self.mails_read = len(post.mails)

    def changed(self, now: datetime) -> None:
        """Work out anew what should exist: something has changed, or the days laid out run out."""
        snapshot = queries.facts([self.recovery_id], now=now)[self.recovery_id]
        today = now.astimezone(UTC).date()
        found = domain.wanted(
            snapshot.facts,
            snapshot.wishes,
            from_on=today - timedelta(days=1),
            until_on=today + timedelta(days=15),
        )
        before = {**self.may_come, **self.known}
        wanted = {one.identity: one for one in found}
        self.known = {key: one for key, one in wanted.items() if one.is_made_anew or self._was_owed(key, one)}
        self.may_come = {
            key: one
            for key, one in wanted.items()
            if key not in self.known and key in before and before[key].at == one.at
        }
        for key in list(self.owed):
            if key not in self.known or self.known[key].at > now:
                del self.owed[key]
            else:
                self.owed[key].one = self.known[key]
        self._owe(datetime.min.replace(tzinfo=UTC), now)

    def _was_owed(self, key: Key, one: domain.Wanted) -> bool:
        """Say whether it is due already, at this very instant, and only waits for its mail."""
        return key in self.owed and self.owed[key].one.at == one.at

    def passed(self, before: datetime, now: datetime) -> None:
        """Note whose hour has come while time passed."""
        self._owe(before, now)

    def _owe(self, after: datetime, now: datetime) -> None:
        for key, one in self.known.items():
            is_due = after < one.at <= now < one.expires_at
            if is_due and key not in self.owed and key not in self.delivered:
                row = row_of(key)
                state = row.state if row else None
                if state not in {State.EXPIRED, State.FAILED, State.SUPPRESSED}:
                    self.owed[key] = Owed(one, state in {State.CANCELLED, State.SKIPPED})

    def laid_out(self, now: datetime) -> None:
        """Let go of what came back too late to be laid out again."""
        for key, owed in list(self.owed.items()):
            if owed.was_lapsed and owed.one.at < now - LATE_BY:
                del self.owed[key]
            owed.was_lapsed = False

    def read_mails(self, now: datetime) -> None:
        """Hold every mail that has come in against what is true at this moment."""
        new = self.post.mails[self.mails_read :]
        self.mails_read = len(self.post.mails)
        for mail in new:
            message = Message.objects.get(message_id=str(mail["Message-ID"]))
            rows = list(message.reminders.filter(state=State.SENT))
            assert rows, f"a mail of no reminder: {mail['Subject']}"
            for row in rows:
                self._read(row, now)
        ids = [str(mail["Message-ID"]) for mail in self.post.mails]
        assert len(ids) == len(set(ids)), "a mail came twice"
        sent = Reminder.objects.filter(state=State.SENT, recovery_id=self.recovery_id)
        assert sent.count() == len(self.delivered), "sent and delivered differ"

    def _read(self, row: Reminder, now: datetime) -> None:
        key = identity(row)
        assert key not in self.delivered, f"{key} came twice: {self.delivered[key]} and {now}"
        self.delivered[key] = now
        self.owed.pop(key, None)
        reason = why_untrue(row, now)
        assert not reason, f"{key} was sent at {now}: {reason}"
        if row.kind not in {Kind.TEST, Kind.STAFF_DIGEST}:
            one = self.known.get(key) or self.may_come.get(key)
            assert one is not None, f"{key} was sent at {now} and is not wanted"
            assert now < one.expires_at, f"{key} was sent at {now}, too late"
            assert one.at < domain.end_of_hour(now, one.time_zone), (
                f"{key} was sent at {now}, before {one.at}"
            )

    def check_nothing_is_missing(self, now: datetime) -> None:
        """After a sender has run on a server that takes mail, all that is owed is sent or waits for a reason."""
        for key, owed in list(self.owed.items()):
            if owed.one.expires_at <= now or is_given_up(row_of(key)):
                del self.owed[key]
            elif not waits(row_of(key), now) and not breaks_quiet(owed.one, self.recovery_id, now):
                raise AssertionError(f"{key}, due {owed.one.at}, is not sent at {now}: {told(row_of(key))}")


def identity(row: Reminder) -> Key:
    return domain.identity(str(row.recipient_id), row.kind, row.subject, row.slot, row.local_on)


def row_of(key: Key) -> Reminder | None:
    """Return the engine's row of a reminder; of several the one that was sent, or may yet be."""
    recipient, kind, subject, slot, local_on = key
    rows = Reminder.objects.filter(recipient_id=recipient, kind=kind, subject=subject, slot=slot)
    rows = rows.filter(local_on=local_on) if kind in DAILY else rows
    order = [State.SENT, State.CLAIMED, State.SCHEDULED]
    found = sorted(rows.select_related("message"), key=lambda row: (row.state not in order, -row.pk))
    return found[0] if found else None


def told(row: Reminder | None) -> str:
    if row is None:
        return "it has no row"
    message = row.message and (row.message.state, row.message.next_try_at, row.message.lease_until)
    return f"{row.state} {row.reason}, due {row.due_at}, expires {row.expires_at}, message {message}"


def waits(row: Reminder | None, now: datetime) -> bool:
    """Say whether a row is held over quiet hours, or its message is in a sender's hands or between two tries."""
    if row is None:
        return False
    if row.state == State.SCHEDULED:
        may_be_held = not domain.may_enter_quiet(row.kind, row.wall_time)
        return may_be_held and row.due_at > now and row.due_at > row.planned_at
    message = row.message
    if row.state != State.CLAIMED or message is None:
        return False
    if message.state == Message.State.RETRY:
        is_held = message.error_code == "quiet_hours" and not domain.may_enter_quiet(row.kind, row.wall_time)
        return message.next_try_at > now and (is_held or message.next_try_at <= now + LONGEST_WAIT)
    return message.state == Message.State.CLAIMED and message.lease_until >= now


def is_given_up(row: Reminder | None) -> bool:
    """Say whether a reminder was refused as often as it is tried."""
    return bool(
        row and row.state == State.FAILED and row.message and row.message.attempts >= domain.MOST_ATTEMPTS
    )


def is_behind(now: datetime) -> bool:
    """Say whether anything waits for the sweep."""
    return bool(queries.work_list(now=now, limit=1))


def is_noted_behind() -> bool:
    """Say whether something changed since reminders were laid out."""
    return SyncState.objects.behind().exists()


def breaks_quiet(one: domain.Wanted | Reminder, recovery_id: int, now: datetime) -> bool:
    """Say whether ``now`` is quiet for this reminder: all but staff's, and a medicine wanted before 08:00."""
    if one.kind in FOR_STAFF or domain.may_enter_quiet(one.kind, one.wall_time):
        return False
    patients = Recovery.objects.filter(pk=recovery_id).values("patient_id")
    preference = Preference.objects.filter(patient_id__in=patients).first()
    quiet_from, quiet_until = quiet_hours(queries.wishes_of(preference))
    return domain.is_quiet(now, one.time_zone, quiet_from=quiet_from, quiet_until=quiet_until)


def why_untrue(row: Reminder, now: datetime) -> str:
    """Return why this reminder should not go out at ``now``, by the records alone; empty when it may."""
    recovery = Recovery.objects.select_related("patient").get(pk=row.recovery_id)
    patient, preference = recovery.patient, Preference.objects.filter(patient=recovery.patient).first()
    if recovery.closed_at and row.kind not in FOR_STAFF:
        return "the recovery is closed"
    if row.kind == Kind.STAFF_ALERT:
        return "" if Alert.objects.filter(public_id=row.subject, acknowledged_at=None).exists() else "seen"
    if preference and row.kind in preference.kinds_off:
        return "the patient switched it off"
    pause = preference.paused_until_on if preference else None
    if pause and local_day(now, patient.time_zone) < pause and row.kind not in NOT_PUT_OFF:
        return "the patient paused reminders"
    row.time_zone = patient.time_zone
    if breaks_quiet(row, recovery.pk, now):
        return "quiet hours"
    return _why_untrue_by_kind(row, recovery)


def _why_untrue_by_kind(row: Reminder, recovery: Recovery) -> str:
    if row.kind == EXERCISES and not open_exercises(recovery, row.local_on):
        return "all sets are done, or nothing is assigned"
    if row.kind in MEDICINES:
        return _why_untrue_of_the_list(row)
    if row.kind == LOG and DailyLog.objects.filter(recovery=recovery, day=row.local_on).exists():
        return "the day is logged"
    if row.kind == VISIT:
        key, on = row.subject.split("@")
        stands = Visit.objects.filter(public_id=key, on=on, state=Visit.State.BOOKED, cannot_come_at=None)
        return "" if stands.exists() else "the visit was moved, cancelled or declined"
    if row.kind in {X_RAY_BOOK, X_RAY_OVERDUE}:
        if XRay.objects.filter(recovery=recovery, film_key=row.subject).exists():
            return "the film was taken"
        booked = Visit.objects.filter(recovery=recovery, film_key=row.subject, state=Visit.State.BOOKED)
        return "the film is booked" if row.kind == X_RAY_BOOK and booked.exists() else ""
    return ""


def _why_untrue_of_the_list(row: Reminder) -> str:
    medicine = Medicine.objects.get(public_id=row.subject)
    if medicine.stopped_at:
        return "it is off the list"
    if not medicine.is_on(row.local_on):
        return "it is not for that day"
    return "" if medicine.hours.filter(pk=row.slot).exists() else "its hour was taken away"


def open_exercises(recovery: Recovery, day: date) -> list[Assignment]:
    """Return the exercises of a day that have sets left to do."""
    running = [
        one
        for one in Assignment.objects.filter(recovery=recovery, paused_at=None, starts_on__lte=day)
        if one.ends_on is None or one.ends_on >= day
    ]
    return [
        one
        for one in running
        if SetDone.objects.filter(assignment=one, day=day, undone_at=None).count() < one.sets_per_day
    ]
