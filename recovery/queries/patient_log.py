"""The log of one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import CharField, IntegerField, Q, Value

from recovery.domain import log as rules
from recovery.domain import log_fit, timeline
from recovery.domain import repair as repairs
from recovery.domain.log import LogField
from recovery.domain.log_fit import Situation
from recovery.domain.protocol import LoadCode
from recovery.models import DailyLog, Medicine, Photo, Recovery
from recovery.protocols import Content
from recovery.queries import patient_place, patient_tasks, patient_words
from recovery.queries.patient_tasks import Task
from recovery.queries.patient_words import Phones

DEVICES_ASKED = ("cast", "splint", "brace")
WEEK = timedelta(days=6)
"""A weekly question rests for the 6 days after its answer."""
GOALS_KEPT = timedelta(days=180)
"""How long a person's goals are offered again after they scored them last."""
MOST_ROWS = 200
"""More medicines and photos than any day has."""


@dataclass(frozen=True, slots=True)
class Other:
    """One of several broken bones, to choose which one is logged."""

    id: UUID
    bone: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class DayLink:
    """A day that can be logged or changed. ``back`` counts days before today."""

    day: date
    back: int
    is_logged: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class DayPage:
    """One day's log, with the questions that fit this person and this week.

    ``details`` are those behind "something is wrong", ``more`` those that anybody may skip any day, and
    ``weekly`` those of the week, of which ``resting`` were answered in the days around it. ``device`` is
    cast, splint, brace or empty; ``digits`` is fingers, toes or empty; ``before`` is the pain of the day
    before. ``answers`` is what was saved already, ``goals`` what the person wants to do again, as they scored
    it last. ``asks_relief`` says that the question about pain medicine may open a warning sign.
    """

    recovery: Recovery
    bone: str
    others: tuple[Other, ...]
    day: date
    today: date
    days: tuple[DayLink, ...]
    fields: Mapping[str, LogField]
    details: tuple[str, ...]
    more: tuple[str, ...]
    weekly: tuple[str, ...]
    resting: frozenset[str]
    device: str
    digits: str
    limb: str
    has_wound: bool
    asks_relief: bool
    tasks: tuple[Task, ...]
    medicines: tuple[str, ...]
    loads: tuple[LoadCode, ...]
    goals: tuple[str, ...]
    answers: Mapping[str, object]
    before: int | None
    photos: int
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
    """Return one day's log of one of a person's recoveries; both dates are the patient's own (3 queries).

    A day before the injury is asked about like the day of the injury.
    """
    asked_on = max(day, recovery.injured_on)
    content = patient_place.content_of(recovery)
    tasks = patient_tasks.to_do(patient_tasks.tasks([recovery], day=asked_on))
    medicines, photos = _medicines_and_photos(recovery, asked_on)
    loads = _loads(recovery, content)
    now = _situation(recovery, asked_on, tasks=tasks, has_medicines=bool(medicines), has_loads=bool(loads))
    asked = {one.name: one for one in content.log_fields if now.fits(one)}
    logs = _logs(recovery, asked_on, today=today)
    relief = asked.get("pain_controlled")
    asks_relief = relief is not None and now.opens_warnings(relief)
    set_apart = {*log_fit.DAILY_SET, *log_fit.DETAILS, *(["pain_controlled"] if asks_relief else [])}
    weekly = tuple(name for name, one in asked.items() if one.frequency == "weekly")
    return DayPage(
        recovery=recovery,
        bone=patient_place.bone_of(recovery),
        others=others(recoveries, recovery),
        day=day,
        today=today,
        days=_days(recovery, day, today=today, logged=logs),
        fields=asked,
        details=tuple(one for one in log_fit.DETAILS if one in asked),
        more=tuple(name for name, one in asked.items() if one.frequency == "daily" and name not in set_apart),
        weekly=weekly,
        resting=log_fit.resting(weekly, _answered_around(logs, asked_on)),
        device=now.device,
        digits={"upper": "fingers", "lower": "toes"}.get(now.limb, ""),
        limb=now.limb,
        has_wound="wound" in asked,
        asks_relief=asks_relief,
        tasks=tasks,
        medicines=medicines,
        loads=loads,
        goals=_goals(logs, asked_on),
        answers=logs.get(asked_on, {}),
        before=_pain(logs.get(asked_on - timedelta(days=1), {})),
        photos=photos,
        phones=patient_words.phones_of(recovery.patient.clinic),
    )


