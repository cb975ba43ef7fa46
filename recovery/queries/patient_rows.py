"""What hangs below a patient's recoveries, read in one query: plan rows, visits, results, warnings."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    CharField,
    DateField,
    DateTimeField,
    F,
    IntegerField,
    QuerySet,
    TextField,
    TimeField,
    UUIDField,
    Value,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.querysets import Prepared
from recovery.models import (
    Alert,
    DailyLog,
    PlanFilm,
    PlanGate,
    PlanLoad,
    PlanPhase,
    PlanVersion,
    Recovery,
    Repair,
    Visit,
    XRay,
)

MOST_ROWS = 400
"""More than any plan holds; where it is not, the last visits are left out."""
PREFIX = "c_"


class Row(NamedTuple):
    """One row of one of the tables; what a table does not have is None. ``kind`` sorts visits last."""

    kind: str
    recovery_id: int
    on: date | None
    until: date | None
    number: int | None
    code: str | None
    extra: str | None
    note: str | None
    more: str | None
    verdict: str | None
    film_key: str | None
    name: str | None
    at_time: time | None
    at: datetime | None
    also_at: datetime | None
    public_id: UUID | None


_NOTHING = {
    "on": Cast(Value(None), DateField()),
    "until": Cast(Value(None), DateField()),
    "number": Cast(Value(None), IntegerField()),
    "code": Cast(Value(None), TextField()),
    "extra": Cast(Value(None), TextField()),
    "note": Cast(Value(None), TextField()),
    "more": Cast(Value(None), TextField()),
    "verdict": Cast(Value(None), TextField()),
    "film_key": Cast(Value(None), TextField()),
    "name": Cast(Value(None), TextField()),
    "at_time": Cast(Value(None), TimeField()),
    "at": Cast(Value(None), DateTimeField()),
    "also_at": Cast(Value(None), DateTimeField()),
    "public_id": Cast(Value(None), UUIDField()),
}


def rows_of(
    recoveries: Iterable[Recovery],
    *,
    visits_from_on: date | None,
    logs_from_on: date | None = None,
    has_history: bool = False,
    more: Iterable[QuerySet[Any, Any]] = (),
) -> tuple[Row, ...]:
    """Return the rows of open recoveries and their plans in force, in one query at most.

    Visits count from ``visits_from_on`` on and only while they are booked; None takes all of them. Logs count
    from ``logs_from_on`` on; None takes none.
    ``has_history`` adds the repairs, the gates, the versions of the plan that were confirmed and the loads
    that were released in versions no longer in force. ``more`` adds branches of a page's own, made by
    ``branch``.
    """
    chosen = list(recoveries)
    if not chosen:
        return ()
    ids, plans = [one.pk for one in chosen], [one.plan_id for one in chosen if one.plan_id]
    prepared, branches = (_HISTORY, _long_ago) if has_history else (_NOW, _lately)
    own = list(more)
    if own:
        # Each page's own branches differ, so there is nothing to prepare.
        found = list(_in_order([*branches(ids, plans, visits_from_on, logs_from_on), *own]))
    else:
        found = prepared(ids, plans, visits_from_on, logs_from_on)
    return tuple(Row._make(values) for values in found)


def _now(*asked: Any) -> QuerySet[Any, Any]:
    return _in_order(_lately(*asked))


def _history(*asked: Any) -> QuerySet[Any, Any]:
    return _in_order(_long_ago(*asked))


def _lately(
    ids: Collection[int], plans: Collection[int], from_on: date | None, logs_from_on: date | None
) -> list[QuerySet[Any, Any]]:
    # The first branch tells the driver what the columns hold, so it is one that is never left out.
    logs = [] if logs_from_on is None else [_logs(ids, logs_from_on)]
    return [_alerts(ids), *_plan(plans), _results(ids), _visits(ids, from_on), *logs]


def _long_ago(
    ids: Collection[int], plans: Collection[int], from_on: date | None, logs_from_on: date | None
) -> list[QuerySet[Any, Any]]:
    now = _lately(ids, plans, from_on, logs_from_on)
    return [*now, _repairs(ids), _gates(plans), _versions(ids), _past_loads(ids, plans)]


def _in_order(branches: list[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    union = branches[0].union(*branches[1:], all=True)
    return union.order_by(f"{PREFIX}kind", f"{PREFIX}on", f"{PREFIX}number")[:MOST_ROWS]


_NOW: Prepared[tuple[Any, ...]] = Prepared(_now)
_HISTORY: Prepared[tuple[Any, ...]] = Prepared(_history)


def of_kind(rows: Iterable[Row], kind: str, recovery: Recovery) -> tuple[Row, ...]:
    """Keep one kind of row of one recovery, in their order."""
    return tuple(row for row in rows if row.kind == kind and row.recovery_id == recovery.pk)


def branch(rows: QuerySet[Any, Any], kind: str, to_recovery: str, **columns: object) -> QuerySet[Any, Any]:
    """Lay one table into the columns of ``Row``: each by the name of a field, or by an expression."""
    values = {
        "kind": Cast(Value(kind), CharField(max_length=10)),
        "recovery_id": F(to_recovery),
        **_NOTHING,
        **{name: F(one) if isinstance(one, str) else one for name, one in columns.items()},
    }
    named = {f"{PREFIX}{name}": values[name] for name in Row._fields}
    found: QuerySet[Any, Any] = rows.order_by().annotate(**named).values_list(*named)
    return found


def _plan(plans: Collection[int]) -> Iterable[QuerySet[Any, Any]]:
    yield branch(
        PlanFilm.objects.filter(plan__in=plans),
        "film",
        "plan__recovery_id",
        on="window_from_on",
        until="window_until_on",
        number="week",
        film_key="key",
    )
    yield branch(
        PlanLoad.objects.filter(plan__in=plans),
        "load",
        "plan__recovery_id",
        on="from_on",
        until="until_on",
        number="position",
        code="code",
        note="release_note",
        name="released_by_name",
        at="released_at",
    )
    yield branch(
        PlanPhase.objects.filter(plan__in=plans),
        "phase",
        "plan__recovery_id",
        on="starts_on",
        until="ends_on",
        code="code",
        note="release_note",
        name="released_by_name",
        at="released_at",
    )


def _gates(plans: Collection[int]) -> QuerySet[Any, Any]:
    needs = Cast("needs", TextField())
    return branch(
        PlanGate.objects.filter(plan__in=plans), "gate", "plan__recovery_id", code="change", more=needs
    )


def _past_loads(ids: Collection[int], in_force: Collection[int]) -> QuerySet[Any, Any]:
    released = PlanLoad.objects.filter(plan__recovery__in=ids, released_at__isnull=False)
    return branch(
        released.exclude(plan__in=in_force),
        "past_load",
        "plan__recovery_id",
        on="from_on",
        number="position",
        code="code",
        note="release_note",
        name="released_by_name",
        at="released_at",
    )


def _alerts(ids: Collection[int]) -> QuerySet[Any, Any]:
    return branch(
        Alert.objects.open().filter(recovery__in=ids),
        "alert",
        "recovery_id",
        on="day",
        code="flag_id",
        extra="urgency",
        name="acknowledged_by_name",
        at="raised_at",
        also_at="acknowledged_at",
        public_id="public_id",
    )


def _logs(ids: Collection[int], from_on: date) -> QuerySet[Any, Any]:
    days = DailyLog.objects.filter(recovery__in=ids, day__gte=from_on)
    return branch(days, "log", "recovery_id", on="day", number="pain_rest")


def _repairs(ids: Collection[int]) -> QuerySet[Any, Any]:
    return branch(
        Repair.objects.filter(recovery__in=ids),
        "repair",
        "recovery_id",
        on="operated_on",
        number="sequence",
        code="method",
        extra="graft",
        more=Cast("hardware", TextField()),
    )


def _versions(ids: Collection[int]) -> QuerySet[Any, Any]:
    return branch(
        PlanVersion.objects.filter(recovery__in=ids, confirmed_at__isnull=False),
        "version",
        "recovery_id",
        number="number",
        note="reason",
        name="confirmed_by_name",
        at="confirmed_at",
    )


def _results(ids: Collection[int]) -> QuerySet[Any, Any]:
    # A moved bone is told by phone first; until then its result stays hidden, but its film counts as done.
    return branch(
        XRay.objects.filter(recovery__in=ids),
        "result",
        "recovery_id",
        on="film_date",
        number=Cast("patient_phoned", IntegerField()),
        code="position_vs_last",
        extra="callus",
        note="note_for_patient",
        more=KT("findings__hardware"),
        verdict="clinician_verdict",
        film_key="film_key",
        name="recorded_by_name",
        at="recorded_at",
        also_at="seen_at",
        public_id="public_id",
    )


def _visits(ids: Collection[int], from_on: date | None) -> QuerySet[Any, Any]:
    visits = Visit.objects.filter(recovery__in=ids)
    return branch(
        visits if from_on is None else visits.booked().from_day(from_on),
        "visit",
        "recovery_id",
        on="on",
        number="minutes",
        code="kind",
        extra="state",
        film_key="film_key",
        note="place",
        at_time="at",
        at="booked_at",
        also_at="cannot_come_at",
        public_id="public_id",
    )
