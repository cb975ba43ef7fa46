"""Send what is due: claim a little, look again whether it is still true, hand it over, mark it at once.

A sender that dies loses nothing: its lease runs out, and the next one sends under the same Message-ID. The
mark is conditional on the claim's token, so a sender that was away too long changes nothing.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from reminders import domain, queries
from reminders.domain.facts import STAFF_ALERT
from reminders.domain.wanted import quiet_hours
from reminders.models import Message, Reminder, Suppression
from reminders.querysets import MessageQuerySet, ReminderQuerySet
from reminders.services import render
from reminders.services.channel import Channel, Outcome, Result
from reminders.services.claim import LEASE, claim

logger = logging.getLogger(__name__)

CHUNK = 4
"""Messages in one sender's hands at a time: what a crash leaves waiting for a lease to end."""
HORIZON = timedelta(days=15)

State = Reminder.State
MessageState = Message.State
Clock = Callable[[], datetime]
Snapshots = dict[int, queries.Snapshot]


@dataclass(slots=True)
class Tally:
    """What one run did, in messages; ``expired``, ``held`` and ``untrue`` count reminders."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    suppressed: int = 0
    dropped: int = 0
    fenced: int = 0
    expired: int = 0
    held: int = 0
    untrue: int = 0


def send_due(*, channel: Channel, now_fn: Clock, limit: int = 1000) -> Tally:
    """Send what is due at ``now_fn()``, at most ``limit`` messages, and return what became of it.

    Any number of senders may run at once. Raises DatabaseError; whatever was claimed comes back when its
    lease ends.
    """
    tally = Tally()
    taken = 0
    try:
        while taken < limit:
            claimed = claim(now=now_fn(), chunk=min(CHUNK, limit - taken), channel=channel.name)
            if claimed.is_empty:
                break
            tally.expired += claimed.expired
            tally.held += claimed.held
            taken += max(len(claimed.messages), 1)
            for message in claimed.messages:
                _deliver(message, channel=channel, now_fn=now_fn, tally=tally)
    finally:
        channel.close()
    return tally


def _deliver(message: Message, *, channel: Channel, now_fn: Clock, tally: Tally) -> None:
    """Bring one claimed message to an end or to its next attempt."""
    line = channel.ready()
    now = now_fn()
    reminders = list(Reminder.objects.filter(message=message, state=State.CLAIMED).order_by("due_at", "pk"))
    snapshots = queries.facts({row.recovery_id for row in reminders if row.recovery_id}, now=now)
    still = _still_true(message, reminders, snapshots, now=now, tally=tally)
    if not still:
        tally.dropped += _end(message, MessageState.DROPPED, now=now)
        return
    address = _address(still[0], snapshots)
    opens_at = _opens_at(still[0], snapshots, now)
    if Suppression.objects.filter(address=address.lower()).exists():
        tally.suppressed += _settle(
            message, still, MessageState.SUPPRESSED, State.SUPPRESSED, "address", now=now
        )
    elif opens_at > now:
        tally.held += _try_again(message, at=opens_at, code="quiet_hours", is_counted=False)
    elif line.result != Result.SENT:
        _outage(message, line, now=now, tally=tally)
    else:
        _hand_over(message, still, snapshots, address, channel=channel, now_fn=now_fn, tally=tally)


def _hand_over(
    message: Message, reminders: list[Reminder], snapshots: Snapshots, address: str, *, channel: Channel,
    now_fn: Clock, tally: Tally,
) -> None:  # fmt: skip
    now = now_fn()
    try:
        letter = render.letter(message, reminders, snapshots, address=address, now=now)
        packed = channel.compose(letter)
    except Exception:
        # Whatever a template or a name can do wrong must not stop the messages behind this one.
        logger.exception("message %s could not be written", message.public_id)
        tally.failed += _settle(
            message, reminders, MessageState.FAILED, State.FAILED, "render_error", now=now
        )
        return
    if not _renew(message, now=now_fn()):
        tally.fenced += 1
        return
    outcome = channel.hand_over(address, packed)
    _mark(message, reminders, outcome, address, now=now_fn(), tally=tally)


def _renew(message: Message, *, now: datetime) -> bool:
    """Take a whole lease for the hand-over; False when the claim has run out, or is another's by now."""
    return bool(_mine(message).filter(lease_until__gt=now).update(lease_until=now + LEASE))


def _mark(
    message: Message,
    reminders: list[Reminder],
    outcome: Outcome,
    address: str,
    *,
    now: datetime,
    tally: Tally,
) -> None:
    if outcome.result == Result.SENT:
        marked = _settle(message, reminders, MessageState.SENT, State.SENT, "", now=now)
        tally.sent += marked
        tally.fenced += 1 - marked
    elif outcome.result == Result.REFUSED:
        Suppression.objects.get_or_create(
            address=address.lower(), defaults={"reason": outcome.code, "suppressed_at": now}
        )
        tally.suppressed += _settle(
            message, reminders, MessageState.SUPPRESSED, State.SUPPRESSED, outcome.code, now=now
        )
    elif outcome.result == Result.OUTAGE:
        _outage(message, outcome, now=now, tally=tally)
    elif outcome.result == Result.FAILED or _is_given_up(message, reminders):
        logger.warning("message %s failed: %s", message.public_id, outcome.code)
        tally.failed += _settle(message, reminders, MessageState.FAILED, State.FAILED, outcome.code, now=now)
    else:
        wait = domain.back_off(message.attempts, jitter=random.random())  # noqa: S311
        tally.retried += _try_again(message, at=now + wait, code=outcome.code, is_counted=True)


