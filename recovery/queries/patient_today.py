"""Today: where each broken bone stands, what to do today, what comes next."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import User
from accounts.querysets import Prepared
from recovery.domain.progress import PainFact, SetsFact, pain_fact
from recovery.domain.xray import MOVED
from recovery.models import DailyLog, PlanVersion, Recovery, SetDone, Visit, XRay
from recovery.queries import patient_place, patient_tasks, patient_words
from recovery.queries.patient_place import Limits, LoadLine, PhaseLine, Place
from recovery.queries.patient_rows import Row, of_kind, rows_of
from recovery.queries.patient_tasks import Task
from recovery.queries.patient_words import Phones

MOST_RECOVERIES = 8
VISITS_SHOWN = 2
RESULT_DAYS = 14
"""How long a passed x-ray visit is shown as waiting for its result."""


@dataclass(frozen=True, slots=True)
class Warning:
    """An open warning sign with its fixed texts. ``seen_by`` is empty until somebody acknowledged it."""

    ask: str
    do_now: str
    urgency: str
    label: str
    action: str
    raised_on: date
    raised_at: datetime
    seen_by: str
    seen_at: datetime | None
    rank: int


@dataclass(frozen=True, slots=True)
class FilmLine:
    """The x-ray that is due next: ``state`` is book, overdue or waiting (for its result)."""

    state: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit that is booked."""

    id: UUID
    name: str
    on: date
    at: time
    place: str
    is_moved_or_off: bool


@dataclass(frozen=True, slots=True)
class Header:
    """One open recovery. ``plan_state`` is plan, changed, draft or none."""

    id: UUID
    place: Place
    plan_state: str
    draft_notice: str
    side: str
    load: LoadLine | None
    limits: Limits | None
    phase: PhaseLine | None
    warning: Warning | None
    film: FilmLine | None
    new_results: int
    pain: PainFact | None
    sets: SetsFact | None
    log_pain: int | None
    forgot_yesterday: bool

    @property
    def is_logged(self) -> bool:
        """Say whether today is logged."""
        return self.log_pain is not None


@dataclass(frozen=True, slots=True)
class Facts:
    """A closed recovery in figures, from day 0 to the day it was closed. Pain is empty without a log."""

    from_on: date
    until_on: date
    logs: int
    first_pain: int | None
    last_pain: int | None
    sets: int
    films: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A recovery that the clinic has closed; ``facts`` where nothing else is left to show."""

    id: UUID
    bone: str
    reason: str
    closed_at: datetime
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """The first page of a patient. ``today`` is the patient's local date."""

    first_name: str
    today: date
    yesterday: date
    phones: Phones
    headers: tuple[Header, ...]
    tasks: tuple[Task, ...]
    visits: tuple[VisitLine, ...]
    closed: tuple[Closed, ...]

    @property
    def has_several(self) -> bool:
        """Say whether more than one broken bone is being looked after."""
        return len(self.headers) > 1

    @property
    def things(self) -> int:
        """Return how many things there are to do: one log a bone, and the exercises."""
        return len(self.headers) + len(self.tasks)

    @property
    def things_done(self) -> int:
        """Return how many of them are done."""
        return sum(one.is_logged for one in self.headers) + sum(one.is_done for one in self.tasks)

    @property
    def is_all_done(self) -> bool:
        """Say whether nothing is left to do today."""
        return self.things_done == self.things


def recoveries_of(user: User) -> tuple[Recovery, ...]:
    """Return a person's own recoveries, open ones first, then the newest (1 query).

    ``has_draft`` on each says whether a plan waits to be checked. One recorded by mistake is left out.
    """
    return tuple(_RECOVERIES(user.pk))


def _own_recoveries(user_id: int) -> QuerySet[Recovery]:
    drafts = PlanVersion.objects.drafts().filter(recovery=OuterRef("pk"))
    rows = (
        Recovery.objects.of(User(pk=user_id))
        .exclude(close_reason=Recovery.CloseReason.MISTAKE)
        .select_related("patient__clinic", "current_repair", "plan")
        .annotate(has_draft=Exists(drafts))
        .order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")
    )
    return rows[:MOST_RECOVERIES]