def others(recoveries: Sequence[Recovery], chosen: Recovery) -> tuple[Other, ...]:
    """Return the open recoveries to choose from; empty where there is only one."""
    running = [one for one in recoveries if not one.is_closed]
    if len(running) < 2:
        return ()
    return tuple(Other(one.public_id, patient_place.bone_of(one), one.pk == chosen.pk) for one in running)


def _situation(
    recovery: Recovery, day: date, *, tasks: Sequence[Task], has_medicines: bool, has_loads: bool
) -> Situation:
    repair = recovery.current_repair
    worn = set(repair.hardware if repair else ())
    return Situation(
        completed_weeks=timeline.completed_weeks(patient_place.day_zero_on(recovery), day),
        limb=patient_place.content_of(recovery).fractures[recovery.site].limb,
        device=next((one for one in DEVICES_ASKED if one in worn), ""),
        is_cut=bool(repair and repairs.treatment_of(repair.method, worn) != "closed"),
        move_ids={one.exercise_id for one in tasks},
        has_medicines=has_medicines,
        has_loads=has_loads,
    )


def _loads(recovery: Recovery, content: Content) -> tuple[LoadCode, ...]:
    plan = patient_place.fitting_plan(recovery)
    protocol = content.protocols.get(plan.protocol_id) if plan else None
    return log_fit.load_codes(protocol, content.load_codes) if protocol else ()


def _medicines_and_photos(recovery: Recovery, day: date) -> tuple[tuple[str, ...], int]:
    """Return what the list of medicines holds for a day, and how many photos the day has (1 query)."""
    running = Medicine.objects.filter(recovery=recovery, starts_on__lte=day).running_on(day)
    taken = Photo.objects.filter(recovery=recovery, day=day)
    photo = (Value("", output_field=CharField()), "day", Value(0, output_field=IntegerField()))
    rows = running.values_list("label", "starts_on", "every_days").union(taken.values_list(*photo), all=True)
    found = list(rows[:MOST_ROWS])
    labels = {label for label, first, every in found if every and (day - first).days % every == 0}
    return tuple(sorted(labels, key=str.casefold)), sum(1 for _label, _on, every in found if not every)


def _logs(recovery: Recovery, day: date, *, today: date) -> Mapping[date, Mapping[str, object]]:
    """Return the answers of the days around a day, and of the last one before it with goals (1 query)."""
    rows = DailyLog.objects.filter(recovery=recovery)
    last = rows.filter(answers__has_key="goals", day__range=(day - GOALS_KEPT, day - timedelta(days=1)))
    around = Q(day__range=(day - WEEK, day + WEEK))
    linked = Q(day__range=(today - timedelta(days=rules.SCREEN_DAYS_BACK), today))
    found = rows.filter(around | linked | Q(pk__in=last.order_by("-day").values("pk")[:1]))
    return dict(found.values_list("day", "answers"))


def _answered_around(logs: Mapping[date, Mapping[str, object]], day: date) -> set[str]:
    """Return the questions that were answered less than 7 days before or after a day, not on it."""
    around = [one for on, one in logs.items() if on != day and abs(on - day) <= WEEK]
    return {name for answers in around for name in answers}


def _goals(logs: Mapping[date, Mapping[str, object]], day: date) -> tuple[str, ...]:
    """Return what the person wanted to do again when they scored it last, up to a day."""
    for on in sorted(logs, reverse=True):
        found = logs[on].get("goals")
        if on <= day and isinstance(found, list):
            return tuple(str(one["goal"]) for one in found)
    return ()


def _days(
    recovery: Recovery, chosen: date, *, today: date, logged: Mapping[date, object]
) -> tuple[DayLink, ...]:
    backs = range(rules.SCREEN_DAYS_BACK + 1)
    found = ((today - timedelta(days=back), back) for back in backs)
    return tuple(
        DayLink(on, back, on in logged, on == chosen) for on, back in found if on >= recovery.injured_on
    )


def _pain(answers: Mapping[str, object]) -> int | None:
    pain = answers.get("pain_rest")
    return pain if isinstance(pain, int) else None
