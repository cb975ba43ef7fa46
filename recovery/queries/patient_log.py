"""The log of one day, and what the page after it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from recovery.domain import log as rules
from recovery.domain import repair as repairs
from recovery.domain import timeline
from recovery.domain.log import LogField
from recovery.domain.progress import PainFact, pain_fact
from recovery.models import DailyLog, Recovery
from recovery.queries import patient_place, patient_tasks, patient_words
from recovery.queries.patient_tasks import Task
from recovery.queries.patient_words import Phones

DEVICES_ASKED = ("cast", "splint", "brace")
DETAILS = ("cast", "wound", "numb_colour")
WEEK = timedelta(days=6)
"""A weekly question rests for the 6 days after its answer."""


@dataclass(frozen=True, slots=True)
class Other:
    """One of several broken bones, to choose which one is logged."""

    id: UUID
    bone: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class DayPage:
    """One day's log. ``details`` are the questions behind "something is wrong" that fit this repair.

    ``device`` is cast, splint, brace or empty; ``digits`` is fingers, toes or empty; ``before`` is the
    pain of the day before. ``answers`` is what was saved already. ``asks_relief`` and ``asks_fall`` say
    whether the questions about pain medicine and about falls belong to this day.
    """

    recovery: Recovery
    bone: str
    others: tuple[Other, ...]
    day: date
    today: date
    fields: Mapping[str, LogField]
    details: tuple[str, ...]
    device: str
    digits: str
    has_wound: bool
    asks_relief: bool
    asks_fall: bool
    tasks: tuple[Task, ...]
    answers: Mapping[str, object]
    before: int | None
    phones: Phones

    @property
    def is_today(self) -> bool:
        """Say whether the day is today."""
        return self.day == self.today

    @property
    def is_logged(self) -> bool:
        """Say whether the day was logged before."""
        return bool(self.answers)


def day_page(recoveries: Sequence[Recovery], recovery: Recovery, *, day: date, today: date) -> DayPage:
    """Return one day's log of one of a person's recoveries; both dates are the patient's own (2 queries).

    A day before the injury is asked about like the day of the injury.
    """
    asked_on = max(day, recovery.injured_on)
    content = patient_place.content_of(recovery)
    weeks = timeline.completed_weeks(patient_place.day_zero_on(recovery), asked_on)
    asked = {one.name: one for one in content.log_fields if one.is_asked(weeks)}
    repair = recovery.current_repair
    worn = set(repair.hardware if repair else ())
    device = next((one for one in DEVICES_ASKED if one in worn), "")
    is_cut = bool(repair and repairs.treatment_of(repair.method, worn) != "closed")
    limb = content.fractures[recovery.site].limb
    shown = {"cast": bool(device), "wound": is_cut, "numb_colour": limb != "axial"}
    answers, before, has_told_of_falls = _answers(recovery, asked_on)
    relief = asked.get("pain_controlled")
    return DayPage(
        recovery=recovery,
        bone=patient_place.bone_of(recovery),
        others=others(recoveries, recovery),
        day=day,
        today=today,
        fields=asked,
        details=tuple(one for one in DETAILS if one in asked and shown[one]),
        device=device,
        digits={"upper": "fingers", "lower": "toes"}.get(limb, ""),
        has_wound=is_cut and "wound" in asked,
        asks_relief=relief is not None
        and (relief.flags_until_week is None or weeks < relief.flags_until_week),
        asks_fall="fall" in asked and not has_told_of_falls,
        tasks=patient_tasks.to_do(patient_tasks.tasks([recovery], day=asked_on)),
        answers=answers,
        before=before,
        phones=patient_words.phones_of(recovery.patient.clinic),
    )


def others(recoveries: Sequence[Recovery], chosen: Recovery) -> tuple[Other, ...]:
    """Return the open recoveries to choose from; empty where there is only one."""
    running = [one for one in recoveries if not one.is_closed]
    if len(running) < 2:
        return ()
    return tuple(Other(one.public_id, patient_place.bone_of(one), one.pk == chosen.pk) for one in running)


def _answers(recovery: Recovery, day: date) -> tuple[Mapping[str, object], int | None, bool]:
    """Return what the day holds, the pain of the day before, and whether the week before told of falls."""
    day_before = day - timedelta(days=1)
    rows = DailyLog.objects.filter(recovery=recovery, day__range=(day - WEEK, day))
    by_day = {on: (pain, answers) for on, pain, answers in rows.values_list("day", "pain_rest", "answers")}
    has_told = any(answers.get("fall") is not None for on, (_pain, answers) in by_day.items() if on != day)
    before = by_day[day_before][0] if day_before in by_day else None
    return by_day.get(day, (0, {}))[1], before, has_told


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What was saved and what is left. ``needs_help``: pain is high, or rose by the clinic's limit."""

    recovery: Recovery
    bone: str
    day: date
    today: date
    pain: int
    pain_move: int | None
    swelling: str
    check: str
    logs: int
    log_days: int
    fact: PainFact | None
    needs_help: bool
    tasks: tuple[Task, ...]
    others_left: tuple[Other, ...]
    phones: Phones

    @property
    def is_today(self) -> bool:
        """Say whether the day is today."""
        return self.day == self.today


def saved(recoveries: Sequence[Recovery], recovery: Recovery, *, day: date, today: date) -> SavedPage | None:
    """Return the page after a save; None where the day holds no log (2 queries)."""
    running = [one for one in recoveries if not one.is_closed]
    rows = DailyLog.objects.filter(recovery__in={one.pk for one in (*running, recovery)}, day__lte=day)
    # One recovery's last 14 logs, whatever the others have: enough for the one before this day.
    last = list(
        rows.order_by("-day").values_list("recovery_id", "day", "pain_rest", "pain_move", "answers")[
            : patient_tasks.LOGS_READ * max(1, len(running))
        ]
    )
    mine = {on: (pain, move, answers) for owner, on, pain, move, answers in last if owner == recovery.pk}
    if day not in mine:
        return None
    pain, move, answers = mine[day]
    clinic = recovery.patient.clinic
    before = next((mine[on][0] for on in sorted(mine, reverse=True) if on < day), None)
    window = patient_tasks.LOGS_READ
    lately = {on: one[0] for on, one in mine.items() if (day - on).days < window}
    logged_too = {owner for owner, on, *_rest in last if on == day}
    return SavedPage(
        recovery=recovery,
        bone=patient_place.bone_of(recovery),
        day=day,
        today=today,
        pain=pain,
        pain_move=move,
        swelling=_(str(answers["swelling"])) if answers.get("swelling") else "",
        check=str(answers.get("check") or ""),
        logs=len(lately),
        log_days=min(window, (day - recovery.injured_on).days + 1),
        fact=pain_fact(lately),
        needs_help=rules.needs_help(pain, before, high=clinic.pain_high, rise=clinic.pain_rise),
        tasks=tuple(
            one for one in patient_tasks.to_do(patient_tasks.tasks(running, day=today)) if not one.is_done
        ),
        others_left=tuple(
            Other(one.public_id, patient_place.bone_of(one), False)
            for one in running
            if one.pk not in logged_too
        ),
        phones=patient_words.phones_of(clinic),
    )
