"""The visit sheet: one page of facts for whoever sees the patient next. Every list on it is bounded."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import Patient
from recovery import protocols
from recovery.domain import chart
from recovery.models import Alert, Recovery, Repair, Visit, VisitQuestion
from recovery.queries import chart_words, clinic_words, patient_place, patient_words
from recovery.queries.clinic_chart import PAIN_TICKS
from recovery.queries.patient_charts import Day, days_of, marks_of
from recovery.queries.patient_place import LoadLine, Place
from recovery.queries.patient_rows import Row, branch, of_kind, rows_of
from recovery.queries.patient_timeline import Step, results
from recovery.queries.patient_today import is_shown
from recovery.queries.patient_x_rays import Due, due
from recovery.queries.sets_by_day import assigned, planned_by_day

PAIN_DAYS = 56
SETS_DAYS = 28
REPAIRS, CHANGES, SIGNS, RESULTS, DUE, VISITS, MOVES, QUESTIONS = 3, 2, 3, 2, 2, 3, 6, 8
QUESTION_LETTERS = 900
"""Longer lists of questions are cut here, so that the sheet stays one page."""
SIGNS_READ = 50
CHART_HEIGHT = 90


@dataclass(frozen=True, slots=True)
class Some:
    """The first of a list, and how many more there are."""

    shown: tuple[object, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """One repair in words."""

    method: str
    on: date | None
    hardware: str
    graft: str


@dataclass(frozen=True, slots=True)
class Change:
    """A version of the plan after the first."""

    on: date
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A warning sign that was ticked."""

    name: str
    on: date
    is_open: bool
    seen_by: str


@dataclass(frozen=True, slots=True)
class Move:
    """An exercise with the sets done of those planned in the last weeks."""

    name: str
    done: int
    planned: int


@dataclass(frozen=True, slots=True)
class NextVisit:
    id: UUID
    name: str
    on: date
    at: time | None


@dataclass(frozen=True, slots=True)
class Pain:
    """Pain of the last weeks. ``line`` is None under three logs."""

    finding: str
    more: str
    line: chart.Line | None
    last: str
    move: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that stands on it. ``today`` is the patient's local date; ``clinical`` names the fracture."""

    patient: Patient
    recovery: Recovery
    today: date
    clinic_name: str
    place: Place
    clinical: str
    is_open_fracture: bool
    treatments: Some
    programme: str
    plan_number: int
    plan_by: str
    plan_on: date | None
    load: LoadLine | None
    phase: str
    changes: Some
    pain: Pain | None
    sets: str
    moves: Some
    signs: Some
    results: Some
    due: Some
    visits: Some
    questions: Some


def sheet(patient: Patient, recovery: Recovery, *, today: date, for_staff: bool = False) -> Sheet:
    """Return the sheet of a recovery on ``today``, the patient's local date (3 queries).

    Staff read every result; the patient reads that of a moved bone only once they were phoned.
    """
    sets_from = today - timedelta(days=SETS_DAYS - 1)
    more = [assigned(recovery, first=sets_from, last=today), _questions(recovery)]
    rows = rows_of([recovery], visits_from_on=None, has_history=True, more=more)
    plan, content = patient_place.fitting_plan(recovery), patient_place.content_of(recovery)
    zone = patient.clinic.time_zone
    moves = _moves(of_kind(rows, "assigned", recovery), patient, sets_from, today)
    shown = [row for row in of_kind(rows, "result", recovery) if for_staff or is_shown(row)]
    return Sheet(
        patient=patient,
        recovery=recovery,
        today=today,
        clinic_name=patient.clinic.name,
        place=patient_place.place(recovery, today=today),
        clinical=clinic_words.bone(recovery, content.fractures[recovery.site]),
        is_open_fracture=recovery.is_open,
        treatments=_some([_treatment(row) for row in reversed(of_kind(rows, "repair", recovery))], REPAIRS),
        programme=clinic_words.programme(content.protocols[plan.protocol_id]) if plan else "",
        plan_number=plan.number if plan else 0,
        plan_by=plan.confirmed_by_name if plan else "",
        plan_on=local_day(plan.confirmed_at, zone) if plan and plan.confirmed_at else None,
        load=patient_place.load_line(recovery, of_kind(rows, "load", recovery), patient.clinic, today=today),
        phase=_phase(recovery, rows, today),
        changes=_some(_changes(of_kind(rows, "version", recovery), zone), CHANGES),
        pain=_pain(
            days_of(recovery, first=today - timedelta(days=PAIN_DAYS - 1), last=today), recovery, rows, today
        ),
        sets=_sets(moves, of_kind(rows, "assigned", recovery), today),
        moves=_some(moves, MOVES),
        signs=_some(_signs(recovery), SIGNS),
        results=_some(_results(shown), RESULTS),
        due=_some([] if recovery.is_closed else _due(recovery, rows, today), DUE),
        visits=_some(_visits(of_kind(rows, "visit", recovery), today), VISITS),
        questions=_asked(of_kind(rows, "question", recovery)),
    )


