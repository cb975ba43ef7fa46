"""Take what is due into one sender's hands: a short transaction, a lease, a token that fences."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet

from reminders import domain, queries
from reminders.domain.facts import STAFF_ALERT
from reminders.domain.wanted import quiet_hours
from reminders.models import Message, Preference, Reminder
from reminders.services.email import mail_domain

LEASE = timedelta(seconds=60)

State = Reminder.State


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one claim took, and what it settled on the way."""

    token: uuid.UUID
    messages: tuple[Message, ...]
    expired: int
    held: int

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was waiting."""
        return not (self.messages or self.expired or self.held)


@transaction.atomic
def claim(*, now: datetime, chunk: int, channel: str) -> Claimed:
    """Take up to ``chunk`` messages: first those left by a sender or due again, then new ones.

    A recipient's rows due within the same hour of their day become one message. What is too late is recorded
    so; what falls into quiet hours waits for their end.
    """
    token = uuid.uuid4()
    again = _claim_again(token, now=now, chunk=chunk, channel=channel)
    due = _due(now=now, chunk=chunk - len(again), channel=channel) if len(again) < chunk else []
    late = [row.pk for row in due if row.expires_at <= now]
    Reminder.objects.filter(pk__in=late).update(state=State.EXPIRED, reason="too_late", changed_at=now)
    held = _hold([row for row in due if row.expires_at > now], now=now)
    ready = [row for row in due if row.expires_at > now and row.pk not in held]
    new = _new_messages(ready, token, now=now, channel=channel)
    return Claimed(token, (*again, *new), len(late), len(held))


def _locked(rows: QuerySet) -> QuerySet:
    """Lock rows that nobody else has; SQLite has one writer at a time and needs no locks."""
    return rows.select_for_update(
        of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked
    )


def _claim_again(token: uuid.UUID, *, now: datetime, chunk: int, channel: str) -> list[Message]:
    rows = _locked(Message.objects.claimable(now).filter(channel=channel)).order_by("pk")[:chunk]
    messages = list(rows)
    Message.objects.filter(pk__in=[one.pk for one in messages]).update(
        state=Message.State.CLAIMED, claim=token, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return list(Message.objects.filter(claim=token).order_by("pk")) if messages else []


def _due(*, now: datetime, chunk: int, channel: str) -> list[Reminder]:
    """Lock each recipient's first due row, and with it what else that person gets within the hour."""
    first = _locked(Reminder.objects.due_by(now).filter(channel=channel).first_of_each_recipient())
    leads = {row.recipient_id: row for row in first.order_by("due_at", "pk")[:chunk]}
    if not leads:
        return []
    soon = Reminder.objects.filter(
        state=State.SCHEDULED,
        channel=channel,
        recipient_id__in=list(leads),
        due_at__lt=now + timedelta(hours=1),
    )
    rows = _locked(soon).order_by("due_at", "pk")
    return [
        row
        for row in rows
        if row.due_at <= now or row.due_at < domain.end_of_hour(now, leads[row.recipient_id].time_zone)
    ]


def _hold(rows: list[Reminder], *, now: datetime) -> set[int]:
    """Put off what would break into a patient's quiet hours; what is too late by then expires in its turn."""
    patients = {row.patient_id for row in rows if row.patient_id and row.kind != STAFF_ALERT}
    preferences = Preference.objects.filter(patient_id__in=patients)
    wishes = {one.patient_id: queries.wishes_of(one) for one in preferences}
    until: defaultdict[datetime, set[int]] = defaultdict(set)
    for row in rows:
        if row.kind != STAFF_ALERT:
            quiet_from, quiet_until = quiet_hours(wishes.get(row.patient_id or 0, domain.Wishes()))
            opens_at = domain.next_open(now, row.time_zone, quiet_from=quiet_from, quiet_until=quiet_until)
            if opens_at > now:
                until[opens_at].add(row.pk)
    for opens_at, ids in until.items():
        Reminder.objects.filter(pk__in=ids).update(due_at=opens_at, changed_at=now)
    return {pk for ids in until.values() for pk in ids}


def _new_messages(rows: list[Reminder], token: uuid.UUID, *, now: datetime, channel: str) -> list[Message]:
    groups: defaultdict[uuid.UUID, list[Reminder]] = defaultdict(list)
    for row in rows:
        groups[row.recipient_id].append(row)
    by_recipient = {
        recipient: _message(recipient, group, token, now=now, channel=channel)
        for recipient, group in groups.items()
    }
    messages = Message.objects.bulk_create(by_recipient.values())
    for row in rows:
        row.message, row.state, row.changed_at = by_recipient[row.recipient_id], State.CLAIMED, now
    Reminder.objects.bulk_update(rows, ["message", "state", "changed_at"])
    return messages


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
