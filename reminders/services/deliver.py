"""Send what is due: claim a little, look again whether it is still true, hand it over, mark it at once.

A reminder is true as long as its recovery is laid out: every change makes the recovery behind within its
own transaction, and what is behind is laid out again before anything is sent. That is looked at after the
claim, and once more in the instant before the hand-over.

A sender that dies loses nothing: its lease runs out, and the next one sends under the same Message-ID. The
mark is conditional on the claim's token, so a sender that was away too long changes nothing.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, sleep

from django.db import DatabaseError, connection

from reminders.models import Message, Reminder
from reminders.queries.desk import Desk, behind, desk, still_in_hand
from reminders.services import counts, mark, render
from reminders.services.channel import AddressDoesNotFit, Channel, Outcome, Result
from reminders.services.claim import claim, opening
from reminders.services.mark import Job
from reminders.services.sync import sync

logger = logging.getLogger(__name__)

PER_LINE = 2
"""How many messages a sender takes at a time for each of its lines, to begin with."""
MOST_AT_A_TIME = 100
IN_HAND_SECONDS = 0.25
"""A sender that has found its pace takes what it sends in so long: what a crash leaves to wait."""
RETRY_MARK_SECONDS = 45
"""How long a sender tries to write down what it sent while the database is away: within its lease."""
MARK_AGAIN_SECONDS = 0.5
MOST_LOOKS = 3
"""How often a message is looked at again in one run because its recovery keeps changing."""

State = Reminder.State
MessageState = Message.State
Clock = Callable[[], datetime]


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
    late_seconds: list[float] = field(default_factory=list)


def send_due(
    *,
    channel: Channel,
    now_fn: Clock,
    limit: int = 1000,
    stopped: Callable[[], bool] = lambda: False,
) -> Tally:
    """Send what is due at ``now_fn()``, at most ``limit`` messages, and return what became of it.

    Any number of senders may run at once. Once ``stopped()`` is true nothing more is taken: what is on its
    way is finished, the rest given back. Raises DatabaseError; what was claimed comes back after its lease.
    """
    run = _Run(channel, now_fn, limit, stopped)
    try:
        run.go()
    finally:
        run.finish()
        channel.close()
        counts.add(run.tally)
    return run.tally


class _Run:
    """One run of a sender: jobs wait in ``queue``, are ``under_way``, then ``ended`` until marked."""

    def __init__(self, channel: Channel, now_fn: Clock, limit: int, stopped: Callable[[], bool]) -> None:
        self.channel, self.now_fn, self.left, self.stopped = channel, now_fn, limit, stopped
        self.tally = Tally()
        self.since = monotonic()
        self.queue: deque[Job] = deque()
        self.under_way: dict[int, Job] = {}
        self.ended: list[tuple[int, Outcome]] = []
        self.looks: Counter[int] = Counter()
        self.is_exhausted = not is_anything_due(now_fn(), channel.name) or not self.has_line(1)

    def go(self) -> None:
        """Work until nothing is left, or until told to stop."""
        while not self.stopped():
            if len(self.queue) < self.channel.most_lines and not self.is_exhausted:
                self.take()
            if not self.queue and not self.under_way:
                if self.is_exhausted:
                    return
                continue
            batch = self.batch()
            if not batch and not self.ended:
                self.ended += self.channel.outcomes(wait=True)
            now = self.now_fn()
            self.settle(now)
            self.start(batch, now=now)
            if self.under_way and not self.channel.busy and not self.ended:
                raise RuntimeError("a letter was handed over and never ended")

    def finish(self) -> None:
        """Mark what is on its way, however long the database is away, and give back what is not."""
        until = monotonic() + RETRY_MARK_SECONDS
        while self.under_way and (self.channel.busy or self.ended):
            try:
                self.ended += self.channel.outcomes(wait=not self.ended)
                self.settle(self.now_fn())
            except DatabaseError as problem:
                if monotonic() > until:
                    raise
                logger.warning("a mark waits for the database: %s", type(problem).__name__)
                connection.close()
                sleep(MARK_AGAIN_SECONDS)
        if self.queue:
            now = self.now_fn()
            for job in self.queue:
                mark.released(job, at=now)

    def has_line(self, wanted: int) -> bool:
        """Have up to ``wanted`` lines open; False when the other side is away."""
        outcome = self.channel.open(wanted)
        if outcome.result != Result.SENT:
            logger.warning("no line to the other side of %s: %s", self.channel.name, outcome.code)
            self.is_exhausted = True
        return outcome.result == Result.SENT

    def take(self) -> None:
        """Claim some more, and keep what is still to be sent."""
        now = self.now_fn()
        chunk = min(self.pace(), self.left)
        in_hand = [*self.under_way, *(job.key for job in self.queue)]
        claimed = claim(now=now, chunk=chunk, channel=self.channel.name, in_hand=in_hand) if chunk else None
        if claimed is None or claimed.is_empty:
            self.is_exhausted = True
            return
        self.left -= len(claimed.messages)
        self.queue.extend(prepared(claimed.messages, claimed.reminders, now=now, tally=self.tally))

    def pace(self) -> int:
        """Return how many messages to take at a time."""
        in_a_moment = int(self.tally.sent / (monotonic() - self.since) * IN_HAND_SECONDS)
        return min(max(in_a_moment, self.channel.most_lines * PER_LINE), MOST_AT_A_TIME)

    def batch(self) -> list[Job]:
        """Write letters for the lines that are free, and ahead while all are busy; return what can go now."""
        if self.queue and not self.has_line(len(self.under_way) + len(self.queue)):
            now = self.now_fn()
            self.tally.retried += sum(mark.outage(job, "no_line", now=now) for job in self.queue)
            self.queue.clear()
        ready = self.written()
        return [self.queue.popleft() for _number in range(min(self.channel.free, ready))]

    def written(self) -> int:
        """Write letters until there is one for each free line, ahead while most are busy; return how many."""
        ready = 0
        while ready < len(self.queue):
            job = self.queue[ready]
            if job.packed or self.write(job):
                ready += 1
            else:
                del self.queue[ready]
            self.listen()
            if ready >= self.channel.free >= self.channel.most_lines / 2:
                break
        return ready

    def listen(self) -> None:
        """Let the lines go on with what the other side has answered by now."""
        self.ended += self.channel.outcomes(wait=False)

    def write(self, job: Job) -> bool:
        """Make the job's letter ready for the wire; False when it cannot be written."""
        try:
            letter = render.letter(job, now=job.claimed_at)
            job.told, job.packed = letter.told, self.channel.compose(letter)
        except DatabaseError:
            raise
        except AddressDoesNotFit:
            self.tally.suppressed += mark.suppressed(job, "address", now=self.now_fn())
            return False
        except Exception:
            # Whatever a template or a name can do wrong must not stop the messages behind this one.
            logger.exception("message %s could not be written", job.message.public_id)
            code, now = "render_error", self.now_fn()
            self.tally.failed += mark.ended(job, MessageState.FAILED, State.FAILED, code, now=now)
            return False
        return True

    def start(self, batch: list[Job], *, now: datetime) -> None:
        """Hand over what is true in this very moment; look again at the rest."""
        if not batch:
            return
        mark.renew([job for job in batch if job.is_stale(now)], now=now)
        in_hand = still_in_hand([job.key for job in batch], [job.claim for job in batch], now=now)
        for job in batch:
            if all(in_hand.get(row.pk) == job.key for row in job.reminders):
                self.under_way[job.key] = job
                self.channel.hand_over(job.key, job.address, job.packed)
            else:
                self.look_again(job, now=now)

    def look_again(self, job: Job, *, now: datetime) -> None:
        """Put back what changed since it was claimed, once it is laid out again; drop what is another's."""
        if not mark.is_held(job, now=now):
            self.tally.fenced += 1
            return
        self.looks[job.key] += 1
        if self.looks[job.key] > MOST_LOOKS:
            self.tally.retried += mark.later(job, "changing", now=now)
            return
        in_it = Reminder.objects.filter(message=job.message, state=State.CLAIMED)
        rows = list(in_it.order_by("due_at", "pk"))
        self.tally.untrue += len(job.reminders) - len(rows)
        self.queue.extendleft(prepared([job.message], rows, now=now, tally=self.tally))

    def settle(self, now: datetime) -> None:
        """Mark how letters ended."""
        sent = [key for key, outcome in self.ended if outcome.result == Result.SENT]
        if sent:
            marked = mark.sent([self.under_way[key] for key in sent], now=now)
            self.tally.sent += marked
            self.tally.fenced += len(sent) - marked
            for key in sent:
                job = self.under_way.pop(key)
                self.tally.late_seconds.append(counts.seconds_late(job.reminders, now=now))
            self.ended = [one for one in self.ended if one[0] in self.under_way]
        while self.ended:
            key, outcome = self.ended[0]
            self.not_sent(self.under_way[key], outcome, now=now)
            del self.under_way[key], self.ended[0]

    def not_sent(self, job: Job, outcome: Outcome, *, now: datetime) -> None:
        """Mark a letter that was not taken."""
        code, tally = outcome.code, self.tally
        if outcome.result == Result.REFUSED:
            tally.suppressed += mark.suppressed(job, code, now=now)
        elif outcome.result == Result.OUTAGE:
            tally.retried += mark.outage(job, code, now=now)
        elif outcome.result == Result.FAILED or mark.is_given_up(job):
            logger.warning("message %s failed: %s", job.message.public_id, code)
            tally.failed += mark.ended(job, MessageState.FAILED, State.FAILED, code, now=now)
        else:
            tally.retried += mark.later(job, code, now=now)


