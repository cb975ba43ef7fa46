"""A patient's page for staff: what is open, what was logged, what comes next. A fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import CareLink, Invitation
from recovery.domain import progress
from recovery.domain.progress import SetsFact
from recovery.models import (
    Alert,
    Assignment,
    DailyLog,
    PlanFilm,
    PlanLoad,
    PlanPhase,
    PlanVersion,
    SetDone,
    Visit,
    XRay,
)
from recovery.queries import clinic_chart, clinic_words
from recovery.queries.clinic_log import LoggedDay, logged_days
from recovery.queries.clinic_record import Record
from recovery.queries.patient_photos import PhotoLine, latest_photos
from recovery.queries.sets_by_day import planned_on

CHART_DAYS = 90
LOGS_SHOWN = 7
SETS_DAYS = 7
PAST_VISITS_SHOWN = 5
CLOSED_WARNINGS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class WarningSign:
    """A warning sign somebody ticked. ``escalate`` is for staff only."""

    public_id: UUID
    name: str
    asked: str
    told: str
    escalate: str
    urgency: str
    source: str
    raised_at: datetime
    seen_by: str
    seen_at: datetime | None
    closed_at: datetime | None
    note: str
    bone: str
    rank: int


@dataclass(frozen=True, slots=True)
class Steps:
    """What a clinician released last, and what the plan proposes next."""

    phase: str
    phase_number: int
    phase_count: int
    load: str
    next_phase: str
    next_phase_on: date | None
    next_load: str
    next_load_on: date | None


@dataclass(frozen=True, slots=True)
class NextFilm:
    """The next planned film without a result; ``booked_on`` is its visit."""

    key: str
    name: str
    due_on: date
    from_on: date
    until_on: date
    booked_on: date | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One x-ray's result. Patients do not see a moved bone before they were phoned."""

    row: XRay
    title: str
    position: str
    callus: str
    verdict: str
    is_hidden: bool
    tone: str


@dataclass(frozen=True, slots=True)
class SetsDay:
    on: date
    done: int
    planned: int

    @property
    def tone(self) -> str:
        """Return the class of the day's cell: all, some or none."""
        return "f" if self.planned and self.done >= self.planned else "h" if self.done else ""


@dataclass(frozen=True, slots=True)
class Assigned:
    row: Assignment
    name: str
    dose: str
    state: str


@dataclass(frozen=True, slots=True)
class Hurt:
    on: date
    name: str
    pain: int
    where: str


@dataclass(frozen=True, slots=True)
class PatientPage:
    """Everything on a patient's page. Without a recovery only identity and care team are there."""

    warnings: tuple[WarningSign, ...]
    closed_warnings: tuple[WarningSign, ...]
    steps: Steps | None
    range_words: str
    draft: PlanVersion | None
    pain: clinic_chart.PainChart | None
    pain_words: str
    logs: tuple[LoggedDay, ...]
    photos: tuple[PhotoLine, ...]
    last_log_on: date | None
    sets: SetsFact | None
    sets_days: tuple[SetsDay, ...]
    hurts: tuple[Hurt, ...]
    exercises: tuple[Assigned, ...]
    results: tuple[Result, ...]
    next_film: NextFilm | None
    visits: tuple[Visit, ...]
    past_visits: tuple[Visit, ...]
    team: tuple[CareLink, ...]
    invitation: Invitation | None


def patient_page(record: Record) -> PatientPage:
    """Return the page of a record that was opened by ``clinic_record.record`` (15 queries)."""
    pk = record.recovery.pk if record.bone else 0
    alerts = _warnings(record)
    films, results, visits = _films(record), _results(record, pk), _visits(pk, record.clinic_today)
    pain, logs = _logs(record, pk)
    assigned, days, hurts = _sets(record, pk)
    upcoming = [one for one in visits if one.state == Visit.State.BOOKED]
    return PatientPage(
        warnings=tuple(one for one in alerts if one.closed_at is None),
        closed_warnings=tuple(one for one in alerts if one.closed_at)[:CLOSED_WARNINGS_SHOWN],
        steps=_steps(record),
        range_words=range_words(record.recovery.plan) if record.bone else "",
        draft=PlanVersion.objects.drafts().filter(recovery_id=pk).first(),
        pain=clinic_chart.pain_chart(pain, marks=_marks(record, results)),
        pain_words=clinic_chart.pain_words(pain),
        logs=logs,
        photos=latest_photos(pk),
        last_log_on=max(pain, default=None),
        sets=progress.sets_fact(
            done={one.on: one.done for one in days},
            planned={one.on: one.planned for one in days},
            today=record.today,
            days=SETS_DAYS,
        ),
        sets_days=days,
        hurts=hurts,
        exercises=assigned,
        results=results,
        next_film=_next_film(record, films, results, upcoming),
        visits=tuple(upcoming),
        past_visits=tuple(one for one in reversed(visits) if one.state != Visit.State.BOOKED)[
            :PAST_VISITS_SHOWN
        ],
        team=tuple(CareLink.objects.current().filter(patient=record.patient).select_related("member__user")),
        invitation=Invitation.objects.open().filter(patient=record.patient).first(),
    )


