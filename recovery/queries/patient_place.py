"""Where a recovery stands today: its week in the range, the load that was released, what is decided next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil

from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import Clinic
from recovery import protocols
from recovery.domain import timeline
from recovery.domain.repair import DEVICES
from recovery.models import PlanVersion, Recovery
from recovery.protocols import Content
from recovery.queries import patient_words
from recovery.queries.patient_rows import Row

MONTH_DAYS = 365.25 / 12
LONGEST_IN_WEEKS = 20
"""A range that reaches further is drawn in months."""
LABELS_IN_FULL = 9
PARTS = 7
NEW_DAYS = 5
"""How many days what a clinician released is marked as new, the day itself included."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One week or month of the bar: its classes, and its number where there is room for it."""

    css: str
    label: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Place:
    """How far a recovery is, as a fact and as the range of a group of people, never as a forecast.

    ``early`` and ``late`` are in months where ``in_months`` says so. ``range_words`` is the fixed text
    about the range. ``cells`` is empty past the range and where there is no union to wait for.
    """

    bone: str
    days: int
    days_words: str
    week: int
    early: int | None
    late: int | None
    typical_week: int | None
    in_months: bool
    is_past_late: bool
    range_words: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class LoadLine:
    """The load a clinician released last, and the step that is proposed next; dates here decide nothing."""

    text: str
    by: str
    since_on: date | None
    note: str
    next_label: str
    next_on: date | None
    is_new: bool
    scale: str
    rank: int
    is_stricter: bool = False
    """Whether another plan for the same limb allows less, so that its load stands here instead."""


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """The phase released last; ``is_over`` when its time is up and the next one is not released."""

    name: str
    next_name: str
    is_over: bool
    by: str
    since_on: date | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What the plan in force says about moving and about the device that is worn, as facts.

    ``movement`` are sentences. ``device`` is empty once its time is up: by then only the team knows.
    """

    movement: tuple[str, ...]
    device: str
    off_from_on: date | None
    off_until_on: date | None
    by: str


def content_of(recovery: Recovery) -> Content:
    """Return the clinical content of a plan, or of the clinic where there is no plan in force."""
    plan = recovery.plan
    return protocols.load(plan.content_version if plan else recovery.patient.clinic.content_version)


def fitting_plan(recovery: Recovery) -> PlanVersion | None:
    """Return the plan in force, unless a newer treatment has begun that it was not made for."""
    plan = recovery.plan
    return plan if plan and plan.repair_id == recovery.current_repair_id else None


def day_zero_on(recovery: Recovery) -> date:
    """Return day 0: the plan's own, else the repair's, else the day of the injury."""
    plan = fitting_plan(recovery)
    if plan:
        return plan.day_zero_on
    repair = recovery.current_repair
    return repair.day_zero_on(recovery.injured_on) if repair else recovery.injured_on


def bone_of(recovery: Recovery) -> str:
    """Name the broken bone and its side."""
    return patient_words.bone(recovery, content_of(recovery).fractures[recovery.site])


def place(recovery: Recovery, *, today: date) -> Place:
    """Return how far a recovery is on ``today``, the patient's local date; its range needs a plan."""
    zero_on = day_zero_on(recovery)
    days = max(0, timeline.days_since(zero_on, today))
    plan = fitting_plan(recovery)
    weeks = _weeks(plan)
    in_months = bool(weeks and weeks[2] > LONGEST_IN_WEEKS)
    is_past = bool(weeks and days // timeline.DAYS_IN_WEEK >= weeks[2])
    early, late = _units(weeks, in_months) if weeks else (None, None)
    has_union = bool(plan and plan.has_union)
    return Place(
        bone=bone_of(recovery),
        days=days,
        days_words=patient_words.day_words(days, recovery.current_repair),
        week=days // timeline.DAYS_IN_WEEK + 1,
        early=early if has_union else None,
        late=late if has_union else None,
        typical_week=weeks[1] if weeks else None,
        in_months=in_months,
        is_past_late=is_past and has_union,
        range_words=_range_words(recovery, weeks, has_union=has_union),
        cells=_cells(days, early, late, in_months=in_months)
        if has_union and not is_past and early and late
        else (),
    )


def _weeks(plan: PlanVersion | None) -> tuple[int, int, int] | None:
    if plan is None or plan.early_weeks is None or plan.typical_weeks is None or plan.late_weeks is None:
        return None
    return plan.early_weeks, plan.typical_weeks, plan.late_weeks


def _units(weeks: tuple[int, int, int], in_months: bool) -> tuple[int, int]:
    """Return early and late in the unit they are shown in; a month that has begun counts at the late end."""
    if not in_months:
        return weeks[0], weeks[2]
    days = timeline.DAYS_IN_WEEK
    return max(1, round(weeks[0] * days / MONTH_DAYS)), ceil(weeks[2] * days / MONTH_DAYS)


def _range_words(recovery: Recovery, weeks: tuple[int, int, int] | None, *, has_union: bool) -> str:
    if weeks is None:
        return ""
    notices = content_of(recovery).notices
    if not has_union:
        return _(notices["n-cement"].text).format(low=weeks[0], high=weeks[2])
    return _(notices["n-range"].text).format(early=weeks[0], median=weeks[1], late=weeks[2])


def _cells(days: int, early: int, late: int, *, in_months: bool) -> tuple[Cell, ...]:
    size = MONTH_DAYS if in_months else timeline.DAYS_IN_WEEK
    done = int(days / size)
    part = max(1, int((days / size - done) * PARTS + 0.001))
    return tuple(
        Cell(
            css=_css(number, done=done, early=early, part=part),
            label=str(number) if _has_label(number, done + 1, early, late) else "",
            is_now=number == done + 1,
        )
        for number in range(1, late + 1)
    )


def _css(number: int, *, done: int, early: int, part: int) -> str:
    if number <= done:
        return "done"
    classes = [*(["maybe"] if number > early else []), *(["now", f"p{part}"] if number == done + 1 else [])]
    return " ".join(classes)


def _has_label(number: int, now: int, early: int, late: int) -> bool:
    if late <= LABELS_IN_FULL or number == now:
        return True
    return number in (1, early, late) and abs(number - now) > 1


def load_line(recovery: Recovery, loads: Iterable[Row], clinic: Clinic, *, today: date) -> LoadLine | None:
    """Return the load that was released last; None before a first release. Dates are the clinic's own.

    A plan that was made for an earlier treatment allows nothing any more.
    """
    if fitting_plan(recovery) is None:
        return None
    steps = sorted(loads, key=lambda row: row.number or 0)
    released = [row for row in steps if row.at is not None]
    if not released:
        return None
    last = released[-1]
    following = next((row for row in steps if (row.number or 0) > (last.number or 0)), None)
    codes = content_of(recovery).load_codes
    load = codes[last.code or ""]
    since_on = _since_on(last, clinic)
    return LoadLine(
        text=_(load.plain),
        by=last.name or "",
        since_on=since_on,
        note=last.note or "",
        next_label=_(codes[following.code or ""].label) if following else "",
        next_on=following.on if following else None,
        is_new=last is not steps[0] and is_new(since_on, today),
        scale=load.scale,
        rank=load.rank,
    )


def strictest(mine: LoadLine | None, others: Iterable[LoadLine | None]) -> LoadLine | None:
    """Return the strictest load for one limb: it counts until a clinician settles it (hazard H13).

    Loads of different scales (an arm, a leg) have no common rank: there each bone keeps its own line.
    """
    if mine is None:
        return None
    rivals = [one for one in others if one and one.scale == mine.scale and one.rank < mine.rank]
    if not rivals:
        return mine
    return replace(min(rivals, key=lambda one: one.rank), is_stricter=True, next_on=None)


def is_new(since_on: date | None, today: date) -> bool:
    """Say whether something was released within the last days."""
    return since_on is not None and (today - since_on).days < NEW_DAYS


def _since_on(row: Row, clinic: Clinic) -> date | None:
    at: datetime | None = row.at
    return local_day(at, clinic.time_zone) if at else None


def limits(recovery: Recovery, phases: Sequence[Row], *, today: date) -> Limits | None:
    """Return the limits of the plan in force; None where it stores none.

    A limit that the plan eases by date is eased within the released phase only: dates release nothing.
    """
    plan = fitting_plan(recovery)
    if plan is None:
        return None
    released = [row for row in phases if row.at is not None and row.until]
    ends_on = max((row.until for row in released if row.until), default=None)
    on = min(today, ends_on - timedelta(days=1)) if ends_on else plan.day_zero_on
    movement = tuple(
        patient_words.move_limit(one["motion"], one["limit_deg"])
        for one in plan.rom_limits
        if date.fromisoformat(one["from_on"]) <= on < date.fromisoformat(one["until_on"])
    )
    device = _device(recovery) if plan.device_off_until_on and plan.device_off_until_on >= today else ""
    if not movement and not device:
        return None
    return Limits(movement, device, plan.device_off_from_on, plan.device_off_until_on, plan.confirmed_by_name)


def _device(recovery: Recovery) -> str:
    codes = recovery.current_repair.hardware if recovery.current_repair else ()
    return patient_words.hardware(code for code in codes if code in DEVICES)


def phase_line(phases: Iterable[Row], clinic: Clinic, *, today: date) -> PhaseLine | None:
    """Return the phase that was released last; None before a first release."""
    ordered = sorted(phases, key=lambda row: row.on or date.min)
    released = [row for row in ordered if row.at is not None]
    if not released:
        return None
    last = released[-1]
    following = next((row for row in ordered if row.at is None), None)
    since_on = _since_on(last, clinic)
    return PhaseLine(
        name=phase_name(last.code),
        next_name=phase_name(following.code) if following else "",
        is_over=bool(following and last.until and last.until <= today),
        by=last.name or "",
        since_on=since_on,
        is_new=last is not ordered[0] and is_new(since_on, today),
    )


def phase_name(code: str | None) -> str:
    """Name a phase: "Move gently"."""
    return str(patient_words.PHASES.get(code or "", code or ""))
