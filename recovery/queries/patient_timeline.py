"""Recovery: what was, what is and what is planned, from the injury to the plan's end."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.clock import local_day
from recovery.domain import timeline as rules
from recovery.domain.repair import DEVICES
from recovery.models import Recovery, Visit
from recovery.queries import patient_place, patient_words
from recovery.queries.patient_log import Other
from recovery.queries.patient_place import Limits, LoadLine, Place
from recovery.queries.patient_rows import Row, of_kind, rows_of
from recovery.queries.patient_today import (
    Closed,
    Warning,
    closed_line,
    is_shown,
    most_urgent,
    plan_state,
    warnings,
)
from recovery.queries.patient_words import Phones

PAST_VISITS_SHOWN = 10
CHANGES_SHOWN = 5
CHART_LEFT, CHART_RIGHT = 8, 318
ORDER = {
    "injury": 0,
    "repair": 1,
    "visit": 2,
    "result": 3,
    "change": 4,
    "film": 5,
    "gate": 6,
    "phase": 7,
    "load": 8,
    "end": 9,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline. ``state`` is done, now, gate or empty; ``on`` proposes where nothing is done.

    ``kind`` is injury, repair, phase, load, film, result, visit, change (of the plan), gate or end.
    """

    kind: str
    state: str
    on: date
    until: date | None = None
    at: time | None = None
    title: str = ""
    lines: tuple[str, ...] = ()
    by: str = ""
    verdict: str = ""
    note: str = ""
    id: UUID | None = None
    is_new: bool = False
    number: int = 0
    tag: str = ""
    anchor: str = ""
    """What links lead to: new (the first new result) or gate."""


@dataclass(frozen=True, slots=True)
class RangeChart:
    """The range as a bar, 326 wide. Places have one decimal; weeks or months as ``Place`` says."""

    now_x: str
    now_width: str
    now_anchor: str
    early_x: str
    band_width: str
    early: int
    late: int


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A recovery as a whole. ``steps`` is in the order of their days."""

    recovery: Recovery
    others: tuple[Other, ...]
    query: str
    today: date
    place: Place
    plan_state: str
    notices: tuple[str, ...]
    checked: str
    draft_notice: str
    chart: RangeChart | None
    stages: tuple[str, ...]
    load: LoadLine | None
    limits: Limits | None
    steps: tuple[Step, ...]
    warning: Warning | None
    closed: Closed | None
    phones: Phones

    @property
    def new_result_ids(self) -> tuple[UUID, ...]:
        """Return the results that the patient opens for the first time."""
        return tuple(step.id for step in self.steps if step.kind == "result" and step.is_new and step.id)


def timeline(recoveries: Sequence[Recovery], recovery: Recovery, *, today: date) -> TimelinePage:
    """Return the timeline of one of a person's recoveries; ``today`` is their local date (1 query)."""
    same_limb = [one for one in recoveries if one.side == recovery.side and not one.is_closed]
    rows = rows_of({*same_limb, recovery}, visits_from_on=None, has_history=True)
    clinic = recovery.patient.clinic
    place = patient_place.place(recovery, today=today)
    content = patient_place.content_of(recovery)
    state = plan_state(recovery)
    return TimelinePage(
        recovery=recovery,
        others=others(recoveries, recovery),
        query=f"recovery={recovery.public_id}" if len(recoveries) > 1 else "",
        today=today,
        place=place,
        plan_state=state,
        notices=_notices(recovery) if state == "plan" else (),
        checked=_checked(recovery) if state == "plan" else "",
        draft_notice=_(content.notices["n-draft"].text),
        chart=_chart(recovery, place),
        stages=_stages(recovery, today),
        load=_load(recovery, same_limb, rows, today),
        limits=patient_place.limits(recovery, of_kind(rows, "phase", recovery), today=today),
        steps=_steps(recovery, rows, today),
        warning=most_urgent(warnings(recovery, of_kind(rows, "alert", recovery))),
        closed=closed_line(recovery) if recovery.is_closed else None,
        phones=patient_words.phones_of(clinic),
    )


def others(recoveries: Sequence[Recovery], chosen: Recovery) -> tuple[Other, ...]:
    """Name all of a person's broken bones; empty where there is only one."""
    if len(recoveries) < 2:
        return ()
    return tuple(Other(one.public_id, patient_place.bone_of(one), one.pk == chosen.pk) for one in recoveries)


def _load(
    recovery: Recovery, same_limb: Iterable[Recovery], rows: Sequence[Row], today: date
) -> LoadLine | None:
    clinic = recovery.patient.clinic
    lines = {
        one.pk: patient_place.load_line(one, of_kind(rows, "load", one), clinic, today=today)
        for one in {*same_limb, recovery}
    }
    return patient_place.strictest(lines[recovery.pk], lines.values())


def _notices(recovery: Recovery) -> tuple[str, ...]:
    """Return the fixed notices that stand on the page of a plan, the cast's only while one is worn."""
    notices = patient_place.content_of(recovery).notices
    worn = set(recovery.current_repair.hardware if recovery.current_repair else ())
    names = [*(["n-cast"] if worn & {"cast", "splint"} else []), "n-drive"]
    return tuple(_(notices[name].text) for name in names)