def range_words(plan: PlanVersion | None) -> str:
    """Say a plan's range in weeks: early to late, about half by the typical week. No date, on purpose."""
    if plan is None or plan.early_weeks is None:
        return ""
    words = _("%(early)s to %(late)s weeks, about half by week %(typical)s")
    if not plan.has_union:
        words = _("%(early)s to %(late)s weeks to move more and hurt less, about half by week %(typical)s")
    return words % {"early": plan.early_weeks, "late": plan.late_weeks, "typical": plan.typical_weeks}


def _warnings(record: Record) -> list[WarningSign]:
    """Return the warning signs of all the patient's broken bones: unseen ones first, then by urgency."""
    names = {one.row.pk: one.name for one in record.bones}
    flags, urgencies = record.content.red_flags, record.content.urgencies
    rows = Alert.objects.filter(recovery_id__in=list(names)).order_by("-raised_at", "-pk")
    found = []
    for row in rows:
        flag = flags.get(row.flag_id)
        urgency = urgencies.get(row.urgency)
        found.append(
            WarningSign(
                public_id=row.public_id,
                name=flag.clinical_name if flag else row.flag_id,
                asked=flag.ask if flag else "",
                told=flag.do_now if flag else "",
                escalate=(flag.escalate or "") if flag else "",
                urgency=urgency.label if urgency else row.urgency,
                source=str(Alert.Source(row.source).label),
                raised_at=row.raised_at,
                seen_by=row.acknowledged_by_name,
                seen_at=row.acknowledged_at,
                closed_at=row.closed_at,
                note=row.close_note,
                bone=names[row.recovery_id],
                rank=urgency.rank if urgency else 0,
            )
        )
    return sorted(found, key=lambda one: (bool(one.seen_by), -one.rank))


def _steps(record: Record) -> Steps | None:
    """Return the released and the next steps of the plan in force (2 queries)."""
    plan_id = record.recovery.plan_id if record.bone else None
    phases = list(PlanPhase.objects.filter(plan_id=plan_id).order_by("starts_on"))
    loads = list(PlanLoad.objects.filter(plan_id=plan_id).order_by("position"))
    if not phases:
        return None
    codes = record.content.load_codes
    phase, next_phase = _last_and_next(phases)
    load, next_load = _last_and_next(loads)
    return Steps(
        phase=clinic_words.phase(phase.code) if phase else "",
        phase_number=phases.index(phase) + 1 if phase else 0,
        phase_count=len(phases),
        load=codes[load.code].label if load else "",
        next_phase=clinic_words.phase(next_phase.code) if next_phase else "",
        next_phase_on=next_phase.starts_on if next_phase else None,
        next_load=codes[next_load.code].label if next_load else "",
        next_load_on=next_load.from_on if next_load else None,
    )


def _last_and_next(rows: list) -> tuple:
    released = [one for one in rows if one.released_at]
    last = released[-1] if released else None
    after = rows.index(last) + 1 if last else 0
    return last, rows[after] if after < len(rows) else None


def _films(record: Record) -> list[PlanFilm]:
    plan_id = record.recovery.plan_id if record.bone else None
    return list(PlanFilm.objects.filter(plan_id=plan_id).order_by("due_on"))


def _results(record: Record, pk: int) -> tuple[Result, ...]:
    rows = XRay.objects.filter(recovery_id=pk).order_by("-film_date", "-pk")
    return tuple(_result(one) for one in rows)


