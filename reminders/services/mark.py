"""Write down at once what became of each message. Every mark holds only while the sender's claim does.

On PostgreSQL a mark does not wait for the disk: a crash of the database server may forget the last moments'
marks, and those messages go out again under the same Message-ID. A clean restart forgets nothing.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from reminders import domain
from reminders.models import Kind, Message, Reminder, Suppression, SyncState
from reminders.queries.desk import Desk, Reader
from reminders.querysets import MessageQuerySet

State = Reminder.State
MessageState = Message.State
MESSAGES_SENT = """UPDATE reminders_message
    SET state = 'sent', sent_at = %s, lease_until = NULL, error_code = ''
    WHERE id IN ({ids}) AND claim IN ({others}) AND state = 'claimed'"""
REMINDERS_SENT = """UPDATE reminders_reminder SET state = 'sent', changed_at = %s, reason = ''
    WHERE id IN ({ids}) AND message_id IN ({others}) AND state = 'claimed'"""
LEASE = timedelta(seconds=60)
LONGEST_HAND_OVER = timedelta(seconds=45)


@dataclass(slots=True)
class Job:
    """One claimed message in a sender's hands: what is in it, and what each reminder told of a visit."""

    message: Message
    reminders: list[Reminder] = field(default_factory=list)
    desk: Desk | None = None
    reader: Reader | None = None
    told: Mapping[int, int] = field(default_factory=dict)
    packed: bytes = b""

    @property
    def claim(self) -> UUID:
        """Return the token that fences. Raises ValueError for a message that nobody holds."""
        if self.message.claim is None:
            raise ValueError(f"message {self.message.public_id} is not claimed")
        return self.message.claim

    @property
    def claimed_at(self) -> datetime:
        """Return when the claim or its last renewal was made."""
        return self.lease_until - LEASE

    @property
    def lease_until(self) -> datetime:
        """Return when the claim ends. Raises ValueError for a message that nobody holds."""
        if self.message.lease_until is None:
            raise ValueError(f"message {self.message.public_id} is not claimed")
        return self.message.lease_until

    @property
    def key(self) -> int:
        """Return what names it to the channel."""
        return self.message.pk

    @property
    def address(self) -> str:
        """Return where it goes."""
        return self.reader.address if self.reader else ""

    def is_stale(self, now: datetime) -> bool:
        """Say whether the claim might run out during a hand-over, which takes up to four replies of 10 s."""
        return self.lease_until - now < LONGEST_HAND_OVER

    @property
    def is_alert(self) -> bool:
        """Say whether it tells staff of a warning sign."""
        return any(row.kind == Kind.STAFF_ALERT for row in self.reminders)


def sent(jobs: Sequence[Job], *, now: datetime) -> int:
    """Mark these jobs as sent, all in one transaction, and return how many were still this sender's.

    A reminder that was cancelled or moved in the moments of its sending counts as sent all the same. Its
    recovery is laid out anew, and so a correction follows.
    """
    with transaction.atomic():
        _do_not_wait_for_the_disk()
        ours = _ended_as_sent(jobs, now=now)
        rows = [row for job in ours for row in job.reminders]
        ids, messages = [row.pk for row in rows], [job.key for job in ours]
        if ids and _changed(REMINDERS_SENT, now, ids, messages) < len(ids):
            _sent_though_changed(ids, messages, now=now)
        _note_told(ours)
    return len(ours)


def _do_not_wait_for_the_disk() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


def _ended_as_sent(jobs: Sequence[Job], *, now: datetime) -> Sequence[Job]:
    """End the messages whose claim still holds, and return their jobs. A sent message keeps its claim."""
    keys, claims = [job.key for job in jobs], {job.claim for job in jobs}
    field = Message._meta.get_field("claim")
    tokens = [field.get_db_prep_value(claim, connection) for claim in claims]
    if _changed(MESSAGES_SENT, now, keys, tokens) == len(jobs):
        return jobs
    rows = Message.objects.filter(pk__in=keys, claim__in=claims, state=MessageState.SENT)
    ours = set(rows.values_list("pk", flat=True))
    return [job for job in jobs if job.key in ours]


def _changed(statement: str, now: datetime, ids: Sequence[int], others: Sequence[Any]) -> int:
    """Run one of the two statements that every mail needs, and return how many rows it changed."""
    marks = {"ids": ",".join(["%s"] * len(ids)), "others": ",".join(["%s"] * len(others))}
    at: Any = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**marks), [at, *ids, *others])
        return int(cursor.rowcount)


def _held(jobs: Iterable[Job]) -> MessageQuerySet:
    """Return the messages while the claims under which they were taken hold: the fence."""
    jobs = list(jobs)
    return Message.objects.filter(
        pk__in=[job.key for job in jobs],
        claim__in={job.claim for job in jobs},
        state=MessageState.CLAIMED,
    )