def _is_given_up(message: Message, reminders: list[Reminder]) -> bool:
    """Say whether a message refused for now is tried no more. A warning sign is, until it expires."""
    is_alert = any(row.kind == STAFF_ALERT for row in reminders)
    return message.attempts >= domain.MOST_ATTEMPTS and not is_alert


def _outage(message: Message, outcome: Outcome, *, now: datetime, tally: Tally) -> None:
    """Try again soon, until the reminders themselves expire: a dead line says nothing about the message."""
    wait = domain.back_off(message.attempts, jitter=random.random(), is_outage=True)  # noqa: S311
    tally.retried += _try_again(message, at=now + wait, code=outcome.code, is_counted=False)


def _mine(message: Message) -> MessageQuerySet:
    """Return the message while the claim under which it was taken holds: the fence."""
    return Message.objects.filter(pk=message.pk, claim=message.claim, state=MessageState.CLAIMED)


def _held(row: Reminder, message: Message) -> ReminderQuerySet:
    """Return the reminder while the claim of its message holds."""
    claim_holds = {"message__claim": message.claim, "message__state": MessageState.CLAIMED}
    return Reminder.objects.filter(pk=row.pk, state=State.CLAIMED, **claim_holds)


def _try_again(message: Message, *, at: datetime, code: str, is_counted: bool) -> int:
    """Leave the message for its next attempt. An attempt that is not counted still makes the waits longer."""
    attempts = message.attempts if is_counted else min(message.attempts, 3)
    return _mine(message).update(
        state=MessageState.RETRY,
        next_try_at=at,
        error_code=code,
        claim=None,
        lease_until=None,
        attempts=attempts,
    )


@transaction.atomic
def _settle(
    message: Message, reminders: list[Reminder], state: MessageState, each: State, code: str, *, now: datetime
) -> int:
    """End the message and its reminders together, if the claim still holds; return 1 if it did, else 0."""
    if not _end(message, state, code=code, now=now):
        return 0
    Reminder.objects.filter(pk__in=[row.pk for row in reminders], state=State.CLAIMED).update(
        state=each, reason=code[:40], changed_at=now
    )
    return 1


def _end(message: Message, state: MessageState, *, now: datetime, code: str = "") -> int:
    sent_at = now if state == MessageState.SENT else None
    fields = {"error_code": code} if code else {}
    return _mine(message).update(state=state, sent_at=sent_at, claim=None, lease_until=None, **fields)


def _still_true(
    message: Message, reminders: list[Reminder], snapshots: Snapshots, *, now: datetime, tally: Tally
) -> list[Reminder]:
    """Keep what is still wanted now. The rest is recorded as skipped, expired, or planned anew."""
    wanted = {
        recovery_id: {one.identity: one for one in _wanted(snapshot, reminders)}
        for recovery_id, snapshot in snapshots.items()
    }
    still = []
    for row in reminders:
        key = domain.identity(str(row.recipient_id), row.kind, row.subject, row.slot, row.local_on)
        one = wanted.get(row.recovery_id or 0, {}).get(key)
        if one is None:
            tally.untrue += _settle_one(message, row, State.SKIPPED, _why(row, snapshots), now=now)
        elif min(one.expires_at, row.expires_at) <= now:
            tally.expired += _settle_one(message, row, State.EXPIRED, "too_late", now=now)
        elif one.at >= domain.end_of_hour(now, one.time_zone):
            tally.untrue += _plan_anew(message, row, one, now=now)
        else:
            still.append(row)
    return still


def _wanted(snapshot: queries.Snapshot, reminders: list[Reminder]) -> tuple[domain.Wanted, ...]:
    days = [row.local_on for row in reminders]
    return domain.wanted(snapshot.facts, snapshot.wishes, from_on=min(days), until_on=max(days) + HORIZON)


def _why(row: Reminder, snapshots: Snapshots) -> str:
    snapshot = snapshots.get(row.recovery_id or 0)
    if snapshot is None:
        return "not_planned"
    facts, wishes = snapshot.facts, snapshot.wishes
    return domain.why_not(
        kind=row.kind, subject=row.subject, local_on=row.local_on, facts=facts, wishes=wishes
    )


def _settle_one(message: Message, row: Reminder, state: State, reason: str, *, now: datetime) -> int:
    return _held(row, message).update(state=state, reason=reason, changed_at=now)


def _plan_anew(message: Message, row: Reminder, one: domain.Wanted, *, now: datetime) -> int:
    """Give a reminder back to the plan: it moved to a later hour after it was claimed."""
    return _held(row, message).update(
        state=State.SCHEDULED, message=None, local_on=one.local_on, wall_time=one.wall_time,
        time_zone=one.time_zone, planned_at=one.at, due_at=one.at, expires_at=one.expires_at, changed_at=now,
    )  # fmt: skip


def _address(row: Reminder, snapshots: Snapshots) -> str:
    snapshot = snapshots[row.recovery_id or 0]
    if row.kind == STAFF_ALERT:
        return snapshot.team[str(row.recipient_id)].email
    return snapshot.address


def _opens_at(row: Reminder, snapshots: Snapshots, now: datetime) -> datetime:
    if row.kind == STAFF_ALERT:
        return now
    snapshot = snapshots[row.recovery_id or 0]
    quiet_from, quiet_until = quiet_hours(snapshot.wishes)
    return domain.next_open(now, snapshot.facts.time_zone, quiet_from=quiet_from, quiet_until=quiet_until)
