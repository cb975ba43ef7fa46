"""The exercises of a day with the sets done: what several of a patient's pages list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.querysets import Prepared
from recovery import protocols
from recovery.domain.progress import SetsFact, sets_fact
from recovery.models import Assignment, Recovery, SetDone
from recovery.queries import patient_words

MOST_TASKS = 60
FACT_DAYS = 7
LOGS_READ = 14
"""How many days back the fact about pain reaches."""


@dataclass(frozen=True, slots=True)
class Task:
    """One exercise of a day. ``planned`` and ``done`` count sets; ``is_on`` says whether it is to be done."""

    id: UUID
    recovery_id: int
    exercise_id: str
    name: str
    dose: str
    planned: int
    done: int
    done_lately: int
    starts_on: date
    ends_on: date | None
    is_on: bool

    @property
    def is_done(self) -> bool:
        """Say whether all sets of the day are done."""
        return self.done >= self.planned

    @property
    def left(self) -> int:
        """Return how many sets are left."""
        return max(0, self.planned - self.done)


def tasks(recoveries: Iterable[Recovery], *, day: date) -> tuple[Task, ...]:
    """Return the exercises that ran within the week up to ``day``, those to be done first (1 query)."""
    ids = [one.pk for one in recoveries]
    if not ids:
        return ()
    rows = _ASSIGNMENTS(ids, day, day - timedelta(days=FACT_DAYS - 1))
    found = [_task(row, day) for row in rows]
    return tuple(sorted(found, key=lambda one: (not one.is_on, one.is_done)))


def _assignments(ids: Collection[int], day: date, week_ago: date) -> QuerySet[Assignment]:
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=week_ago)
    rows = (
        Assignment.objects.filter(running, recovery__in=ids, starts_on__lte=day)
        .annotate(done=_sets(day, day), done_lately=_sets(week_ago, day))
        .order_by("pk")
    )
    return rows[:MOST_TASKS]


_ASSIGNMENTS: Prepared[Assignment] = Prepared(_assignments)


def _sets(first: date, last: date) -> Coalesce:
    done: QuerySet[SetDone] = SetDone.objects.counted().filter(
        assignment=OuterRef("pk"), day__range=(first, last)
    )
    number = done.order_by().values("assignment").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _task(row: Assignment, day: date) -> Task:
    counts = vars(row)
    exercise = protocols.load(row.content_version).exercises[row.exercise_id]
    return Task(
        id=row.public_id,
        recovery_id=row.recovery_id,
        exercise_id=row.exercise_id,
        name=_(exercise.name),
        dose=patient_words.dose(reps=row.reps, hold_seconds=row.hold_seconds, minutes=row.minutes),
        planned=row.sets_per_day,
        done=counts["done"],
        done_lately=counts["done_lately"],
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_on=row.paused_at is None and (row.ends_on is None or row.ends_on >= day),
    )


def to_do(found: Iterable[Task]) -> tuple[Task, ...]:
    """Keep what is to be done on the day itself, done ones last."""
    return tuple(one for one in found if one.is_on)


def sets_of_week(found: Collection[Task], *, today: date) -> SetsFact | None:
    """Return the sets done of those planned in the week up to ``today``; None where none were planned."""
    days = [today - timedelta(days=back) for back in range(FACT_DAYS)]
    planned = {day: sum(one.planned for one in found if _ran_on(one, day)) for day in days}
    # The database has added up the week, so its sum stands on one day of it.
    return sets_fact(
        done={today: sum(one.done_lately for one in found)}, planned=planned, today=today, days=FACT_DAYS
    )


def _ran_on(task: Task, day: date) -> bool:
    if task.starts_on > day:
        return False
    return task.is_on if task.ends_on is None else day <= task.ends_on