_RECOVERIES: Prepared[Recovery] = Prepared(_own_recoveries)


def today(user: User, *, first_name: str, today: date, recoveries: Sequence[Recovery] | None = None) -> Today:
    """Return the page of a person on ``today``, their local date (4 queries)."""
    all_of_them = recoveries_of(user) if recoveries is None else recoveries
    running = [one for one in all_of_them if not one.is_closed]
    rows = rows_of(
        running,
        visits_from_on=today - timedelta(days=RESULT_DAYS),
        logs_from_on=today - timedelta(days=patient_tasks.LOGS_READ - 1),
    )
    found = patient_tasks.tasks(running, day=today)
    clinic = all_of_them[0].patient.clinic if all_of_them else None
    headers = [
        _header(one, rows, [task for task in found if task.recovery_id == one.pk], today) for one in running
    ]
    headers = _stricter(headers)
    # An open warning sign beats everything: the most urgent stands first.
    headers.sort(key=lambda one: -one.warning.rank if one.warning else 0)
    return Today(
        first_name=first_name,
        today=today,
        yesterday=today - timedelta(days=1),
        phones=patient_words.phones_of(clinic),
        headers=tuple(headers),
        tasks=patient_tasks.to_do(found),
        visits=_visits(rows, today),
        closed=_closed(all_of_them, has_facts=not running),
    )


def _header(recovery: Recovery, rows: Sequence[Row], tasks: list[Task], today: date) -> Header:
    clinic = recovery.patient.clinic
    logs = of_kind(rows, "log", recovery)
    pain = {row.on: row.number for row in logs if row.on and row.on <= today and row.number is not None}
    phases = of_kind(rows, "phase", recovery)
    yesterday = today - timedelta(days=1)
    return Header(
        id=recovery.public_id,
        place=patient_place.place(recovery, today=today),
        plan_state=plan_state(recovery),
        draft_notice=_(patient_place.content_of(recovery).notices["n-draft"].text),
        side=recovery.side,
        load=patient_place.load_line(recovery, of_kind(rows, "load", recovery), clinic, today=today),
        limits=patient_place.limits(recovery, phases, today=today),
        phase=patient_place.phase_line(phases, clinic, today=today),
        warning=most_urgent(warnings(recovery, of_kind(rows, "alert", recovery))),
        film=_film(recovery, rows, today),
        new_results=sum(is_shown(row) and row.also_at is None for row in of_kind(rows, "result", recovery)),
        pain=pain_fact(pain),
        sets=patient_tasks.sets_of_week(tasks, today=today),
        log_pain=pain.get(today),
        forgot_yesterday=bool(pain) and yesterday not in pain and yesterday >= recovery.injured_on,
    )


def _stricter(headers: list[Header]) -> list[Header]:
    """Let the strictest load of a limb stand at each of its broken bones (hazard H13)."""
    if len(headers) < 2:
        return headers
    by_side = {one.side: [two.load for two in headers if two.side == one.side] for one in headers}
    return [replace(one, load=patient_place.strictest(one.load, by_side[one.side])) for one in headers]


def plan_state(recovery: Recovery) -> str:
    """Name what is known of a plan: plan, changed (a newer treatment has none yet), draft or none."""
    if recovery.plan is not None:
        return "plan" if patient_place.fitting_plan(recovery) else "changed"
    return "draft" if vars(recovery)["has_draft"] else "none"


def warnings(recovery: Recovery, alerts: Iterable[Row]) -> tuple[Warning, ...]:
    """Return the open warning signs with their fixed texts, the most urgent first, then the newest."""
    content = patient_place.content_of(recovery)
    phones = patient_words.phones_of(recovery.patient.clinic)
    found = [
        Warning(
            ask=_(flag.ask),
            do_now=phones.fill(_(flag.do_now)),
            urgency=flag.urgency.code,
            label=_(flag.urgency.label),
            action=phones.fill(_(flag.urgency.action)),
            raised_on=row.on,
            raised_at=row.at,
            seen_by=row.name or "",
            seen_at=row.also_at,
            rank=flag.urgency.rank,
        )
        for row in alerts
        if row.on and row.at and (flag := content.red_flags.get(row.code or ""))
    ]
    return tuple(sorted(found, key=lambda one: (-one.rank, -one.raised_at.timestamp())))