def _checked(recovery: Recovery) -> str:
    plan = recovery.plan
    if plan is None or plan.confirmed_at is None:
        return ""
    on = local_day(plan.confirmed_at, recovery.patient.clinic.time_zone)
    words = _(patient_place.content_of(recovery).notices["n-plan"].text)
    return words.format(clinician=plan.confirmed_by_name, date=date_format(on, _("j F Y")))


def _stages(recovery: Recovery, today: date) -> tuple[str, ...]:
    """Return what happens in a bone at this time in general; nothing where there is no union to wait for."""
    plan = patient_place.fitting_plan(recovery)
    if plan is None or not plan.has_union or recovery.is_closed:
        return ()
    weeks = rules.completed_weeks(plan.day_zero_on, today)
    stages = patient_place.content_of(recovery).stages
    return tuple(_(one.text) for one in stages if one.from_week <= weeks < one.until_week)


def _chart(recovery: Recovery, place: Place) -> RangeChart | None:
    if not place.cells or place.early is None or place.late is None:
        return None
    size = patient_place.MONTH_DAYS if place.in_months else rules.DAYS_IN_WEEK
    unit = (CHART_RIGHT - CHART_LEFT) / place.late
    now, early = place.days / size * unit, place.early * unit
    return RangeChart(
        now_x=f"{CHART_LEFT + now:.1f}",
        now_width=f"{now:.1f}",
        now_anchor="start" if now < 70 else "end" if now > 240 else "middle",
        early_x=f"{CHART_LEFT + early:.1f}",
        band_width=f"{CHART_RIGHT - CHART_LEFT - early:.1f}",
        early=place.early,
        late=place.late,
    )


def _steps(recovery: Recovery, rows: Sequence[Row], today: date) -> tuple[Step, ...]:
    steps = [
        Step("injury", "done", recovery.injured_on, title=_("Injury")),
        *(_repair(row, recovery) for row in of_kind(rows, "repair", recovery)),
        *results(of_kind(rows, "result", recovery)),
        *_changes(of_kind(rows, "version", recovery), recovery),
        *_visits(of_kind(rows, "visit", recovery), today),
    ]
    phases = sorted(of_kind(rows, "phase", recovery), key=lambda row: row.on or date.min)
    steps += _phases(phases, recovery, today)
    steps += _loads(recovery, rows, today)
    if recovery.plan is not None and not recovery.is_closed:
        steps += _planned(recovery, phases, rows, today)
    return _anchored(sorted(steps, key=lambda one: (one.on, ORDER[one.kind])))


