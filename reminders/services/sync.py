"""Make a recovery's rows equal to what is wanted.

Rules about the past: ``wanted`` leaves out what was due before its cause existed; a new row whose time has
passed is still made while it has not expired (the sweep may have been away); a cancelled row comes back only
for a time still to come. Rows that were sent, or given up, are never touched.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q

from recovery.models import Recovery
from reminders import domain, queries
from reminders.domain.facts import DAILY, STAFF_ALERT, identity
from reminders.models import Kind, Message, Reminder, SyncState
from reminders.queries.work import HORIZON_DAYS

logger = logging.getLogger(__name__)

State = Reminder.State
Identity = tuple[str, str, str, str, date | None]
NO_LONGER = {State.SCHEDULED: State.CANCELLED, State.CLAIMED: State.SKIPPED}
"""What becomes of a row that is no longer wanted. One that was due already shows as not sent."""
LASTING = frozenset({Kind.X_RAY_BOOK, Kind.X_RAY_OVERDUE, Kind.WOUND_CHECK, Kind.GATE_WAITING})
LATE_BY = timedelta(minutes=15)
"""A cancelled reminder wanted again so soon after its time still goes out."""


def sync(*, recovery_id: int, now: datetime) -> int:
    """Lay out a recovery's reminders from yesterday to 14 days ahead; return how many rows changed.

    Safe to run twice or at once. A recovery that is gone changes nothing.
    """
    with transaction.atomic():
        locked = SyncState.objects.select_for_update(of=("self",)).filter(recovery_id=recovery_id)
        state = locked.first()
        if state is None:
            return 0
        rules = queries.zone_rules()
        # Whoever changes something from here on waits for this transaction, and makes the row behind again.
        snapshot = queries.facts([recovery_id], now=now)[recovery_id]
        today = now.astimezone(UTC).date()
        # A day on either side: the patient's calendar may be ahead of UTC or behind it.
        first, last = today - timedelta(days=1), today + timedelta(days=HORIZON_DAYS + 1)
        wanted = domain.wanted(snapshot.facts, snapshot.wishes, from_on=first, until_on=last)
        changed = _make_equal(snapshot, wanted, first=first, now=now)
        state.is_behind = False
        state.until_on = last if snapshot.facts.is_open else date.max
        state.zone_rules = rules
        state.save()
    return changed


def sync_patient(*, patient_id: int, now: datetime) -> int:
    """Lay out the reminders of all of a patient's open recoveries; return how many rows changed."""
    return sum(sync(recovery_id=one, now=now) for one in queries.recoveries_of(patient_id))


def sync_changed(*, now: datetime, limit: int = 500) -> int:
    """Lay out what changed since it was laid out last, and what runs out; return how many recoveries.

    One that fails is logged and tried again by the next sweep; the others go on.
    """
    done = 0
    for recovery_id in queries.work_list(now=now, limit=limit):
        try:
            sync(recovery_id=recovery_id, now=now)
            done += 1
        except (DatabaseError, ValueError, KeyError):
            logger.exception("recovery %s could not be laid out", recovery_id)
    return done


def _make_equal(
    snapshot: queries.Snapshot, wanted: Iterable[domain.Wanted], *, first: date, now: datetime
) -> int:
    by_identity = {one.identity: one for one in wanted}
    existing = _existing(snapshot.recovery, by_identity.values(), first)
    by_identity = {
        key: one for key, one in by_identity.items() if one.is_made_anew or _stands(existing.get(key), one)
    }
    changed = 0
    new = []
    for key, one in by_identity.items():
        row = existing.get(key)
        if row is None:
            if one.expires_at > now:
                new.append(_row(snapshot, one, now))
        elif _has_moved(row, one, now=now) or _is_wanted_again(row, one, now=now):
            changed += _move(row, one, now=now)
        elif row.state == State.CLAIMED and _laid_out(row) != _laid_out(one):
            changed += _adjust(row, one, now=now)
    Reminder.objects.bulk_create(new, ignore_conflicts=True)
    return changed + len(new) + _cancel(existing, by_identity, snapshot, first=first, now=now)


def _stands(row: Reminder | None, one: domain.Wanted) -> bool:
    """Say whether an unsent row for this very instant is there."""
    return row is not None and row.state in NO_LONGER and row.planned_at == one.at


def _existing(recovery: Recovery, wanted: Iterable[domain.Wanted], first: date) -> dict[Identity, Reminder]:
    """Return the rows by identity; among several the one that is furthest along."""
    subjects = {one.subject for one in wanted if one.kind not in DAILY}
    recent = Q(local_on__gte=first) | Q(subject__in=subjects) | Q(state__in=NO_LONGER)
    rows = Reminder.objects.filter(recent, recovery=recovery)
    rank = {State.CANCELLED: 0, State.SCHEDULED: 1}
    ordered = sorted(rows, key=lambda row: rank.get(State(row.state), 2))
    return {_identity(row): row for row in ordered}


