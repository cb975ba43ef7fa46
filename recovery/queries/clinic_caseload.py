"""The caseload: who needs somebody first, and why. Three queries, however many patients there are."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Exists,
    OuterRef,
    Q,
    Subquery,
)

from accounts.clock import local_day
from accounts.models import Clinic, Patient, User
from recovery import protocols
from recovery.domain import progress, xray
from recovery.domain.progress import Need
from recovery.models import (
    Alert,
    DailyLog,
    PlanLoad,
    PlanPhase,
    Recovery,
    XRay,
)
from recovery.queries.clinic_case import Case, Facts, Film, Step, Warned, case, closed_case
from recovery.queries.clinic_rows import dated

PAGE_SIZE = 25
SETS_DAYS = 7
# What the clinic's settings do not hold: the design's "rise in 3 days" and "it hurt twice", and rule 1.5 of
# the clinical reference, "no result 7 days after window".
PAIN_RISE_DAYS = 3
HURT_TIMES = 2
XRAY_OVERDUE_DAYS = 7
NOW = (Need.WARNING_SIGN, Need.PAIN, Need.LOOKS_WRONG)
X_RAY = (Need.XRAY_OVERDUE, Need.RESULT_WAITING)
FILTERS = ("needs", "x-ray", "quiet", "next", "all", "clinic")


@dataclass(frozen=True, slots=True)
class Filter:
    key: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A patient a manager sees by name and number only."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Caseload:
    """One page of the caseload, in the groups Now, Today and the rest."""

    now_cases: tuple[Case, ...]
    today_cases: tuple[Case, ...]
    rest: tuple[Case, ...]
    listed: tuple[Listed, ...]
    filters: tuple[Filter, ...]
    shown: str
    words: str
    total: int
    in_care: int
    rest_count: int
    page: int
    pages: int


@dataclass(slots=True)
class Raw:
    """Rows of the tables, by recovery."""

    pain: dict[int, dict[date, int]] = field(default_factory=lambda: defaultdict(dict))
    films: dict[int, list[Film]] = field(default_factory=lambda: defaultdict(list))
    visits: dict[int, list[tuple[str, date, str]]] = field(default_factory=lambda: defaultdict(list))
    results: dict[int, list[tuple[str, date, str]]] = field(default_factory=lambda: defaultdict(list))
    done: dict[int, dict[date, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    planned: dict[int, dict[date, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    hurt: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))


def caseload(user: User, *, shown: str, words: str, page: int, now: datetime) -> Caseload:
    """Return one page of the recoveries in a therapist's care, those that need somebody first (3 queries).

    ``shown`` is one of ``FILTERS`` or empty; ``words`` searches all names and numbers. A manager who cares
    for nobody gets the clinic's list. A page out of range is the nearest.
    """
    recoveries = _recoveries(user)
    raw = _raw(recoveries, now)
    cases = sorted((case(_facts(one, raw, now)) for one in recoveries), key=lambda one: one.key)
    others, listed = _others(user, now)
    cases += others
    is_manager = listed is not None
    shown = _shown(shown, words, is_manager=is_manager, has_cases=bool(cases))
    chosen = [one for one in cases if _is_in(one, shown) and _matches(words, one.name, one.number)]
    names = [one for one in listed or () if _matches(words, one.name, one.number)]
    names = names if shown == "clinic" or (words and is_manager) else []
    total = len(chosen) + len(names)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    window = [*chosen, *names][(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    here = [one for one in window if isinstance(one, Case)]
    return Caseload(
        now_cases=tuple(one for one in here if one.need in NOW),
        today_cases=tuple(one for one in here if one.need and one.need not in NOW),
        rest=tuple(one for one in here if one.need is None),
        listed=tuple(one for one in window if isinstance(one, Listed)),
        filters=_filters(cases, listed, shown),
        shown=shown,
        words=words,
        total=total,
        in_care=len(cases),
        rest_count=sum(one.need is None for one in cases),
        page=page,
        pages=pages,
    )


def needs_by_recovery(user: User, *, now: datetime) -> list[tuple[Recovery, list[Need]]]:
    """Return the open recoveries in a therapist's care with why each needs somebody (2 queries)."""
    recoveries = _recoveries(user)
    raw = _raw(recoveries, now)
    return [(one, [reason.need for reason in _facts(one, raw, now).reasons]) for one in recoveries]


def thresholds(clinic: Clinic) -> progress.Thresholds:
    """Return the limits that a clinic's caseload is sorted by."""
    return progress.Thresholds(
        pain_high=clinic.pain_high,
        pain_rise=clinic.pain_rise,
        pain_rise_days=PAIN_RISE_DAYS,
        hurt_times=HURT_TIMES,
        silent_days=clinic.quiet_days,
        xray_overdue_days=XRAY_OVERDUE_DAYS,
    )