def most_urgent(found: Sequence[Warning]) -> Warning | None:
    """Return the warning whose text wins."""
    return found[0] if found else None


def is_shown(result: Row) -> bool:
    """Say whether a patient may read a result: of a moved bone only once they were phoned."""
    return result.code != MOVED or bool(result.number)


def _film(recovery: Recovery, rows: Sequence[Row], today: date) -> FilmLine | None:
    """Return the x-ray to book, the one that is overdue, or the one whose result has not come yet."""
    done = {row.film_key for row in of_kind(rows, "result", recovery)}
    booked = {row.film_key: row.on for row in of_kind(rows, "visit", recovery)}
    films = sorted(of_kind(rows, "film", recovery), key=lambda row: row.on or date.min)
    last_done = max((place for place, film in enumerate(films) if film.film_key in done), default=-1)
    pending = films[last_done + 1 :]
    begun = [film for film in pending if film.on and film.on <= today]
    film = begun[-1] if begun else next(iter(pending), None)
    if film is None or film.on is None or film.until is None:
        return None
    visit_on = booked.get(film.film_key)
    if visit_on is None:
        return FilmLine("overdue" if film.until < today else "book", film.on, film.until)
    # One that is booked stands among the visits.
    return FilmLine("waiting", visit_on, visit_on) if visit_on < today else None


def _visits(rows: Iterable[Row], today: date) -> tuple[VisitLine, ...]:
    ahead = [row for row in rows if row.kind == "visit" and row.on and row.on >= today]
    ahead.sort(key=lambda row: (row.on, row.at_time))
    return tuple(
        VisitLine(
            id=row.public_id,
            name=str(Visit.Kind(row.code or "").label),
            on=row.on,
            at=row.at_time,
            place=row.note or "",
            is_moved_or_off=row.also_at is not None,
        )
        for row in ahead[:VISITS_SHOWN]
        if row.public_id and row.on and row.at_time is not None
    )


def _closed(recoveries: Iterable[Recovery], *, has_facts: bool) -> tuple[Closed, ...]:
    found = [one for one in recoveries if one.is_closed]
    facts = _facts(found) if has_facts and found else {}
    return tuple(replace(closed_line(one), facts=facts.get(one.pk)) for one in found)


def _facts(closed: Collection[Recovery]) -> dict[int, Facts]:
    """Return closed recoveries in figures (1 query)."""
    logs = DailyLog.objects.filter(recovery=OuterRef("pk"))
    rows = Recovery.objects.filter(pk__in=[one.pk for one in closed]).values_list(
        "pk",
        _count(logs),
        Subquery(logs.order_by("day").values("pain_rest")[:1]),
        Subquery(logs.order_by("-day").values("pain_rest")[:1]),
        _count(SetDone.objects.counted().filter(assignment__recovery=OuterRef("pk"))),
        _count(
            XRay.objects.exclude(position_vs_last=MOVED, patient_phoned=False).filter(recovery=OuterRef("pk"))
        ),
    )
    figures = {pk: rest for pk, *rest in rows}
    return {
        one.pk: Facts(
            patient_place.day_zero_on(one),
            local_day(one.closed_at, one.patient.clinic.time_zone),
            *figures[one.pk],
        )
        for one in closed
        if one.closed_at
    }


def _count(rows: QuerySet[Any, Any]) -> Coalesce:
    number = rows.order_by().values(one=Value(1)).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def closed_line(recovery: Recovery) -> Closed:
    """Return a closed recovery in words."""
    assert recovery.closed_at is not None  # noqa: S101  # nosec: asked of closed ones only
    return Closed(
        id=recovery.public_id,
        bone=patient_place.bone_of(recovery),
        reason=str(Recovery.CloseReason(recovery.close_reason).label),
        closed_at=recovery.closed_at,
    )
