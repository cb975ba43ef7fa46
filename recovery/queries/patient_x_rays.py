"""X-rays: what is due, booked, late or waiting for its result, and every result the patient may read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from accounts.clock import local_day
from recovery.models import Recovery, Visit
from recovery.queries import patient_place, patient_words
from recovery.queries.patient_log import Other
from recovery.queries.patient_rows import Row, of_kind, rows_of
from recovery.queries.patient_timeline import Step, others, results
from recovery.queries.patient_today import RESULT_DAYS, is_shown
from recovery.queries.patient_words import Phones


@dataclass(frozen=True, slots=True)
class Due:
    """An x-ray without a result. ``state`` is booked, waiting (for its result), overdue, book or planned.

    ``at``, ``place`` and ``visit_id`` belong to the visit that is booked for it.
    """

    state: str
    from_on: date
    until_on: date
    at: time | None = None
    place: str = ""
    visit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A result in plain words; ``step`` is as the timeline shows it. ``recorded_on`` is the clinic's date."""

    step: Step
    recorded_on: date | None
    visit_id: UUID | None


@dataclass(frozen=True, slots=True)
class XRaysPage:
    """The x-rays of one recovery. ``results`` has the newest first."""

    recovery: Recovery
    bone: str
    others: tuple[Other, ...]
    query: str
    today: date
    due: tuple[Due, ...]
    results: tuple[Result, ...]
    phones: Phones

    @property
    def new_result_ids(self) -> tuple[UUID, ...]:
        """Return the results that the patient opens for the first time."""
        return tuple(one.step.id for one in self.results if one.step.is_new and one.step.id)


def x_rays(recoveries: Sequence[Recovery], recovery: Recovery, *, today: date) -> XRaysPage:
    """Return the x-rays of one of a person's recoveries; ``today`` is their local date (1 query)."""
    rows = rows_of([recovery], visits_from_on=None)
    return XRaysPage(
        recovery=recovery,
        bone=patient_place.bone_of(recovery),
        others=others(recoveries, recovery),
        query=f"recovery={recovery.public_id}" if len(recoveries) > 1 else "",
        today=today,
        due=() if recovery.is_closed else due(recovery, rows, today),
        results=readable(recovery, rows),
        phones=patient_words.phones_of(recovery.patient.clinic),
    )


def readable(recovery: Recovery, rows: Sequence[Row]) -> tuple[Result, ...]:
    """Return the results that the patient may read, the newest film first."""
    visits = {row.film_key: row.public_id for row in of_kind(rows, "visit", recovery) if row.film_key}
    shown = [row for row in of_kind(rows, "result", recovery) if row.on and is_shown(row)]
    shown.sort(key=lambda row: (row.on, row.at), reverse=True)
    return tuple(
        Result(step, _recorded_on(recovery, row), visits.get(row.film_key or ""))
        for row, step in zip(shown, results(shown), strict=True)
    )


def _recorded_on(recovery: Recovery, row: Row) -> date | None:
    return local_day(row.at, recovery.patient.clinic.time_zone) if row.at else None


def due(recovery: Recovery, rows: Sequence[Row], today: date) -> tuple[Due, ...]:
    """Return the films without a result and the x-ray visits beside them, the nearest first.

    Of windows that have passed without a visit only the last is still worth a call.
    """
    results_of = of_kind(rows, "result", recovery)
    read = {row.film_key for row in results_of if row.film_key}
    booked = [
        row
        for row in of_kind(rows, "visit", recovery)
        if row.code == Visit.Kind.X_RAY and row.extra == Visit.State.BOOKED and row.on
    ]
    by_film = {row.film_key for row in booked if row.film_key}
    films = [row for row in of_kind(rows, "film", recovery) if row.film_key not in read]
    open_films = sorted(
        (row for row in films if row.film_key not in by_film), key=lambda row: row.on or date.min
    )
    newest = max((row.on for row in results_of if row.on), default=date.min)
    waiting = (_visit(row, today) for row in booked if _is_wanted(row, newest, today))
    found = [*waiting, *_films(open_films, newest, today)]
    return tuple(sorted(found, key=lambda one: one.from_on))


def _is_wanted(visit: Row, newest_result_on: date, today: date) -> bool:
    """Say whether a visit lies ahead, or its result is still to come."""
    if visit.on is None or visit.on >= today:
        return visit.on is not None
    return newest_result_on < visit.on and (
        bool(visit.film_key) or today - visit.on <= timedelta(RESULT_DAYS)
    )


def _visit(row: Row, today: date) -> Due:
    assert row.on is not None  # noqa: S101  # nosec: booked visits have a day
    state = "waiting" if row.on < today else "booked"
    return Due(state, row.on, row.on, row.at_time, row.note or "", row.public_id)


def _films(films: Sequence[Row], newest_result_on: date, today: date) -> Iterable[Due]:
    passed = [row for row in films if row.until and row.until < today and row.until > newest_result_on]
    for row in films:
        if row.on is None or row.until is None:
            continue
        if row.until >= today:
            yield Due("book" if row.on <= today else "planned", row.on, row.until)
        elif passed and row is passed[-1]:
            yield Due("overdue", row.on, row.until)
