"""A day as the patient logged it: what may be answered, and how two devices' answers become one day."""

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias, TypeGuard
from zoneinfo import ZoneInfo

from recovery.domain.problem import Problem

REQUIRED_FIELD = "pain_rest"
PAIN_BOUNDS = (0, 10)
CHECK_FIELD = "check"
CHECK_OPTIONS = ("fine", "wrong")
NOTE_FIELD = "note"
NOTE_LENGTH = 2000
SCREEN_DAYS_BACK = 3
"""How many days before today a person can log or change on the pages."""
IN_FUTURE = "in_future"
BEFORE_INJURY = "before_injury"
TOO_FAR_BACK = "too_far_back"
# Bounds of storage, not of medicine: they only keep nonsense out.
LINE_LENGTH = 200
LIST_LENGTH = 100
PLAIN_INT_BOUNDS = (0, 100_000)
ANGLE_BOUNDS_DEG = (-180, 180)
GOALS = 3
# A thermometer for people shows nothing outside these, and the two scales do not overlap.
CELSIUS_BOUNDS = (30, 45)
FAHRENHEIT_BOUNDS = (86, 113)

Number: TypeAlias = int | float | Decimal


@dataclass(frozen=True, slots=True)
class FlagRule:
    """Which answer opens which warning signs. ``at_least_c`` is a temperature in degrees Celsius."""

    answer: str | bool | None
    at_least_c: Decimal | None
    flag_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogField:
    """One question of the daily log. ``until`` is a reviewed sentence that no code acts on.

    ``until_week`` is the first completed week in which the question is no longer asked,
    ``flags_until_week`` the first one in which it opens no warning sign any more.
    """

    name: str
    frequency: str
    kind: str
    prompt: str
    minimum: int | None = None
    maximum: int | None = None
    options: tuple[str, ...] = ()
    unit: str | None = None
    loinc: str | None = None
    flags: tuple[FlagRule, ...] = ()
    flags_until_week: int | None = None
    until_week: int | None = None
    until: str | None = None

    def is_asked(self, completed_weeks: int) -> bool:
        """Say whether the question still belongs to the log in a week."""
        return self.until_week is None or completed_weeks < self.until_week


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One save of one day: the patient's local day, the instant of the act and the zone it happened in.

    ``answers`` holds only what this save set. None takes an answer back.
    """

    day: date
    done_at: datetime
    zone: str
    answers: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and the instant (UTC) at which it was set; a value of None was taken back."""

    value: object
    set_at: datetime


@dataclass(frozen=True, slots=True)
class DayLog:
    """A day with the latest answer to each question."""

    day: date
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, object]:
        """Return the answers that stand, without those that were taken back."""
        return {name: one.value for name, one in sorted(self.answers.items()) if one.value is not None}


def merge(current: DayLog | None, entry: DayEntry) -> DayLog:
    """Return the day after a save: for each field the answer that was set later wins.

    The result does not depend on the order in which saves arrive, and a repeat changes nothing. Of two
    answers set at the same instant the one whose JSON sorts last wins. Raises ValueError if the days differ.
    """
    log = current or DayLog(entry.day)
    if log.day != entry.day:
        raise ValueError(f"{entry.day} cannot be merged into {log.day}")
    # Python compares two times of one zone by the wall clock, which runs twice in autumn: compare in UTC.
    set_at = entry.done_at.astimezone(UTC)
    answers = dict(log.answers)
    for name, value in entry.answers.items():
        answer = Answer(value, set_at)
        answers[name] = max(answers.get(name, answer), answer, key=_precedence)
    return DayLog(log.day, answers)


def needs_help(pain_today: int, pain_before: int | None, *, high: int, rise: int) -> bool:
    """Say whether pain is at least ``high``, or at least ``rise`` points above the earlier value."""
    return pain_today >= high or (pain_before is not None and pain_today - pain_before >= rise)


def is_number(value: object) -> TypeGuard[Number]:
    """Say whether a value is a finite number; a yes or no is none."""
    if isinstance(value, Decimal):
        return value.is_finite()
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def celsius(temperature: Number) -> Decimal:
    """Return a body temperature in degrees Celsius; values of 86 and more are taken as Fahrenheit."""
    # A float is read as it is written: 100.4 must become 38 and nothing less.
    value = Decimal(str(temperature)) if isinstance(temperature, float) else Decimal(temperature)
    return (value - 32) * 5 / 9 if value >= FAHRENHEIT_BOUNDS[0] else value


def check_entry(
    entry: DayEntry,
    *,
    fields: Iterable[LogField],
    today: date,
    days_back: int,
    not_before: date | None = None,
) -> list[Problem]:
    """Return what is wrong with an entry; an empty list if nothing is.

    ``today`` is the patient's own date; the day may lie ``days_back`` days before it, and not before
    ``not_before`` (the injury). ``pain_rest`` is required.
    """
    known = {one.name: one for one in (*fields, *_OWN_FIELDS)}
    of_day = day_problem(entry.day, today=today, days_back=days_back, not_before=not_before)
    problems = [*([of_day] if of_day else []), *_act_problems(entry)]
    if entry.answers.get(REQUIRED_FIELD) is None:
        problems.append(Problem(REQUIRED_FIELD, "required", _bounds(PAIN_BOUNDS)))
    for name, value in entry.answers.items():
        if name not in known:
            problems.append(Problem(str(name), "unknown_field"))
        elif value is not None:
            problems.extend(_answer_problems(known[name], value))
    return problems


def day_problem(day: date, *, today: date, days_back: int, not_before: date | None) -> Problem | None:
    """Return why a day cannot be logged; None where it can."""
    earliest = today - timedelta(days=days_back)
    if day > today:
        return Problem("day", IN_FUTURE, {"today": today})
    if not_before is not None and day < not_before:
        return Problem("day", BEFORE_INJURY, {"earliest": not_before})
    if day < earliest:
        return Problem("day", TOO_FAR_BACK, {"earliest": earliest, "days": days_back})
    return None


