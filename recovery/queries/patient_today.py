"""Today: where each broken bone stands, what to do today, what comes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.querysets import Prepared
from recovery.domain.progress import PainFact, SetsFact, pain_fact
from recovery.domain.xray import MOVED
from recovery.models import PlanVersion, Recovery, Visit
from recovery.queries import patient_place, patient_tasks, patient_words
from recovery.queries.patient_place import LoadLine, PhaseLine, Place
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
    load: LoadLine | None
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
class Closed:
    """A recovery that the clinic has closed."""

    id: UUID
    bone: str
    reason: str
    closed_at: datetime


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
    rows = rows_of(running, visits_from_on=today - timedelta(days=RESULT_DAYS))
    found = patient_tasks.tasks(running, day=today)
    pain = patient_tasks.pain_by_day(running, last=today)
    clinic = all_of_them[0].patient.clinic if all_of_them else None
    headers = [
        _header(one, rows, [task for task in found if task.recovery_id == one.pk], pain[one.pk], today)
        for one in running
    ]
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
        closed=tuple(closed_line(one) for one in all_of_them if one.is_closed),
    )


def _header(
    recovery: Recovery, rows: Sequence[Row], tasks: list[Task], pain: Mapping[date, int], today: date
) -> Header:
    clinic = recovery.patient.clinic
    yesterday = today - timedelta(days=1)
    return Header(
        id=recovery.public_id,
        place=patient_place.place(recovery, today=today),
        plan_state=plan_state(recovery),
        draft_notice=_(patient_place.content_of(recovery).notices["n-draft"].text),
        load=patient_place.load_line(recovery, of_kind(rows, "load", recovery), clinic),
        phase=patient_place.phase_line(of_kind(rows, "phase", recovery), today=today),
        warning=most_urgent(warnings(recovery, of_kind(rows, "alert", recovery))),
        film=_film(recovery, rows, today),
        new_results=sum(is_shown(row) and row.also_at is None for row in of_kind(rows, "result", recovery)),
        pain=pain_fact(pain),
        sets=patient_tasks.sets_of_week(tasks, today=today),
        log_pain=pain.get(today),
        forgot_yesterday=bool(pain) and yesterday not in pain and yesterday >= recovery.injured_on,
    )


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


def closed_line(recovery: Recovery) -> Closed:
    """Return a closed recovery in words."""
    assert recovery.closed_at is not None  # noqa: S101  # nosec: asked of closed ones only
    return Closed(
        id=recovery.public_id,
        bone=patient_place.bone_of(recovery),
        reason=str(Recovery.CloseReason(recovery.close_reason).label),
        closed_at=recovery.closed_at,
    )