def _some(found: Sequence[object], most: int) -> Some:
    return Some(tuple(found[:most]), max(0, len(found) - most))


def _questions(recovery: Recovery) -> QuerySet[Any, Any]:
    rows = VisitQuestion.objects.filter(recovery=recovery).kept().filter(asked_at__isnull=True)
    return branch(rows, "question", "recovery_id", note="text", at="added_at")


def _treatment(row: Row) -> Treatment:
    codes = json.loads(row.more) if row.more else []
    has_graft = row.extra not in (None, "", Repair.Graft.NONE)
    return Treatment(
        method=str(Repair.Method(row.code or "").label),
        on=row.on,
        hardware=patient_words.hardware(codes),
        graft=str(Repair.Graft(row.extra or "").label) if has_graft else "",
    )


def _phase(recovery: Recovery, rows: Sequence[Row], today: date) -> str:
    if patient_place.fitting_plan(recovery) is None:
        return ""
    phase = patient_place.phase_line(of_kind(rows, "phase", recovery), recovery.patient.clinic, today=today)
    return phase.name if phase else ""


def _changes(versions: Iterable[Row], zone: str) -> list[Change]:
    confirmed = sorted((row for row in versions if row.at), key=lambda row: (row.at, row.number))
    return [
        Change(local_day(row.at, zone), row.name or "", row.note or "")
        for row in reversed(confirmed[1:])
        if row.at
    ]


def _pain(days: Sequence[Day], recovery: Recovery, rows: Sequence[Row], today: date) -> Pain | None:
    if not days:
        return None
    rest: dict[date, float] = {one.on: one.pain_rest for one in days}
    move: dict[date, float] = {one.on: one.pain_move for one in days if one.pain_move is not None}
    return Pain(
        finding=chart_words.finding("pain_rest", rest, today=today),
        more=chart_words.gaps(rest),
        line=chart.line(
            rest,
            ticks=PAIN_TICKS,
            marks=marks_of(recovery, rows, days, first=days[0].on - chart.LEAD),
            plot_height=CHART_HEIGHT,
        ),
        last=chart_words.figure(rest[max(rest)]),
        move=chart_words.finding("pain_move", move, today=today) if move else "",
    )


def _moves(found: Iterable[Row], patient: Patient, first: date, last: date) -> list[Move]:
    moves = []
    for row in found:
        exercise = protocols.load(row.extra or "").exercises.get(row.code or "")
        planned = planned_by_day([row], first=first, last=last, zone=patient.time_zone)
        name = _(exercise.name) if exercise else row.code or ""
        moves.append(Move(name, int(row.more or 0), sum(planned.values())))
    return moves


def _sets(moves: Sequence[Move], rows: Iterable[Row], today: date) -> str:
    planned = sum(one.planned for one in moves)
    begun_on = min((row.on for row in rows if row.on), default=today)
    days = min(SETS_DAYS, (today - begun_on).days + 1)
    return chart_words.sets_done(sum(one.done for one in moves), planned, days) if planned else ""


def _signs(recovery: Recovery) -> list[Sign]:
    flags = patient_place.content_of(recovery).red_flags
    rows = Alert.objects.filter(recovery=recovery)
    rows = rows.order_by(F("closed_at").desc(nulls_first=True), "-raised_at", "-day", "-pk")
    return [
        Sign(
            name=_(flags[row.flag_id].ask) if row.flag_id in flags else row.flag_id,
            on=row.day,
            is_open=row.closed_at is None,
            seen_by=row.acknowledged_by_name,
        )
        for row in rows[:SIGNS_READ]
    ]


def _results(rows: Iterable[Row]) -> list[Step]:
    ordered = sorted((row for row in rows if row.on), key=lambda row: (row.on, row.at), reverse=True)
    return list(results(ordered, for_staff=True))


def _due(recovery: Recovery, rows: Sequence[Row], today: date) -> list[Due]:
    return [one for one in due(recovery, rows, today) if one.state != "booked"]


def _visits(rows: Iterable[Row], today: date) -> list[NextVisit]:
    ahead = [row for row in rows if row.on and row.on >= today and row.extra == Visit.State.BOOKED]
    ahead.sort(key=lambda row: (row.on, row.at_time))
    return [
        NextVisit(row.public_id, str(Visit.Kind(row.code or "").label), row.on, row.at_time)
        for row in ahead
        if row.public_id and row.on
    ]


def _asked(rows: Iterable[Row]) -> Some:
    """Keep the first questions, as many as fit the page."""
    found = [row.note or "" for row in sorted(rows, key=lambda row: str(row.at))]
    shown: list[str] = []
    for text in found[:QUESTIONS]:
        if shown and sum(map(len, shown)) + len(text) > QUESTION_LETTERS:
            break
        shown.append(text)
    return Some(tuple(shown), len(found) - len(shown))
