"""One exercise, and one visit."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import User
from recovery import protocols
from recovery.domain.exercises import stop_rules_for
from recovery.models import Assignment, SetDone, Visit
from recovery.queries import patient_place, patient_tasks, patient_words
from recovery.queries.patient_loads import standing_loads
from recovery.queries.patient_place import LoadLine
from recovery.queries.patient_tasks import Task
from recovery.queries.patient_words import Phones
from recovery.queries.questions import open_questions
from recovery.querysets import SetDoneQuerySet

QUESTIONS_SHOWN = 5
MOST_SETS = 200
"""More sets of one exercise in one day than anybody does."""
SHORTEST_TIMED_SECONDS = 5
"""A shorter hold is over before a hand is back from the phone: it is counted aloud."""


@dataclass(frozen=True, slots=True)
class ExercisePage:
    """One exercise on one day. ``state`` is on, paused, ended, early (not begun yet) or closed.

    ``next`` is an exercise of the same recovery that still has sets left, once this one has none.
    """

    assignment: Assignment
    bone: str
    name: str
    region: str
    steps: tuple[str, ...]
    dose: str
    reps: int
    hold_seconds: int
    minutes: int
    sets: int
    times_per_day: int
    note: str
    stop: tuple[str, ...]
    notice: str
    load: LoadLine | None
    state: str
    done: int
    planned: int
    last_set_id: UUID | None
    next: Task | None
    today: date
    phones: Phones

    @property
    def is_done(self) -> bool:
        """Say whether all sets of the day are done."""
        return self.done >= self.planned

    @property
    def next_set(self) -> int:
        """Return the number of the set that comes next."""
        return self.done + 1

    @property
    def timer_seconds(self) -> int:
        """Return how long a timer runs: the minutes of a set, or the hold of one time; 0 for no timer."""
        if self.minutes:
            return self.minutes * 60
        return self.hold_seconds if self.hold_seconds >= SHORTEST_TIMED_SECONDS else 0


def exercise(user: User, assignment_id: UUID, *, now: datetime) -> ExercisePage:
    """Return one of a person's own exercises (3 or 4 queries). Raises Assignment.DoesNotExist."""
    related = ("recovery__patient__clinic", "recovery__plan", "recovery__current_repair")
    row = Assignment.objects.of(user).select_related(*related).get(public_id=assignment_id)
    recovery = row.recovery
    today = local_day(now, recovery.patient.time_zone)
    content = protocols.load(row.content_version)
    move = content.exercises[row.exercise_id]
    region = content.fractures[recovery.site].region
    phones = patient_words.phones_of(recovery.patient.clinic)
    done = list(_counted(row, today).values_list("public_id", flat=True)[:MOST_SETS])
    return ExercisePage(
        assignment=row,
        bone=patient_place.bone_of(recovery),
        name=_(move.name),
        region=move.region,
        steps=tuple(_(step) for step in move.steps),
        dose=patient_words.dose(reps=row.reps, hold_seconds=row.hold_seconds, minutes=row.minutes),
        reps=row.reps,
        hold_seconds=row.hold_seconds,
        minutes=row.minutes,
        sets=row.sets,
        times_per_day=row.times_per_day,
        note=row.note,
        stop=tuple(
            phones.fill(_(content.stop_rules[one].text)) for one in stop_rules_for(move, region=region)
        ),
        notice=phones.fill(_(content.notices["n-exercise"].text)),
        load=standing_loads(user).get(row.recovery_id),
        state=_state(row, today),
        done=len(done),
        planned=row.sets_per_day,
        last_set_id=done[0] if done else None,
        next=_next(row, today) if len(done) >= row.sets_per_day else None,
        today=today,
        phones=phones,
    )


def _next(assignment: Assignment, day: date) -> Task | None:
    """Return the first other exercise with sets left on a day."""
    found = patient_tasks.to_do(patient_tasks.tasks([assignment.recovery], day=day))
    return next((one for one in found if one.left and one.id != assignment.public_id), None)


def last_set(user: User, assignment_id: UUID, set_id: UUID) -> SetDone:
    """Return one of a person's own sets (1 query). Raises SetDone.DoesNotExist."""
    return (
        SetDone.objects.of(user)
        .select_related("assignment")
        .get(assignment__public_id=assignment_id, public_id=set_id)
    )


def _counted(assignment: Assignment, day: date) -> SetDoneQuerySet:
    return SetDone.objects.counted().filter(assignment=assignment, day=day).order_by("-received_at", "-pk")


def _state(assignment: Assignment, today: date) -> str:
    if assignment.recovery.is_closed:
        return "closed"
    if assignment.ends_on is not None and assignment.ends_on < today:
        return "ended"
    if assignment.paused_at is not None:
        return "paused"
    return "early" if assignment.starts_on > today else "on"


@dataclass(frozen=True, slots=True)
class VisitPage:
    """One visit on the clinic's wall clock. ``state`` is booked, cancelled, done or missed."""

    visit: Visit
    name: str
    bone: str
    on: date
    at: time
    minutes: int
    place: str
    note: str
    state: str
    is_moved: bool
    is_over: bool
    waits_for_result: bool
    cannot_come_at: datetime | None
    clinic_today: date
    phones: Phones
    questions: tuple[str, ...]
    more_questions: int
    query: str


def visit(user: User, visit_id: UUID, *, now: datetime) -> VisitPage:
    """Return one of a person's own visits with their questions (2 queries). Raises Visit.DoesNotExist."""
    related = ("recovery__patient__clinic", "recovery__plan", "recovery__current_repair")
    row = Visit.objects.of(user).select_related(*related).get(public_id=visit_id)
    clinic = row.recovery.patient.clinic
    today = local_day(now, clinic.time_zone)
    is_over = row.on < today
    questions = open_questions(row.recovery)
    return VisitPage(
        visit=row,
        name=str(row.get_kind_display()),
        bone=patient_place.bone_of(row.recovery),
        on=row.on,
        at=row.at,
        minutes=row.minutes,
        place=row.place,
        note=row.note,
        state=row.state,
        is_moved=row.state == Visit.State.BOOKED and row.sequence > 0,
        is_over=is_over,
        waits_for_result=is_over and row.kind == Visit.Kind.X_RAY and row.state == Visit.State.BOOKED,
        cannot_come_at=row.cannot_come_at,
        clinic_today=today,
        phones=patient_words.phones_of(clinic),
        questions=questions[:QUESTIONS_SHOWN],
        more_questions=len(questions[QUESTIONS_SHOWN:]),
        query=f"recovery={row.recovery.public_id}",
    )
