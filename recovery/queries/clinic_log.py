"""Logged days for staff: each answer in words, and every save where a day was saved more than once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
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
    "medication": _lazy("Medicines taken"),
    "opioid_taken": _lazy("Strong pain pills"),
    "steps": _lazy("Steps"),
    "sleep_hours": _lazy("Hours of sleep"),
    "fall": _lazy("Fall or near fall"),
    "goals": _lazy("Goals"),
    "mood": _lazy("Mood, 10 is best"),
    "rom": _lazy("Bend and straighten, degrees"),
    "grip_or_heel_raise": _lazy("Heel raises or squeezes"),
    "smoking": _lazy("Smoked or vaped"),
    "bowel": _lazy("Bowels"),
    "work_status": _lazy("Work"),
    "check": _lazy("Cast, wound, fingers or toes"),
    "note": _lazy("Note"),
}
FIRST = tuple(LABELS)
MOST_SAVES = 200
"""Of all days together the newest. Nobody saves a day so often, but a program may."""


@dataclass(frozen=True, slots=True)
class Answered:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Save:
    """One save of a day: who sent it, when it was done, what it set, and when it was undone if it was."""

    who: str
    done_at: datetime
    answers: tuple[Answered, ...]
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """A day as it stands. ``saves`` holds the newest saves where there was more than one.

    A day whose only save was undone has no ``pain_rest``.
    """

    on: date
    pain_rest: int | None
    pain_move: int | None
    answers: tuple[Answered, ...]
    note: str
    by_staff: str
    saves: tuple[Save, ...]


def logged_days(rows: Sequence[DailyLog], *, recovery_id: int, most: int) -> tuple[LoggedDay, ...]:
    """Return the newest logged days with their saves, and days that undoing a save left empty (1 query).

    ``rows`` are the recovery's newest logs, the newest first, and at most ``most``.
    """
    logs = {one.day: one for one in rows}
    undone = Q(recovery=recovery_id, log=None)
    if len(rows) >= most:
        undone &= Q(day__gt=rows[-1].day)
    found = LogRevision.objects.filter(undone | Q(log_id__in=[one.pk for one in rows]))
    found = found.select_related("recorded_by", "recovery__patient").order_by("-received_at", "-pk")
    saves: dict[date, list[LogRevision]] = defaultdict(list)
    for one in reversed(list(found[:MOST_SAVES])):
        saves[one.day].append(one)
    days = sorted({*logs, *saves}, reverse=True)[:most]
    return tuple(_day(logs[on], saves[on]) if on in logs else _empty_day(on, saves[on]) for on in days)


def _empty_day(on: date, saves: list[LogRevision]) -> LoggedDay:
    return LoggedDay(on, None, None, (), "", "", tuple(_save(one) for one in saves))


def _day(row: DailyLog, saves: list[LogRevision]) -> LoggedDay:
    last = next((one for one in reversed(saves) if one.undone_at is None), None)
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
    return Save(who, row.done_at, answers(row.body), row.undone_at)


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
    if name == "goals" and isinstance(value, list):
        words = _("%(goal)s: %(score)s of 10")
        return "; ".join(words % one for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return _("taken back")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or _("none")
    return str(value)