def _recoveries(user: User) -> list[Recovery]:
    """Return the open recoveries in care with what stands once per recovery (1 query)."""
    alerts = Alert.objects.open().filter(recovery=OuterRef("pk")).most_pressing_first()
    logs = DailyLog.objects.filter(recovery=OuterRef("pk")).order_by("-day")
    phases = PlanPhase.objects.filter(plan=OuterRef("plan"), released_at__isnull=True).order_by("starts_on")
    loads = PlanLoad.objects.filter(plan=OuterRef("plan"), released_at__isnull=True).order_by("position")
    rows = (
        Recovery.objects.in_care_of(user).open().select_related("patient__clinic", "current_repair", "plan")
    )
    untold = XRay.objects.filter(recovery=OuterRef("pk"), position_vs_last=xray.MOVED, patient_phoned=False)
    return list(
        rows.annotate(
            warning_flag=Subquery(alerts.values("flag_id")[:1]),
            warning_urgency=Subquery(alerts.values("urgency")[:1]),
            warning_at=Subquery(alerts.values("raised_at")[:1]),
            warning_seen=Subquery(alerts.values("acknowledged_by_name")[:1]),
            last_log_on=Subquery(logs.values("day")[:1]),
            to_phone_on=Subquery(untold.values("film_date")[:1]),
            phase_code=Subquery(phases.values("code")[:1]),
            phase_from_on=Subquery(phases.values("starts_on")[:1]),
            load_code=Subquery(loads.values("code")[:1]),
            load_from_on=Subquery(loads.values("from_on")[:1]),
        )
    )


def _raw(recoveries: list[Recovery], now: datetime) -> Raw:
    """Return the rows of all recoveries (1 query). Days are cut one day wide of every zone."""
    raw = Raw()
    ids = [one.pk for one in recoveries]
    days = [now.date() - timedelta(days=back) for back in range(-1, SETS_DAYS + 1)]
    for what, pk, on, until_on, key, number in dated(ids, [one.plan_id for one in recoveries], days):
        if what == "log":
            raw.pain[pk][on] = number
            raw.wrong[pk] += [on] if key else []
        elif what == "set":
            raw.done[pk][on] += number
        elif what == "hurt":
            raw.hurt[pk] += [on] * number
        elif what == "planned":
            for day in days:
                # A paused exercise asks for nothing from the day of its pause on.
                if on <= day < until_on or (day == until_on and not key):
                    raw.planned[pk][day] += number
        elif what == "film":
            raw.films[pk].append(Film(key, on, until_on))
        elif what == "result":
            raw.results[pk].append((key.partition("|")[0], on, key.partition("|")[2]))
        else:
            raw.visits[pk].append((what, on, key))
    return raw


def _facts(recovery: Recovery, raw: Raw, now: datetime) -> Facts:
    """Gather one recovery's facts and its reasons, on the patient's own calendar."""
    patient, pk = recovery.patient, recovery.pk
    today = local_day(now, patient.time_zone)
    week = [today - timedelta(days=back) for back in range(SETS_DAYS)]
    next_film, waiting_on, last_result = _x_rays(raw, pk, today)
    seen_alert = _warned(recovery)
    facts = Facts(
        recovery=recovery,
        today=today,
        warned=seen_alert,
        pain={day: value for day, value in raw.pain[pk].items() if day <= today},
        sets=progress.sets_fact(done=raw.done[pk], planned=raw.planned[pk], today=today, days=SETS_DAYS),
        next_film=next_film,
        booked_on=_booked_on(raw, pk, next_film, today),
        waiting_on=waiting_on,
        to_phone_on=recovery.to_phone_on,  # type: ignore[attr-defined]
        last_result=last_result,
        hurt=tuple(sorted(day for day in raw.hurt[pk] if day in week)),
        silent_since_on=_silent_since(recovery, patient),
        step=_step(recovery, today),
    )
    care = progress.CareFacts(
        warning_sign_on=local_day(seen_alert.at, patient.time_zone) if seen_alert else None,
        pain=facts.pain,
        xray_window_until_on=next_film.until_on if next_film and not facts.booked_on else None,
        result_waiting_since_on=facts.to_phone_on or waiting_on,
        hurt_on=facts.hurt,
        wrong_on=max((day for day in raw.wrong[pk] if 0 <= (today - day).days <= 1), default=None),
        silent_since_on=facts.silent_since_on,
        ready_since_on=facts.step.from_on if facts.step and not seen_alert else None,
        new_since_on=None if recovery.plan_id else local_day(recovery.opened_at, patient.time_zone),
    )
    return replace(facts, reasons=progress.needs(care, thresholds=thresholds(patient.clinic), today=today))


