"""Assign exercises with their dose, and count the sets done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import User
from accounts.services import audit
from recovery import protocols
from recovery.domain import exercises as rules
from recovery.domain.problem import Problem
from recovery.models import Assignment, Recovery, SetDone
from recovery.services.change import announce, check_act, lock

DAYS_BACK = 31
"""How far back a set may be sent in: the reach of an offline queue."""


@dataclass(frozen=True, slots=True)
class Dose:
    """One exercise of the library with its dose. ``hold_seconds`` is per repetition, ``minutes`` per set."""

    exercise_id: str
    sets: int
    reps: int
    times_per_day: int
    hold_seconds: int = 0
    minutes: int = 0
    note: str = ""
    ends_on: date | None = None


class UnknownExercise(ValidationError):
    """The exercise is not in the library."""

    def __init__(self) -> None:
        super().__init__(_("Choose exercises from the library."), code="unknown_exercise")


class DoseOutOfBounds(ValidationError):
    """A number of the dose makes no sense."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        names = {
            "sets": _("sets"),
            "reps": _("repetitions"),
            "hold_s": _("seconds to hold"),
            "per_day": _("times a day"),
            "minutes": _("minutes"),
        }
        words = [
            _("Give %(name)s from %(min)s to %(max)s.") % {"name": names[one.field], **one.params}
            for one in problems
        ]
        super().__init__([ValidationError(one, code="dose_out_of_bounds") for one in words])


class NoPlanYet(ValidationError):
    """Exercises follow a confirmed plan."""

    def __init__(self) -> None:
        super().__init__(_("Confirm the plan first. Then assign exercises."), code="no_plan_yet")


class NotYourDay(ValidationError):
    """A set belongs to today or a day shortly before."""

    def __init__(self) -> None:
        super().__init__(_("This set is for a day that cannot be changed any more."), code="not_your_day")


class ExerciseStopped(ValidationError):
    """The team paused or ended the exercise before this set was done."""

    def __init__(self) -> None:
        words = _("Your team has paused or ended this exercise. Do not do it for now.")
        super().__init__(words, code="exercise_stopped")


class SetDiffers(ValidationError):
    """The same id was used for another set."""

    def __init__(self) -> None:
        super().__init__(_("This set was already saved in another way."), code="conflict")


@transaction.atomic
def assign(
    *, recovery: Recovery, doses: Iterable[Dose], starts_on: date, by: User, now: datetime, reason: str = ""
) -> list[Assignment]:
    """Assign exercises; one that runs already gets the new dose.

    ``starts_on`` is the patient's local date. ``reason`` says why when a rule of the library advises against.
    Raises NoPlanYet, UnknownExercise, DoseOutOfBounds, RecoveryClosed.
    """
    recovery = lock(recovery.pk)
    if recovery.plan is None:
        raise NoPlanYet
    assigned = [
        _assign_one(recovery, dose, starts_on=starts_on, by=by, now=now, reason=reason) for dose in doses
    ]
    audit.record(
        "exercises.assigned",
        by=by,
        now=now,
        patient=recovery.patient,
        subject_id=recovery.public_id,
        detail={"count": len(assigned)},
    )
    announce(recovery)
    return assigned


def _assign_one(
    recovery: Recovery, dose: Dose, *, starts_on: date, by: User, now: datetime, reason: str
) -> Assignment:
    version = recovery.patient.clinic.content_version
    _check(dose, version)
    if dose.ends_on and dose.ends_on < starts_on:
        raise ValidationError(
            {"ends_on": ValidationError(_("The last day must not be before the first."), code="ends_early")}
        )
    fields = {
        "sets": dose.sets,
        "reps": dose.reps,
        "hold_seconds": dose.hold_seconds,
        "minutes": dose.minutes,
        "times_per_day": dose.times_per_day,
        "note": dose.note,
        "reason": reason,
        "paused_at": None,
        "ends_on": dose.ends_on,
        "content_version": version,
        "assigned_by": by,
        "assigned_at": now,
    }
    rows = Assignment.objects.filter(recovery=recovery, exercise_id=dose.exercise_id)
    # What still runs on its first day gets the new dose: an exercise must not stand twice on a day.
    running = rows.running_on(starts_on).first()
    row = running or Assignment(recovery=recovery, exercise_id=dose.exercise_id, starts_on=starts_on)
    row.starts_on = min(row.starts_on, starts_on)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return row


