"""Logged days for staff: each answer in words, and every save where a day was saved more than once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from recovery.models import DailyLog, LogRevision
from recovery.queries import clinic_words

LABELS: dict[str, str | Promise] = {
    "pain_rest": _lazy("Pain at rest"),
    "pain_move": _lazy("Pain on moving"),
    "pain_controlled": _lazy("Medicine helps enough"),
    "swelling": _lazy("Swelling"),
    "numb_colour": _lazy("Fingers or toes"),
    "wound": _lazy("Wound"),
    "cast": _lazy("Cast or brace"),
    "temperature": _lazy("Temperature"),
    "exercises_done": _lazy("Exercises ticked"),
    "exercise_pain_after": _lazy("After exercise"),
    "load_actual": _lazy("Load"),
    "fall": _lazy("Fall or near fall"),
    "check": _lazy("Cast, wound, fingers or toes"),
    "note": _lazy("Note"),
}
FIRST = tuple(LABELS)


@dataclass(frozen=True, slots=True)
class Answered:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Save:
    """One save of a day: who sent it, when it was done, and what it set."""

    who: str
    done_at: datetime
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """A day as it stands. ``saves`` holds every save where there was more than one."""

    on: date
    pain_rest: int
    pain_move: int | None
    answers: tuple[Answered, ...]
    note: str
    by_staff: str
    saves: tuple[Save, ...]


def logged_days(rows: Sequence[DailyLog]) -> tuple[LoggedDay, ...]:
    """Return logged days with their saves (1 query)."""
    saves: dict[int, list[LogRevision]] = defaultdict(list)
    found = LogRevision.objects.filter(log_id__in=[one.pk for one in rows]).select_related(
        "recorded_by", "recovery__patient"
    )
    for one in found.order_by("received_at", "pk"):
        saves[one.log_id].append(one)
    return tuple(_day(row, saves[row.pk]) for row in rows)


def _day(row: DailyLog, saves: list[LogRevision]) -> LoggedDay:
    last = saves[-1] if saves else None
    by_staff = last is not None and last.recorded_by_id != last.recovery.patient.user_id
    return LoggedDay(
        on=row.day,
        pain_rest=row.pain_rest,
        pain_move=row.pain_move,
        answers=tuple(one for one in answers(row.answers) if one.label not in _shown_apart()),
        note=str(row.answers.get("note") or ""),
        by_staff=last.recorded_by.name if last and by_staff and last.recorded_by else "",
        saves=tuple(_save(one) for one in saves) if len(saves) > 1 else (),
    )


def _shown_apart() -> set[str]:
    return {str(LABELS[name]) for name in ("pain_rest", "pain_move", "note")}


def _save(row: LogRevision) -> Save:
    who = row.recorded_by.name if row.recorded_by else _("Somebody whose account was closed")
    return Save(who, row.done_at, answers(row.body))


def answers(values: Mapping[str, object]) -> tuple[Answered, ...]:
    """Put answers into words, the usual questions first."""
    names = sorted(values, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
    return tuple(
        Answered(str(LABELS.get(name) or clinic_words.plain(name)), _value(name, values[name]))
        for name in names
    )


def _value(name: str, value: object) -> str:
    if name == "exercises_done" and isinstance(value, list):
        return str(len(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return _("taken back")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or _("none")
    return str(value)