def _precedence(answer: Answer) -> tuple[datetime, str]:
    return answer.set_at, json.dumps(answer.value, sort_keys=True, default=str)


def _act_problems(entry: DayEntry) -> Iterable[Problem]:
    if entry.done_at.utcoffset() is None:
        yield Problem("done_at", "no_offset")
    try:
        ZoneInfo(entry.zone)
    except (ValueError, LookupError, OSError):
        yield Problem("zone", "unknown_zone")


def _answer_problems(one: LogField, value: object) -> Iterable[Problem]:
    check = _CHECKS.get(one.kind)
    # A photo is uploaded, never typed; a kind that nobody taught this module is refused too.
    return check(one, value) if check else [Problem(one.name, "not_typed")]


def _bounds(bounds: tuple[int, int]) -> dict[str, object]:
    return {"min": bounds[0], "max": bounds[1]}


def _bounds_of(one: LogField) -> tuple[int, int]:
    low, high = PLAIN_INT_BOUNDS
    return (low if one.minimum is None else one.minimum, high if one.maximum is None else one.maximum)


def _int_problems(one: LogField, value: object) -> Iterable[Problem]:
    if not isinstance(value, int) or isinstance(value, bool):
        return [Problem(one.name, "not_a_whole_number", _bounds(_bounds_of(one)))]
    return _number_problems(one.name, value, _bounds_of(one))


def _decimal_problems(one: LogField, value: object) -> Iterable[Problem]:
    if one.unit is None:
        return _number_problems(one.name, value, _bounds_of(one))
    is_fahrenheit = not _number_problems(one.name, value, FAHRENHEIT_BOUNDS)
    return [] if is_fahrenheit else _number_problems(one.name, value, CELSIUS_BOUNDS)


def _number_problems(name: str, value: object, bounds: tuple[int, int]) -> list[Problem]:
    if not is_number(value):
        return [Problem(name, "not_a_number", _bounds(bounds))]
    inside = bounds[0] <= value <= bounds[1]
    return [] if inside else [Problem(name, "out_of_bounds", _bounds(bounds))]


def _angle_problems(one: LogField, value: object) -> Iterable[Problem]:
    return _number_problems(one.name, value, ANGLE_BOUNDS_DEG)


def _bool_problems(one: LogField, value: object) -> Iterable[Problem]:
    return [] if isinstance(value, bool) else [Problem(one.name, "not_yes_or_no")]


def _choice_problems(one: LogField, value: object) -> Iterable[Problem]:
    if value not in one.options:
        yield Problem(one.name, "unknown_option", {"value": str(value)[:LINE_LENGTH]})


def _multi_problems(one: LogField, value: object) -> Iterable[Problem]:
    yield from _list_problems(one.name, value, len(one.options))
    for chosen in _items(value):
        yield from _choice_problems(one, chosen)


def _checklist_problems(one: LogField, value: object) -> Iterable[Problem]:
    yield from _list_problems(one.name, value, LIST_LENGTH)
    for line in _items(value):
        yield from _line_problems(one.name, line)


def _note_problems(one: LogField, value: object) -> Iterable[Problem]:
    return _text_problems(one.name, value, NOTE_LENGTH)


def _goal_problems(one: LogField, value: object) -> Iterable[Problem]:
    yield from _list_problems(one.name, value, GOALS)
    names = [str(goal["goal"]) for goal in _items(value) if isinstance(goal, Mapping) and "goal" in goal]
    if len(set(names)) < len(names):
        yield Problem(one.name, "twice")
    for goal in _items(value):
        if isinstance(goal, Mapping) and set(goal) == {"goal", "score"}:
            yield from _line_problems(one.name, goal["goal"])
            yield from _number_problems(one.name, goal["score"], PAIN_BOUNDS)
        else:
            yield Problem(one.name, "not_a_goal")


def _list_problems(name: str, value: object, at_most: int) -> Iterable[Problem]:
    if not isinstance(value, list | tuple):
        yield Problem(name, "not_a_list")
    elif len(value) > at_most:
        yield Problem(name, "too_many", {"max": at_most})
    elif len({str(one) for one in value}) < len(value):
        yield Problem(name, "twice")


def _line_problems(name: str, value: object) -> Iterable[Problem]:
    return [Problem(name, "required")] if value == "" else _text_problems(name, value, LINE_LENGTH)


def _text_problems(name: str, value: object, at_most: int) -> Iterable[Problem]:
    if not isinstance(value, str) or not can_be_stored(value):
        yield Problem(name, "not_text")
    elif len(value) > at_most:
        yield Problem(name, "too_long", {"max": at_most})


def can_be_stored(text: str) -> bool:
    """Say whether every database we use takes the text: no NUL and no half of a surrogate pair."""
    return not any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in text)


def _items(value: object) -> Collection[object]:
    return value if isinstance(value, list | tuple) else ()


_CHECKS: Mapping[str, Callable[[LogField, object], Iterable[Problem]]] = {
    "int": _int_problems,
    "decimal": _decimal_problems,
    "angle": _angle_problems,
    "bool": _bool_problems,
    "choice": _choice_problems,
    "load_code": _choice_problems,
    "multi": _multi_problems,
    "checklist": _checklist_problems,
    "text": _note_problems,
    "list3_0_10": _goal_problems,
}
# The two questions of the daily set that are ours and not in the clinical table.
_OWN_FIELDS = (
    LogField(CHECK_FIELD, "daily", "choice", "", options=CHECK_OPTIONS),
    LogField(NOTE_FIELD, "daily", "text", ""),
)