def _identity(row: Reminder) -> Identity:
    return identity(str(row.recipient_id), row.kind, row.subject, row.slot, row.local_on)


def _row(snapshot: queries.Snapshot, one: domain.Wanted, now: datetime) -> Reminder:
    is_patients = one.kind != STAFF_ALERT
    return Reminder(
        recipient_id=UUID(one.recipient),
        patient=snapshot.patient if is_patients else None,
        recovery=snapshot.recovery,
        recovery_key=snapshot.recovery.public_id,
        kind=one.kind,
        subject=one.subject,
        local_on=one.local_on,
        slot=one.slot,
        wall_time=one.wall_time,
        time_zone=one.time_zone,
        planned_at=one.at,
        due_at=max(one.at, now) if one.kind == Kind.VISIT_CHANGED else one.at,
        expires_at=one.expires_at,
        changed_at=now,
    )


def _has_moved(row: Reminder, one: domain.Wanted, *, now: datetime) -> bool:
    """Say whether an unsent row must move. One in a sender's hands is taken out of them for a later hour."""
    if row.state == State.CLAIMED:
        return row.planned_at != one.at and one.at >= domain.end_of_hour(now, one.time_zone)
    is_same = row.planned_at == one.at and _laid_out(row) == _laid_out(one)
    return row.state == State.SCHEDULED and not is_same


def _laid_out(one: Reminder | domain.Wanted) -> tuple[date, time, str, datetime]:
    return one.local_on, one.wall_time, one.time_zone, one.expires_at


def _is_wanted_again(row: Reminder, one: domain.Wanted, *, now: datetime) -> bool:
    """Say whether a row that was given up comes back: for a time to come, or as a nudge that lasts."""
    is_in_time = one.at >= now - LATE_BY or row.kind in LASTING
    return row.state in {State.CANCELLED, State.SKIPPED} and one.expires_at > now and is_in_time


def _adjust(row: Reminder, one: domain.Wanted, *, now: datetime) -> int:
    """Tell a sender that has the row in its hands what it must look at: until when, and by which clocks."""
    return Reminder.objects.filter(pk=row.pk, state=row.state).update(
        local_on=one.local_on,
        wall_time=one.wall_time,
        time_zone=one.time_zone,
        expires_at=one.expires_at,
        changed_at=now,
    )


def _move(row: Reminder, one: domain.Wanted, *, now: datetime) -> int:
    """Move an unsent row. A sender that claims it in the meantime looks again before it hands it over."""
    if row.state == State.SKIPPED and row.message_id is not None:
        return _take_back(row, one, now=now)
    due_at = row.due_at if row.planned_at == one.at and row.state == State.SCHEDULED else one.at
    return _plan(row, one, due_at=due_at, now=now)


def _plan(row: Reminder, one: domain.Wanted, *, due_at: datetime, now: datetime) -> int:
    return Reminder.objects.filter(pk=row.pk, state=row.state).update(
        local_on=one.local_on,
        wall_time=one.wall_time,
        time_zone=one.time_zone,
        planned_at=one.at,
        due_at=due_at,
        expires_at=one.expires_at,
        state=State.SCHEDULED,
        message=None,
        reason="",
        changed_at=now,
    )


def _take_back(row: Reminder, one: domain.Wanted, *, now: datetime) -> int:
    """Bring back a row that a sender had been told to leave out: into its message while that is not settled.

    A message that was given up without being sent makes room: the same reminder has the same Message-ID.
    """
    mine = Message.objects.filter(pk=row.message_id or 0)
    if mine.filter(state__in=(Message.State.CLAIMED, Message.State.RETRY)).exists():
        return _adjust(row, one, now=now) and Reminder.objects.filter(pk=row.pk, state=row.state).update(
            state=State.CLAIMED, reason=""
        )
    mine.filter(state=Message.State.DROPPED).delete()
    return _plan(row, one, due_at=one.at, now=now)


def _cancel(
    existing: dict[Identity, Reminder],
    wanted: dict[Identity, domain.Wanted],
    snapshot: queries.Snapshot,
    *,
    first: date,
    now: datetime,
) -> int:
    by_reason: defaultdict[tuple[State, str], list[int]] = defaultdict(list)
    for key, row in existing.items():
        is_over = row.kind in DAILY and row.local_on < first and snapshot.facts.is_open
        is_open = row.state in {State.SCHEDULED, State.CLAIMED} and row.kind != Kind.TEST
        if is_open and key not in wanted and not is_over:
            by_reason[State(row.state), _why_not(row, snapshot)].append(row.pk)
    return sum(
        Reminder.objects.filter(pk__in=ids, state=state).update(
            state=NO_LONGER[state], reason=reason, changed_at=now
        )
        for (state, reason), ids in by_reason.items()
    )


def _why_not(row: Reminder, snapshot: queries.Snapshot) -> str:
    facts, wishes = snapshot.facts, snapshot.wishes
    return domain.why_not(
        kind=row.kind, subject=row.subject, local_on=row.local_on, facts=facts, wishes=wishes
    )