def is_anything_due(now: datetime, channel: str) -> bool:
    """Say whether there is work, before a connection is opened for it."""
    due = Reminder.objects.due_by(now).filter(channel=channel)
    return due.exists() or Message.objects.claimable(now).filter(channel=channel).exists()


def prepared(
    messages: Iterable[Message], reminders: Iterable[Reminder], *, now: datetime, tally: Tally
) -> list[Job]:
    """Return those claimed messages that are to be sent now, and settle the others."""
    jobs = {one.pk: Job(one) for one in messages}
    rows = _laid_out(list(reminders), now=now, tally=tally)
    rows = _in_time(rows, now=now, tally=tally)
    for row in rows:
        jobs[row.message_id or 0].reminders.append(row)
    table = desk(rows, now=now)
    return [job for job in jobs.values() if _is_to_be_sent(job, table, now=now, tally=tally)]


def _laid_out(rows: list[Reminder], *, now: datetime, tally: Tally) -> list[Reminder]:
    """Lay out again what changed, and keep the reminders that are still wanted."""
    stale = behind(rows)
    if not stale:
        return rows
    for recovery_id in stale:
        try:
            sync(recovery_id=recovery_id, now=now)
        except (ValueError, KeyError, ArithmeticError):
            # It stays behind, and so its messages are not handed over; all others are.
            logger.exception("recovery %s could not be laid out", recovery_id)
    still = Reminder.objects.filter(pk__in=[row.pk for row in rows], state=State.CLAIMED)
    kept = list(still.order_by("due_at", "pk"))
    tally.untrue += len(rows) - len(kept)
    return kept


