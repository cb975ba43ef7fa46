"""Sets of exercises by day: how many were planned, how many were done."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce

from accounts.clock import local_day
from recovery.models import Assignment, Recovery, SetDone
from recovery.queries.patient_rows import Row, branch


def planned_on(rows: Iterable[Assignment], day: date, zone: str) -> int:
    """Return how many sets a day asks for; a pause counts from the day it began."""
    return sum(
        one.sets_per_day
        for one in rows
        if one.starts_on <= day
        and (one.ends_on is None or day <= one.ends_on)
        and (one.paused_at is None or day < local_day(one.paused_at, zone))
    )


def assigned(recovery: Recovery, *, first: date, last: date) -> QuerySet[Any, Any]:
    """Return the branch of ``rows_of`` that holds what was assigned between two days.

    ``number`` is the sets a whole day asks for, ``more`` the sets done between the days.
    """
    done = SetDone.objects.counted().filter(assignment=OuterRef("pk"), day__range=(first, last))
    number = done.order_by().values("assignment").annotate(number=Count("pk")).values("number")
    counted = Coalesce(Subquery(number, output_field=IntegerField()), 0)
    return branch(
        Assignment.objects.filter(recovery=recovery, starts_on__lte=last).exclude(ends_on__lt=first),
        "assigned",
        "recovery_id",
        on="starts_on",
        until="ends_on",
        number=F("sets") * F("times_per_day"),
        code="exercise_id",
        extra="content_version",
        more=Cast(counted, TextField()),
        at="paused_at",
    )


def planned_by_day(rows: Iterable[Row], *, first: date, last: date, zone: str) -> dict[date, int]:
    """Return the sets that rows of ``assigned`` ask for on each day."""
    found = [
        Assignment(
            starts_on=row.on, ends_on=row.until, paused_at=row.at, sets=row.number or 0, times_per_day=1
        )
        for row in rows
        if row.on
    ]
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {day: planned_on(found, day, zone) for day in days}


def done_by_day(recovery: Recovery, *, first: date, last: date) -> Mapping[date, int]:
    """Return the sets done on each day that has any (1 query)."""
    sets = SetDone.objects.counted().filter(assignment__recovery=recovery, day__range=(first, last))
    return dict(sets.order_by().values_list("day").annotate(number=Count("pk")))