def _anchored(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Name the first step that each link leads to."""
    found: dict[str, Step] = {}
    listed = list(steps)
    for step in listed:
        anchor = "gate" if step.kind == "gate" else "new" if step.kind == "result" and step.is_new else ""
        if anchor:
            found.setdefault(anchor, step)
    names = {id(step): anchor for anchor, step in found.items()}
    return tuple(
        replace(step, anchor=names.get(id(step), "")) if id(step) in names else step for step in listed
    )


def _planned(recovery: Recovery, phases: Sequence[Row], rows: Sequence[Row], today: date) -> Iterable[Step]:
    yield from _films(recovery, rows, today)
    waiting = next((row for row in phases if row.at is None), None)
    last = next((row for row in reversed(phases) if row.at is not None), None)
    if waiting and last and waiting.on:
        change = f"{last.code}-to-{waiting.code}"
        gates = [row for row in of_kind(rows, "gate", recovery) if row.code == change]
        yield from (_gate(row, waiting.on, patient_place.phase_name(waiting.code)) for row in gates)
    if recovery.plan:
        yield Step("end", "", recovery.plan.ends_on, title=_("End of the plan"))


def _phases(phases: Sequence[Row], recovery: Recovery, today: date) -> Iterable[Step]:
    """Yield the phases, of a closed recovery only those that were released."""
    zone = recovery.patient.clinic.time_zone
    released = [row for row in phases if row.at is not None]
    for number, row in enumerate(phases, start=1):
        if row.on is None or (recovery.is_closed and row.at is None):
            continue
        is_now = bool(released) and row is released[-1] and not recovery.is_closed
        since_on = local_day(row.at, zone) if row.at else None
        yield Step(
            kind="phase",
            state="now" if is_now else "done" if row.at else "",
            on=max(row.on, since_on) if since_on and number > 1 else row.on,
            is_new=is_now and number > 1 and patient_place.is_new(since_on, today),
            until=row.until,
            title=patient_place.phase_name(row.code),
            by=row.name or "",
            note=row.note or "",
            number=number,
        )


def _loads(recovery: Recovery, rows: Sequence[Row], today: date) -> Iterable[Step]:
    """Yield every load that was released, in earlier versions of the plan too, and the next one."""
    steps = sorted(of_kind(rows, "load", recovery), key=lambda row: row.number or 0)
    released = [row for row in steps if row.at is not None]
    # A new version takes over what was released before: the same load at the same instant is one release.
    every = {(row.code, row.at): row for row in [*of_kind(rows, "past_load", recovery), *released]}
    last = released[-1] if released and not recovery.is_closed else None
    for row in every.values():
        is_first = bool(steps) and row is steps[0]
        yield _load_step(row, recovery, today, is_now=row is last, is_first=is_first)
    if not recovery.is_closed:
        following = steps[len(released) : len(released) + 1]
        yield from (_load_step(row, recovery, today) for row in following if row.on)


def _load_step(
    row: Row, recovery: Recovery, today: date, *, is_now: bool = False, is_first: bool = False
) -> Step:
    load = patient_place.content_of(recovery).load_codes[row.code or ""]
    since_on = local_day(row.at, recovery.patient.clinic.time_zone) if row.at else None
    return Step(
        kind="load",
        state="now" if is_now else "done" if row.at else "",
        on=since_on or row.on or today,
        title=_(load.label),
        lines=(_(load.plain),) if row.at else (),
        by=row.name or "",
        note=row.note or "",
        is_new=is_now and not is_first and patient_place.is_new(since_on, today),
    )


def _films(recovery: Recovery, rows: Sequence[Row], today: date) -> Iterable[Step]:
    done = {row.film_key for row in of_kind(rows, "result", recovery)}
    booked = {
        row.film_key
        for row in of_kind(rows, "visit", recovery)
        if row.film_key and row.extra == Visit.State.BOOKED
    }
    films = sorted(of_kind(rows, "film", recovery), key=lambda row: row.on or date.min)
    passed = [row for row in films if row.until and row.until < today]
    for row in films:
        if row.on and row.film_key not in done | booked:
            # Only the last one that was missed is still worth a call.
            tag = "" if row not in passed else "overdue" if row is passed[-1] else "missed"
            yield Step("film", "", row.on, until=row.until, title=_("X-ray"), tag=tag)


def _gate(row: Row, on: date, phase: str) -> Step:
    needs = json.loads(row.more) if row.more else []
    lines = tuple(_(need["text"]) for need in needs if need.get("text"))
    return Step("gate", "gate", on, title=_("Before “%(phase)s”") % {"phase": phase}, lines=lines)


def _repair(row: Row, recovery: Recovery) -> Step:
    codes = json.loads(row.more) if row.more else []
    words = patient_words.hardware(codes)
    is_device = set(codes) <= DEVICES
    held = _("You wear: %(what)s.") if is_device else _("What holds or protects the bone: %(what)s.")
    return Step(
        kind="repair",
        state="done",
        on=row.on or recovery.injured_on,
        title=str(patient_words.METHODS.get(row.code or "", row.code or "")),
        lines=(held % {"what": words},) if words else (),
    )


def results(rows: Iterable[Row], *, for_staff: bool = False) -> Iterable[Step]:
    """Yield the results that the patient may read; for staff all of them."""
    for row in rows:
        if row.on and (for_staff or is_shown(row)):
            metal = patient_words.found_hardware(row.more)
            lines = [
                str(patient_words.CALLUS[row.extra]) if row.extra in patient_words.CALLUS else "",
                _("What holds the bone: %(found)s.") % {"found": metal} if metal else "",
            ]
            yield Step(
                kind="result",
                state="done",
                on=row.on,
                title=str(patient_words.POSITIONS.get(row.code or "", row.code or "")),
                lines=tuple(line for line in lines if line),
                by=row.name or "",
                verdict=str(patient_words.VERDICTS.get(row.verdict or "", row.verdict or "")),
                note=row.note or "",
                id=row.public_id,
                is_new=row.also_at is None,
            )


def _changes(versions: Iterable[Row], recovery: Recovery) -> Iterable[Step]:
    """Yield the last confirmed versions of the plan; the first one changed nothing."""
    zone = recovery.patient.clinic.time_zone
    confirmed = sorted((row for row in versions if row.at), key=lambda row: (row.at, row.number))
    for row in confirmed[1:][-CHANGES_SHOWN:]:
        if row.at:
            yield Step(
                kind="change",
                state="done",
                on=local_day(row.at, zone),
                title=_("Your plan was changed"),
                by=row.name or "",
                note=row.note or "",
            )


def _visits(visits: Iterable[Row], today: date) -> Iterable[Step]:
    """Yield all visits ahead, and the last of those behind."""
    dated = sorted((row for row in visits if row.on), key=lambda row: (row.on, row.at_time))
    behind = [row for row in dated if row.on and row.on < today][-PAST_VISITS_SHOWN:]
    ahead = [row for row in dated if row.on and row.on >= today and row.extra == Visit.State.BOOKED]
    for row in [*behind, *ahead]:
        if row.on and row.extra != Visit.State.CANCELLED:
            yield Step(
                kind="visit",
                state="done" if row.extra == Visit.State.DONE else "",
                on=row.on,
                at=row.at_time,
                title=str(Visit.Kind(row.code or "").label),
                lines=(row.note,) if row.note else (),
                id=row.public_id,
                tag=row.extra if row.extra == Visit.State.MISSED else "",
            )