def _result(row: XRay) -> Result:
    moved = row.position_vs_last.startswith("moved")
    return Result(
        row=row,
        title=clinic_words.film(row.film_key) if row.film_key else _("Not planned"),
        position=str(clinic_words.POSITIONS.get(row.position_vs_last, row.position_vs_last)),
        callus=str(clinic_words.CALLUS.get(row.callus, row.callus)),
        verdict=str(clinic_words.VERDICTS.get(row.clinician_verdict, row.clinician_verdict)),
        is_hidden=moved and not row.patient_phoned,
        tone="bad" if moved else "ok" if row.clinician_verdict == "healed" else "",
    )


def _marks(record: Record, results: Iterable[Result]) -> list[tuple[date, str]]:
    marks = [(one.row.film_date, _("X-ray")) for one in results]
    repair = record.recovery.current_repair if record.bone else None
    return [*marks, (repair.operated_on, _("Operation"))] if repair and repair.operated_on else marks


def _next_film(
    record: Record, films: Iterable[PlanFilm], results: Iterable[Result], visits: Iterable[Visit]
) -> NextFilm | None:
    known = {one.row.film_key for one in results}
    film = next((one for one in films if one.key not in known), None)
    if film is None:
        return None
    booked_on = next((one.on for one in visits if one.film_key == film.key), None)
    return NextFilm(
        key=film.key,
        name=clinic_words.film(film.key),
        due_on=film.due_on,
        from_on=film.window_from_on,
        until_on=film.window_until_on,
        booked_on=booked_on,
        is_late=film.window_until_on < record.clinic_today,
    )


def _visits(pk: int, today: date) -> list[Visit]:
    """Return what is booked, and the last visits before it, in order of time (1 query)."""
    recent = Q(state="booked") | Q(on__gte=today - timedelta(days=CHART_DAYS))
    return list(Visit.objects.filter(recent, recovery_id=pk).order_by("on", "at", "pk"))


def _logs(record: Record, pk: int) -> tuple[Mapping[date, int], tuple[LoggedDay, ...]]:
    """Return pain by day and the newest logs with their saves (2 queries)."""
    first = record.today - timedelta(days=CHART_DAYS)
    rows = list(DailyLog.objects.filter(recovery_id=pk, day__gt=first).order_by("-day"))
    return {one.day: one.pain_rest for one in rows}, logged_days(
        rows[:LOGS_SHOWN], recovery_id=pk, most=LOGS_SHOWN
    )


def _sets(record: Record, pk: int) -> tuple[tuple[Assigned, ...], tuple[SetsDay, ...], tuple[Hurt, ...]]:
    """Return the programme, the sets of the last days, and what hurt (3 queries)."""
    days = [record.today - timedelta(days=back) for back in reversed(range(SETS_DAYS))]
    rows = list(
        Assignment.objects.filter(recovery_id=pk).exclude(ends_on__lt=days[0]).order_by("starts_on", "pk")
    )
    sets = SetDone.objects.counted().filter(assignment__recovery_id=pk, day__range=(days[0], days[-1]))
    done: dict[date, int] = defaultdict(int)
    for row in sets.values("day").annotate(number=Count("pk")).order_by():
        done[row["day"]] = row["number"]
    names = {one.pk: one for one in rows}
    hurts = (
        sets.filter(pain__gt=0)
        .order_by("-day", "-pk")
        .values_list("day", "assignment_id", "pain", "where")[:10]
    )
    return (
        tuple(assigned(record, one) for one in rows if one.ends_on is None or one.ends_on >= record.today),
        tuple(SetsDay(day, done[day], planned_on(rows, day, record.patient.time_zone)) for day in days),
        tuple(
            Hurt(on, assigned(record, names[row]).name, pain or 0, where)
            for on, row, pain, where in hurts
            if row in names
        ),
    )


def assigned(record: Record, row: Assignment) -> Assigned:
    """Return an assigned exercise in words."""
    exercise = record.content.exercises.get(row.exercise_id)
    state = ""
    if row.paused_at:
        state = _("Paused")
    elif row.starts_on > record.today:
        state = _("Not started")
    return Assigned(row, exercise.name if exercise else clinic_words.plain(row.exercise_id), dose(row), state)


def dose(row: Assignment) -> str:
    """Say a dose: sets by repetitions, hold, minutes, times a day."""
    parts = [f"{row.sets} × {row.reps}"]
    if row.hold_seconds:
        parts.append(_("hold %(seconds)s s") % {"seconds": row.hold_seconds})
    if row.minutes:
        parts.append(_("%(minutes)s min") % {"minutes": row.minutes})
    parts.append(_("%(times)s times a day") % {"times": row.times_per_day})
    return ", ".join(parts)
