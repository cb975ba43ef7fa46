"""Queries whose SQL is written once and then only filled in.

Django builds and compiles a query set anew each time it is asked, which on the busiest pages costs more than
the database itself. A prepared query comes from an ordinary query set, so its doors and filters stay the
same; only the values differ from one call to the next. ``docs/decisions/0019-prepared-queries.md`` says when
to use one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import Any, Generic, TypeAlias, TypeVar, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

from accounts import clock

Row = TypeVar("Row")
Shape: TypeAlias = tuple[Any, ...]
"""For each argument its type, None where it is None, or for a list the types of its items."""

MOST_SHAPES = 64
_LONG_AGO = datetime(1703, 1, 1, tzinfo=UTC)
# Small enough for every integer column, and no constant of any query.
_FIRST_NUMBER, _LAST_NUMBER = 31_607, 32_767


class NotAParameter(TypeError):
    """A value does not reach the database as it is, so that it cannot be filled in later."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A compiled query. ``places`` tells for each parameter which value fills it; None is a constant."""

    rows: models.QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    places: tuple[int | None, ...]
    converters: dict[int, Any]


class Prepared(Generic[Row]):
    """A query set with places for values: integers, dates, times, instants, UUIDs, text, and lists of these.

    ``build`` gets the arguments of a call and returns the query set. What it builds may depend on their types
    and lengths and on which of them are None, never on what they are. One compiled query is kept for each
    such shape, at most 64. While clocks are shifted (tests, the demo) it is built each time: the doors in it
    then hold the shifted instant.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self._build = build
        self._plan = lru_cache(MOST_SHAPES)(self._compile)

    def __call__(self, *values: Any, part: slice | None = None) -> list[Row]:
        """Return the rows for these values, or the ``part`` of them (1 query).

        Raises NotAParameter where a value cannot be filled in.
        """
        if clock.offset():
            return list(_part_of(self._build(*values), part))
        plan = self._plan(tuple(_shape(one) for one in values), (part.start, part.stop) if part else None)
        return [] if plan is None else list(_filled(plan, list(_flat(values))))

    def _compile(self, shape: Shape, part: tuple[int, int] | None) -> _Plan | None:
        """Compile the query once with values that stand for nothing, and find where they went."""
        marks = _Marks()
        rows = _part_of(self._build(*(marks.like(one) for one in shape)), slice(*part) if part else None)
        connection = connections[DEFAULT_DB_ALIAS]
        compiler = rows.query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        known = {_adapted(connection, mark): number for number, mark in enumerate(marks.made)}
        places = tuple(known.get(one) for one in params)
        if missing := [marks.made[one] for one in set(known.values()) - set(places)]:
            raise NotAParameter(f"{missing} of {self._build.__name__}")
        select = [one[0] for one in (compiler.select or ())[: compiler.col_count]]
        return _Plan(rows, compiler, sql, tuple(params), places, compiler.get_converters(select))


class _Marks:
    """Values that stand for others while a query is compiled, each of them once."""

    def __init__(self) -> None:
        self.made: list[Any] = []

    def like(self, shape: Any) -> Any:
        if shape is None:
            return None
        if isinstance(shape, tuple):
            return [self.like(one) for one in shape]
        self.made.append(_MARKS[shape](len(self.made)))
        return self.made[-1]


def _number(place: int) -> int:
    if _FIRST_NUMBER + place > _LAST_NUMBER:
        raise NotAParameter("too many values")
    return _FIRST_NUMBER + place


_MARKS: dict[type, Callable[[int], Any]] = {
    int: _number,
    str: lambda place: f"\x02{place}\x03",
    UUID: lambda place: UUID(int=(0x1703 << 96) + place),
    date: lambda place: _LONG_AGO.date() + timedelta(days=place),
    datetime: lambda place: _LONG_AGO + timedelta(minutes=place, seconds=7),
    time: lambda place: time(3, 7, 13, place),
}


def _part_of(rows: models.QuerySet[Any, Any], part: slice | None) -> models.QuerySet[Any, Any]:
    return rows if part is None else rows[part]


def _shape(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_shape(one) for one in value)
    if type(value) not in _MARKS:
        raise NotAParameter(f"{type(value).__name__} cannot be filled in")
    return type(value)


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for one in values:
        if isinstance(one, list | tuple | set | frozenset):
            yield from (item for item in one if item is not None)
        elif one is not None:
            yield one


def _adapted(connection: BaseDatabaseWrapper, value: Any) -> Any:
    """Return a value as Django hands it to the database's driver."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, time):
        return connection.ops.adapt_timefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _filled(plan: _Plan, values: Sequence[Any]) -> models.QuerySet[Any, Any]:
    """Return the query set of a plan, to be read once, with these values in their places."""
    connection = connections[DEFAULT_DB_ALIAS]
    locks = plan.rows.query.select_for_update and connection.features.has_select_for_update
    if locks and connection.get_autocommit():  # Django asks this only when it compiles
        raise TransactionManagementError("A lock outside of a transaction locks nothing.")
    adapted = [_adapted(connection, one) for one in values]
    params = tuple(
        constant if place is None else _like(constant, adapted[place])
        for constant, place in zip(plan.params, plan.places, strict=True)
    )
    rows, query = _twin(plan.rows), _twin(plan.rows.query)
    query.get_compiler = partial(_compiler, plan, params)
    rows._query, rows._result_cache = query, None
    return cast(models.QuerySet[Any, Any], rows)


def _like(mark: Any, value: Any) -> Any:
    """Give a number the type that tells PostgreSQL its width."""
    return type(mark)(value) if isinstance(value, int) else value


def _compiler(plan: _Plan, params: tuple[Any, ...], using: str, **_more: Any) -> SQLCompiler:
    compiler = _twin(plan.compiler)
    compiler.connection = connections[using]  # each thread has its own
    compiler.as_sql = lambda **_asked: (plan.sql, params)
    compiler.get_converters = lambda _fields: plan.converters
    return cast(SQLCompiler, compiler)


def _twin(one: Any) -> Any:
    """Copy an object's fields and nothing below them. ``copy`` would run the query of a query set."""
    twin = object.__new__(type(one))
    twin.__dict__.update(one.__dict__)
    return twin