def _check(dose: Dose, version: str) -> None:
    if dose.exercise_id not in protocols.load(version).exercises:
        raise UnknownExercise
    problems = rules.check_dose(
        sets=dose.sets,
        reps=dose.reps,
        hold_s=dose.hold_seconds,
        per_day=dose.times_per_day,
        minutes=dose.minutes,
    )
    if problems:
        raise DoseOutOfBounds(problems)


@transaction.atomic
def pause(*, assignment: Assignment, by: User, now: datetime) -> None:
    """Pause an exercise: it leaves the patient's list until it is resumed. Raises RecoveryClosed."""
    _change(assignment, "exercise.paused", by=by, now=now, paused_at=now)


@transaction.atomic
def resume(*, assignment: Assignment, by: User, now: datetime) -> None:
    """Put a paused exercise back on the patient's list. Raises RecoveryClosed."""
    _change(assignment, "exercise.resumed", by=by, now=now, paused_at=None)


@transaction.atomic
def end(*, assignment: Assignment, on: date, by: User, now: datetime) -> None:
    """End an exercise; ``on`` is the last day, and not before its first. Raises RecoveryClosed."""
    _change(assignment, "exercise.ended", by=by, now=now, ends_on=max(on, assignment.starts_on))


def _change(assignment: Assignment, action: str, *, by: User, now: datetime, **fields: object) -> None:
    recovery = lock(assignment.recovery_id)
    Assignment.objects.filter(pk=assignment.pk).update(**fields)
    audit.record(action, by=by, now=now, patient=recovery.patient, subject_id=assignment.public_id)
    announce(recovery)


@transaction.atomic
def do_set(
    *,
    assignment: Assignment,
    set_id: UUID,
    day: date,
    done_at: datetime,
    time_zone: str,
    by: User,
    now: datetime,
    pain: int | None = None,
    where: str = "",
) -> SetDone:
    """Count one set. A repeat with the same ``set_id`` is answered as done.

    ``day`` is the patient's local date, ``done_at`` the instant of the act. Raises NotYourDay,
    ActOutOfReach, ExerciseStopped, SetDiffers, RecoveryClosed, ValidationError.
    """
    recovery = lock(assignment.recovery_id)
    today = local_day(now, recovery.patient.time_zone)
    known = SetDone.objects.filter(assignment=assignment, public_id=set_id).first()
    if known:
        if (known.day, known.pain, known.where) != (day, pain, where):
            raise SetDiffers
        return known
    if not 0 <= (today - day).days <= DAYS_BACK or day < assignment.starts_on:
        raise NotYourDay
    check_act(recovery, done_at=done_at, now=now)
    if _is_stopped(assignment, day=day, done_at=done_at):
        raise ExerciseStopped
    if pain is not None and not 0 <= pain <= 10:
        raise ValidationError(
            {"pain": ValidationError(_("Choose a number for your pain, from 0 to 10."), code="pain_bounds")}
        )
    row = SetDone.objects.create(
        assignment=assignment,
        public_id=set_id,
        day=day,
        done_at=done_at,
        time_zone=time_zone,
        pain=pain,
        where=where,
        recorded_by=by,
        received_at=now,
    )
    audit.record("set.done", by=by, now=now, patient=recovery.patient, subject_id=set_id)
    announce(recovery)
    return row


def _is_stopped(assignment: Assignment, *, day: date, done_at: datetime) -> bool:
    """Say whether the exercise was paused or over when the set was done; a queued set from before counts."""
    is_over = assignment.ends_on is not None and day > assignment.ends_on
    return is_over or (assignment.paused_at is not None and done_at >= assignment.paused_at)


@transaction.atomic
def undo_set(*, set_done: SetDone, by: User, now: datetime) -> None:
    """Take a set back; the row stays, so that nothing is lost. Raises RecoveryClosed."""
    recovery = lock(set_done.assignment.recovery_id)
    SetDone.objects.filter(pk=set_done.pk, undone_at__isnull=True).update(undone_at=now)
    audit.record("set.undone", by=by, now=now, patient=recovery.patient, subject_id=set_done.public_id)
    announce(recovery)