def _in_time(rows: list[Reminder], *, now: datetime, tally: Tally) -> list[Reminder]:
    """Record what has become too late, and keep the rest."""
    late = [row.pk for row in rows if row.expires_at <= now]
    if late:
        tally.expired += Reminder.objects.filter(pk__in=late, state=State.CLAIMED).update(
            state=State.EXPIRED, reason="too_late", changed_at=now
        )
    return [row for row in rows if row.expires_at > now]


def _is_to_be_sent(job: Job, table: Desk, *, now: datetime, tally: Tally) -> bool:
    if not job.reminders:
        tally.dropped += mark.ended(job, MessageState.DROPPED, State.SKIPPED, "", now=now)
        return False
    first = job.reminders[0]
    job.desk, job.reader = table, table.reader(first)
    if job.reader is None:
        code = table.why_nobody(first)
        tally.dropped += mark.ended(job, MessageState.DROPPED, State.SKIPPED, code, now=now)
        return False
    if job.address.lower() in table.refused:
        code = "address"
        tally.suppressed += mark.ended(job, MessageState.SUPPRESSED, State.SUPPRESSED, code, now=now)
        return False
    return _is_awake(job, table, now=now, tally=tally)


def _is_awake(job: Job, table: Desk, *, now: datetime, tally: Tally) -> bool:
    """Hold over the quiet hours what must not enter them; say whether anything is left to send now.

    An early medicine does not wait for what it was claimed with.
    """
    opens_at = {row.pk: opening(row, table.wishes_of(row), now) for row in job.reminders}
    asleep = [row for row in job.reminders if opens_at[row.pk] > now]
    if not asleep:
        return True
    until = min(opens_at[row.pk] for row in asleep)
    if len(asleep) == len(job.reminders):
        tally.held += mark.put_off(job, until=until, now=now)
        return False
    tally.held += mark.given_back(job, asleep, until=until, now=now)
    job.reminders = [row for row in job.reminders if row not in asleep]
    return True
