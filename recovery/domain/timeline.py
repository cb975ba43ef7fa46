"""A protocol laid out on the patient's own calendar.

Offsets are whole days, so a change of clocks never moves a date. Dates only *propose*: a clinician
releases each phase and each load.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from recovery.domain.protocol import (
    ALTERNATIVE,
    STANDARD,
    Gate,
    LoadStep,
    Protocol,
    WeekRange,
)

DAYS_IN_WEEK = 7
EARLY_FILM_WEEK = 3
EARLY_FILM_WINDOW_DAYS = 3
LATER_FILM_WINDOW_DAYS = 7
ADULT_YEARS = 18


class LoadChoiceMissing(ValueError):
    """Units differ on the load of this protocol, and nobody has picked one."""


class LoadChoiceUnknown(ValueError):
    """The load that was picked is not one that this protocol has."""


@dataclass(frozen=True, slots=True)
class DatedPhase:
    """A phase with its dates; ``ends_on`` is the first day after it."""

    code: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class DatedLoad:
    """A proposed load; ``until_on`` is the first day after it, None for the last one."""

    code: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Film:
    """A follow-up film; both days of its window belong to the window."""

    key: str
    week: int
    due_on: date
    window_from_on: date
    window_until_on: date


@dataclass(frozen=True, slots=True)
class TherapyBlock:
    """A span in which so many visits a week are proposed; ``until_on`` is the first day after it."""

    from_on: date
    until_on: date
    visits_per_week: Decimal


@dataclass(frozen=True, slots=True)
class DatedRomLimit:
    """A limit of bending in degrees; ``until_on`` is the first day after it."""

    motion: str
    limit_deg: int
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class DatedImmobilisation:
    """The device that holds the break, and the days between which it usually comes off."""

    device: str
    off_from_on: date
    off_until_on: date


@dataclass(frozen=True, slots=True)
class DatedGate:
    """A gate with the first day on which its time is up; None where its steps have their own days."""

    gate: Gate
    earliest_on: date | None
    steps: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A protocol's rows as dates. ``ends_on`` is the later of the last phase's end and the last film.

    ``gates`` stand between the phases, in order; ``extra_gates`` stand beside them. Of ``union`` and
    ``recovery`` exactly one is set: a range in weeks, on purpose without dates.
    """

    protocol_id: str
    day_zero_on: date
    load_choice: str
    phases: tuple[DatedPhase, ...]
    loads: tuple[DatedLoad, ...]
    films: tuple[Film, ...]
    therapy: tuple[TherapyBlock, ...]
    rom_limits: tuple[DatedRomLimit, ...]
    immobilisation: DatedImmobilisation
    gates: tuple[DatedGate, ...]
    extra_gates: tuple[DatedGate, ...]
    union: WeekRange | None
    recovery: WeekRange | None
    ends_on: date


def lay_out(protocol: Protocol, *, day_zero_on: date, load_choice: str | None = None) -> Layout:
    """Return the protocol's rows as calendar dates, counted from day 0.

    ``load_choice`` is ``standard`` or ``alternative``. Raises LoadChoiceMissing where units differ and none
    was picked, LoadChoiceUnknown where the protocol has no such load.
    """
    phases = tuple(
        DatedPhase(one.code, _day(day_zero_on, one.from_week), _day(day_zero_on, one.until_week))
        for one in protocol.phases
    )
    films = tuple(_film(day_zero_on, week) for week in protocol.film_weeks)
    starts = (one.starts_on for one in phases[1:])
    return Layout(
        protocol_id=protocol.id,
        day_zero_on=day_zero_on,
        load_choice=load_choice or STANDARD,
        phases=phases,
        loads=tuple(_load(day_zero_on, one) for one in _chosen_load(protocol, load_choice)),
        films=films,
        therapy=tuple(
            TherapyBlock(
                _day(day_zero_on, one.from_week), _day(day_zero_on, one.until_week), one.visits_per_week
            )
            for one in protocol.therapy
        ),
        rom_limits=tuple(
            DatedRomLimit(
                one.motion,
                one.limit_deg,
                _day(day_zero_on, one.from_week),
                _day(day_zero_on, one.until_week),
            )
            for one in protocol.rom_limits
        ),
        immobilisation=DatedImmobilisation(
            protocol.immobilisation.device,
            _day(day_zero_on, protocol.immobilisation.min_weeks),
            _day(day_zero_on, protocol.immobilisation.max_weeks),
        ),
        gates=tuple(
            _gate(day_zero_on, gate, starts_on)
            for gate, starts_on in zip(protocol.gates, starts, strict=True)
        ),
        extra_gates=tuple(_gate(day_zero_on, gate, None) for gate in protocol.extra_gates),
        union=protocol.union,
        recovery=protocol.recovery,
        ends_on=max([phases[-1].ends_on, *(film.due_on for film in films)]),
    )


def days_since(day_zero_on: date, today: date) -> int:
    """Return whole days since day 0; negative before it."""
    return (today - day_zero_on).days


def completed_weeks(day_zero_on: date, today: date) -> int:
    """Return completed weeks since day 0, the unit of every protocol table: days 14 to 20 are 2."""
    return days_since(day_zero_on, today) // DAYS_IN_WEEK


def week_of(day_zero_on: date, today: date) -> int:
    """Return the week as screens say it: days 14 to 20 are "Week 3". Never compare it with a table."""
    return completed_weeks(day_zero_on, today) + 1


def is_adult(born_on: date, today: date) -> bool:
    """Say whether a person is 18 or older; who was born on 29 February comes of age on 1 March."""
    not_yet = (today.month, today.day) < (born_on.month, born_on.day)
    return today.year - born_on.year - not_yet >= ADULT_YEARS


def _day(day_zero_on: date, week: int) -> date:
    return day_zero_on + timedelta(days=DAYS_IN_WEEK * week)


def _chosen_load(protocol: Protocol, load_choice: str | None) -> tuple[LoadStep, ...]:
    if load_choice is None and protocol.asks_load_choice:
        raise LoadChoiceMissing(protocol.id)
    if load_choice in (None, STANDARD):
        return protocol.load
    if load_choice == ALTERNATIVE and protocol.asks_load_choice:
        return protocol.load_alt
    raise LoadChoiceUnknown(f"{protocol.id}: {load_choice!r}")


def _load(day_zero_on: date, step: LoadStep) -> DatedLoad:
    until_on = None if step.until_week is None else _day(day_zero_on, step.until_week)
    return DatedLoad(step.code, _day(day_zero_on, step.from_week), until_on)


def _film(day_zero_on: date, week: int) -> Film:
    due_on = _day(day_zero_on, week)
    window = timedelta(days=EARLY_FILM_WINDOW_DAYS if week <= EARLY_FILM_WEEK else LATER_FILM_WINDOW_DAYS)
    return Film(f"week-{week}", week, due_on, due_on - window, due_on + window)


def _gate(day_zero_on: date, gate: Gate, starts_on: date | None) -> DatedGate:
    days = [_day(day_zero_on, need.min_week) for need in gate.needs if need.min_week is not None]
    if starts_on is not None and any(need.at_phase_start for need in gate.needs):
        days.append(starts_on)
    steps = tuple((_day(day_zero_on, week), code) for need in gate.needs for week, code in need.steps)
    return DatedGate(gate, max(days, default=None), steps)