def _sent_though_changed(ids: list[int], messages: list[int], *, now: datetime) -> None:
    """Settle rows that were taken out of the message while it was being sent."""
    given_back = Q(message_id=None, state=State.SCHEDULED)
    rest = Reminder.objects.filter(given_back | Q(message_id__in=messages), pk__in=ids)
    rest = rest.exclude(state=State.SENT)
    recoveries = list(rest.values_list("recovery_id", flat=True))
    rest.update(state=State.SENT, reason="", changed_at=now)
    SyncState.objects.filter(recovery_id__in=recoveries).update(is_behind=True)


def _note_told(jobs: Sequence[Job]) -> None:
    by_sequence: defaultdict[int, list[int]] = defaultdict(list)
    for job in jobs:
        for pk, sequence in job.told.items():
            by_sequence[sequence].append(pk)
    for sequence, ids in by_sequence.items():
        Reminder.objects.filter(pk__in=ids).update(told_sequence=sequence)


@transaction.atomic
def ended(job: Job, state: MessageState, each: State, code: str, *, now: datetime) -> int:
    """End a job and its reminders without a mail, if the claim still holds; return 1 if it did, else 0."""
    done = _held([job]).update(state=state, claim=None, lease_until=None, error_code=code[:60])
    if done:
        Reminder.objects.filter(message=job.message, state=State.CLAIMED).update(
            state=each, reason=code[:40], changed_at=now
        )
    return done


def suppressed(job: Job, code: str, *, now: datetime) -> int:
    """Note that the address refuses mail for good, and end the job; return 1 if the claim held, else 0."""
    # A few letters are two in lower case, and the column ends at 254.
    address = job.address.lower()[:254]
    Suppression.objects.get_or_create(address=address, defaults={"reason": code, "suppressed_at": now})
    return ended(job, MessageState.SUPPRESSED, State.SUPPRESSED, code, now=now)


def later(job: Job, code: str, *, now: datetime) -> int:
    """Leave a job that was refused for now; it waits longer each time. Return 1 if the claim held, else 0."""
    wait = domain.back_off(job.message.attempts, jitter=random.random())  # noqa: S311
    return _again(job, now + wait, code, attempts=job.message.attempts)


def outage(job: Job, code: str, *, now: datetime) -> int:
    """Leave a job that nobody took: soon again, and not counted, since it says nothing about the message."""
    wait = domain.back_off(job.message.attempts, jitter=random.random(), is_outage=True)  # noqa: S311
    return _again(job, now + wait, code, attempts=min(job.message.attempts, 3))


def released(job: Job, *, at: datetime, code: str = "") -> int:
    """Give a job back untried, to be taken again at ``at``; return 1 if the claim held, else 0."""
    return _again(job, at, code, attempts=max(job.message.attempts - 1, 0))


@transaction.atomic
def put_off(job: Job, *, until: datetime, now: datetime) -> int:
    """Hold a job over quiet hours; return how many reminders wait, 0 where the claim did not hold.

    One that was never tried goes back to the plan, so that it goes out with what else is due by then.
    """
    if job.message.attempts > 1:
        return released(job, at=until, code="quiet_hours")
    if not _held([job]).exists():
        return 0
    rows = Reminder.objects.filter(message=job.message, state=State.CLAIMED)
    count = rows.update(state=State.SCHEDULED, message=None, due_at=until, changed_at=now)
    Message.objects.filter(pk=job.key).delete()
    return count


@transaction.atomic
def given_back(job: Job, rows: Sequence[Reminder], *, until: datetime, now: datetime) -> int:
    """Give some of a job's reminders back to the plan, to be sent at ``until``; return how many."""
    if not _held([job]).exists():
        return 0
    mine = Reminder.objects.filter(pk__in=[row.pk for row in rows], message=job.message, state=State.CLAIMED)
    return mine.update(state=State.SCHEDULED, message=None, due_at=until, changed_at=now)


def _again(job: Job, at: datetime, code: str, *, attempts: int) -> int:
    return _held([job]).update(
        state=MessageState.RETRY,
        next_try_at=at,
        error_code=code[:60],
        claim=None,
        lease_until=None,
        attempts=attempts,
    )


def renew(jobs: Sequence[Job], *, now: datetime) -> None:
    """Take a whole lease for jobs whose claim has not run out."""
    if jobs:
        _held(jobs).filter(lease_until__gt=now).update(lease_until=now + LEASE)
        for job in jobs:
            job.message.lease_until = now + LEASE


def is_held(job: Job, *, now: datetime) -> bool:
    """Say whether a job is still this sender's."""
    return _held([job]).filter(lease_until__gt=now).exists()


def is_given_up(job: Job) -> bool:
    """Say whether a job refused for now is tried no more. A warning sign is, until it expires."""
    return job.message.attempts >= domain.MOST_ATTEMPTS and not job.is_alert
