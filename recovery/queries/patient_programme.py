"""All exercises that a person is to do now, to read or to print."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from recovery import protocols
from recovery.domain.exercises import stop_rules_for
from recovery.models import Assignment, Recovery
from recovery.queries import patient_place, patient_words
from recovery.queries.patient_loads import standing_loads
from recovery.queries.patient_place import LoadLine
from recovery.queries.patient_tasks import MOST_TASKS
from recovery.queries.patient_today import recoveries_of
from recovery.queries.patient_words import Phones


@dataclass(frozen=True, slots=True)
class Move:
    """One exercise with its dose. ``exercise_id`` names its drawing."""

    id: UUID
    exercise_id: str
    name: str
    steps: tuple[str, ...]
    dose: str
    sets: int
    times_per_day: int
    note: str


@dataclass(frozen=True, slots=True)
class Programme:
    """The exercises of one recovery, with when to stop; each rule stands once."""

    bone: str
    load: LoadLine | None
    moves: tuple[Move, ...]
    stop: tuple[str, ...]
    notice: str


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """A person's exercises of ``today``, their local date."""

    today: date
    phones: Phones
    programmes: tuple[Programme, ...]


def programme(user: User, *, today: date) -> ProgrammePage:
    """Return all exercises that are to be done on ``today`` (3 queries)."""
    running = [one for one in recoveries_of(user) if not one.is_closed]
    phones = patient_words.phones_of(running[0].patient.clinic if running else None)
    rows = _rows(running, today)
    loads = standing_loads(user) if rows else {}
    found = [
        _programme(one, [row for row in rows if row.recovery_id == one.pk], loads, phones) for one in running
    ]
    return ProgrammePage(today, phones, tuple(one for one in found if one.moves))


def _rows(recoveries: Iterable[Recovery], today: date) -> list[Assignment]:
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    rows = Assignment.objects.filter(running, recovery__in=recoveries, starts_on__lte=today, paused_at=None)
    return list(rows.order_by("pk")[:MOST_TASKS])


def _programme(
    recovery: Recovery, rows: list[Assignment], loads: dict[int, LoadLine], phones: Phones
) -> Programme:
    content = patient_place.content_of(recovery)
    region = content.fractures[recovery.site].region
    moves = [protocols.load(row.content_version).exercises[row.exercise_id] for row in rows]
    rules = dict.fromkeys(rule for move in moves for rule in stop_rules_for(move, region=region))
    return Programme(
        bone=patient_place.bone_of(recovery),
        load=loads.get(recovery.pk),
        moves=tuple(_move(row) for row in rows),
        stop=tuple(phones.fill(_(content.stop_rules[one].text)) for one in rules),
        notice=phones.fill(_(content.notices["n-exercise"].text)),
    )


def _move(row: Assignment) -> Move:
    move = protocols.load(row.content_version).exercises[row.exercise_id]
    return Move(
        id=row.public_id,
        exercise_id=row.exercise_id,
        name=_(move.name),
        steps=tuple(_(step) for step in move.steps),
        dose=patient_words.dose(reps=row.reps, hold_seconds=row.hold_seconds, minutes=row.minutes),
        sets=row.sets,
        times_per_day=row.times_per_day,
        note=row.note,
    )