def _warned(recovery: Recovery) -> Warned | None:
    if recovery.warning_at is None:  # type: ignore[attr-defined]
        return None
    row: Any = recovery
    urgency = protocols.load(recovery.patient.clinic.content_version).urgencies.get(row.warning_urgency)
    return Warned(row.warning_flag, row.warning_at, row.warning_seen, urgency.rank if urgency else 0)


def _silent_since(recovery: Recovery, patient: Patient) -> date | None:
    """Return the last log's day; before the first, the day a plan was confirmed.

    Who has no account cannot log, so that their silence says nothing.
    """
    last_on: date | None = recovery.last_log_on  # type: ignore[attr-defined]
    if patient.user_id is None:
        return None
    confirmed_at = recovery.plan.confirmed_at if recovery.plan else None
    return last_on or (local_day(confirmed_at, patient.time_zone) if confirmed_at else None)


def _step(recovery: Recovery, today: date) -> Step | None:
    """Return the first phase or load whose proposed day has come and that nobody has released."""
    steps = [
        Step("phase", recovery.phase_code, recovery.phase_from_on),  # type: ignore[attr-defined]
        Step("load", recovery.load_code, recovery.load_from_on),  # type: ignore[attr-defined]
    ]
    due = [one for one in steps if one.from_on is not None and one.from_on <= today]
    return min(due, key=lambda one: one.from_on, default=None)


def _x_rays(raw: Raw, pk: int, today: date) -> tuple[Film | None, date | None, tuple[date, str] | None]:
    """Return the next film without a result, the day of a visit whose result waits, and the last result."""
    results = raw.results[pk]
    known = {key for key, _on, _verdict in results if key}
    waiting = [
        (on, key)
        for state, on, key in raw.visits[pk]
        if (on <= today if state == "done" else on < today)
        and (key not in known if key else all(taken < on for _key, taken, _verdict in results))
    ]
    taken = {key for _on, key in waiting}
    films = [one for one in raw.films[pk] if one.key not in known and one.key not in taken]
    last = max(((on, verdict) for _key, on, verdict in results), default=None)
    return min(films, key=lambda one: one.due_on, default=None), min(waiting)[0] if waiting else None, last


def _booked_on(raw: Raw, pk: int, film: Film | None, today: date) -> date | None:
    if film is None:
        return None
    days = (on for state, on, key in raw.visits[pk] if state == "booked" and key == film.key and on >= today)
    return min(days, default=None)


def _others(user: User, now: datetime) -> tuple[list[Case], list[Listed] | None]:
    """Return patients in care without an open recovery, and for a manager the clinic's list (1 query)."""
    open_ones = Recovery.objects.open().filter(patient=OuterRef("pk"))
    mine = Patient.objects.in_care_of(user).filter(pk=OuterRef("pk"))
    managed = Patient.objects.listed_for_manager(user).values("pk")
    rows = (
        Patient.objects.annotate(is_mine=Exists(mine), has_open=Exists(open_ones))
        .filter(Q(is_mine=True, has_open=False) | Q(is_mine=False, pk__in=managed))
        .order_by("name", "pk")
    )
    rows = rows.only("pk", "public_id", "name", "clinic_number", "born_on", "time_zone")
    cases, listed = [], []
    for one in rows:
        if one.is_mine:
            cases.append(closed_case(one, local_day(now, one.time_zone)))
        else:
            listed.append(Listed(one.name, one.clinic_number))
    return cases, listed or None


def _shown(shown: str, words: str, *, is_manager: bool, has_cases: bool) -> str:
    if words:
        return "all"
    if shown == "clinic" and not is_manager:
        shown = ""
    if shown in FILTERS:
        return shown
    return "clinic" if is_manager and not has_cases else "needs"


def _is_in(one: Case, shown: str) -> bool:
    needs = {reason.need for reason in one.reasons}
    return {
        "needs": bool(needs),
        "x-ray": bool(needs & set(X_RAY)) or one.is_film_due,
        "quiet": Need.NO_LOG in needs,
        "next": Need.READY_FOR_NEXT in needs,
        "all": True,
        "clinic": False,
    }[shown]


def _matches(words: str, name: str, number: str) -> bool:
    wanted = words.casefold().split()
    return all(one in f"{name} {number}".casefold() for one in wanted)


def _filters(cases: list[Case], listed: list[Listed] | None, shown: str) -> tuple[Filter, ...]:
    keys = FILTERS if listed is not None else FILTERS[:-1]
    counts: Mapping[str, int] = {key: sum(_is_in(one, key) for one in cases) for key in FILTERS}
    return tuple(
        Filter(key, len(listed or ()) if key == "clinic" else counts[key], key == shown) for key in keys
    )
