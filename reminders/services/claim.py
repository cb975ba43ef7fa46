"""Take what is due into one sender's hands: a short transaction, a lease, a token that fences."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from reminders import domain
from reminders.domain.laying import quiet_hours
from reminders.models import Kind, Message, Reminder
from reminders.services.email import mail_domain
from reminders.services.mark import LEASE

NOT_HELD = frozenset({Kind.STAFF_ALERT, Kind.STAFF_DIGEST, Kind.TEST})

State = Reminder.State

AGAIN = """SELECT m.id FROM reminders_message m WHERE m.channel = %s
    AND (m.state = 'retry' AND m.next_try_at <= %s OR m.state = 'claimed' AND m.lease_until < %s) {but}
    ORDER BY m.id LIMIT %s"""
FIRST_OF_RECIPIENT = """SELECT r.recipient_id FROM reminders_reminder r
    WHERE r.state = 'scheduled' AND r.due_at <= %s AND r.channel = %s {kind}
    AND NOT EXISTS (SELECT 1 FROM reminders_reminder e
        WHERE e.state = 'scheduled' AND e.recipient_id = r.recipient_id {kind_before}
        AND (e.due_at < r.due_at OR e.due_at = r.due_at AND e.id < r.id))
    ORDER BY r.due_at, r.id LIMIT %s"""
"""The earliest row of each recipient: whoever locks it owns what goes to that person."""
FIRST_DUE = FIRST_OF_RECIPIENT.format(kind="", kind_before="")
FIRST_URGENT = FIRST_OF_RECIPIENT.format(
    kind="AND r.kind = 'staff_alert'", kind_before="AND e.kind = 'staff_alert'"
)
WITHIN_THE_HOUR = """SELECT r.* FROM reminders_reminder r
    WHERE r.state = 'scheduled' AND r.channel = %s AND r.due_at < %s AND r.recipient_id IN ({recipients})
    ORDER BY r.due_at, r.id"""
INTO_MESSAGES = """WITH pair (row_id, message_id) AS (VALUES {pairs})
    UPDATE reminders_reminder SET state = 'claimed', changed_at = %s,
    message_id = (SELECT pair.message_id FROM pair WHERE pair.row_id = reminders_reminder.id)
    WHERE id IN (SELECT row_id FROM pair)"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one claim took. ``reminders`` belong to ``messages``."""

    messages: tuple[Message, ...]
    reminders: tuple[Reminder, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was waiting."""
        return not self.messages


@transaction.atomic
def claim(*, now: datetime, chunk: int, channel: str, in_hand: Collection[int] = ()) -> Claimed:
    """Take up to ``chunk`` messages: those left by a sender or due again, then warning signs, then the rest.

    What the caller has ``in_hand``, by primary key, is not taken anew, though a clock that jumps may say that
    its lease has run out.

    A recipient's rows due within the same hour of their day become one message. Whether they are still true
    and in time is looked at next. The statements are written out: Django would compose them anew each time.
    """
    token = uuid.uuid4()
    at = connection.ops.adapt_datetimefield_value(now)
    again = _claim_again(token, at=at, now=now, chunk=chunk, channel=channel, in_hand=in_hand)
    due = _due(at=at, now=now, chunk=chunk - len(again), channel=channel) if len(again) < chunk else []
    new = _new_messages(due, token, now=now, channel=channel)
    left = Reminder.objects.filter(message__in=again, state=State.CLAIMED) if again else ()
    return Claimed((*again, *new), (*left, *due))


def _locking(table: str) -> str:
    """Lock rows that nobody else has; SQLite has one writer at a time and needs no locks."""
    return (
        f" FOR UPDATE OF {table} SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    )


def _ids(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def _claim_again(
    token: uuid.UUID, *, at: Any, now: datetime, chunk: int, channel: str, in_hand: Collection[int]
) -> list[Message]:
    but = f"AND m.id NOT IN ({','.join(['%s'] * len(in_hand))})" if in_hand else ""
    ids = _ids(AGAIN.format(but=but) + _locking("m"), channel, at, at, *in_hand, chunk)
    if not ids:
        return []
    Message.objects.filter(pk__in=ids).update(
        state=Message.State.CLAIMED, claim=token, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return list(Message.objects.filter(pk__in=ids).order_by("pk"))


def _due(*, at: Any, now: datetime, chunk: int, channel: str) -> list[Reminder]:
    """Lock each recipient's first due row, and with it what else that person gets within the hour.

    A warning sign goes before everything else, however much is waiting.
    """
    recipients = _ids(FIRST_URGENT + _locking("r"), at, channel, chunk)
    if len(recipients) < chunk:
        recipients += _ids(FIRST_DUE + _locking("r"), at, channel, chunk - len(recipients))
    if not recipients:
        return []
    within = connection.ops.adapt_datetimefield_value(now + timedelta(hours=1))
    statement = WITHIN_THE_HOUR.format(recipients=",".join(["%s"] * len(recipients))) + _locking("r")
    rows = list(Reminder.objects.raw(statement, [channel, within, *recipients]))
    zones = {row.recipient_id: row.time_zone for row in reversed(rows)}
    return [
        row
        for row in rows
        if row.due_at <= now or row.due_at < domain.end_of_hour(now, zones[row.recipient_id])
    ]


def opening(row: Reminder, wishes: domain.Wishes, now: datetime) -> datetime:
    """Return when a reminder may go out: ``now``, or the end of the quiet hours."""
    if row.kind in NOT_HELD or domain.may_enter_quiet(row.kind, row.wall_time):
        return now
    quiet_from, quiet_until = quiet_hours(wishes)
    return domain.next_open(now, row.time_zone, quiet_from=quiet_from, quiet_until=quiet_until)


def _new_messages(rows: list[Reminder], token: uuid.UUID, *, now: datetime, channel: str) -> list[Message]:
    groups: defaultdict[uuid.UUID, list[Reminder]] = defaultdict(list)
    for row in rows:
        groups[row.recipient_id].append(row)
    if not groups:
        return []
    by_recipient = {
        recipient: _message(recipient, group, token, now=now, channel=channel)
        for recipient, group in groups.items()
    }
    _make_room(by_recipient, rows, now=now)
    messages = Message.objects.bulk_create(by_recipient.values())
    rows[:] = [row for row in rows if row.recipient_id in by_recipient]
    if not rows:
        return []
    for row in rows:
        row.message, row.state, row.changed_at = by_recipient[row.recipient_id], State.CLAIMED, now
    pairs = [value for row in rows for value in (row.pk, row.message_id)]
    statement = INTO_MESSAGES.format(pairs=",".join(["(%s, %s)"] * len(rows)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*pairs, connection.ops.adapt_datetimefield_value(now)])
    return messages


def _make_room(messages: dict[uuid.UUID, Message], rows: list[Reminder], *, now: datetime) -> None:
    """Settle earlier messages of the very same reminders, which would have the same Message-ID.

    One that was given up, or that its reminder has left, goes. Where one was sent, the reminder was.
    """
    names = {one.message_id: recipient for recipient, one in messages.items()}
    for before in Message.objects.filter(message_id__in=names):
        if before.state == Message.State.SENT:
            recipient = names[before.message_id]
            del messages[recipient]
            theirs = [row.pk for row in rows if row.recipient_id == recipient]
            Reminder.objects.filter(pk__in=theirs).update(state=State.SENT, message=before, changed_at=now)
        else:
            before.reminders.filter(state=State.CLAIMED).update(state=State.SCHEDULED)
            before.delete()


def _message(
    recipient: uuid.UUID, rows: list[Reminder], token: uuid.UUID, *, now: datetime, channel: str
) -> Message:
    planned = [(_key(row), row.planned_at) for row in rows]
    return Message(
        recipient_id=recipient,
        channel=channel,
        state=Message.State.CLAIMED,
        attempts=1,
        message_id=domain.message_id(planned, mail_domain()),
        claim=token,
        lease_until=now + LEASE,
        created_at=now,
    )


def _key(row: Reminder) -> str:
    return domain.key_of(
        recipient=row.recipient_id,
        recovery=row.recovery_key,
        kind=row.kind,
        subject=row.subject,
        local_on=row.local_on,
        slot=row.slot,
        channel=row.channel,
    )
