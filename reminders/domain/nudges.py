"""What comes once and lasts for days: x-rays and wound checks to book, a step that waits, a changed plan."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from reminders.domain.facts import (
    GATE_WAITING,
    PLAN_CHANGED,
    WOUND_CHECK,
    X_RAY_BOOK,
    X_RAY_OVERDUE,
    Facts,
    Film,
    Wanted,
    Wishes,
)
from reminders.domain.laying import DAY, at_instant, on_day, quiet_hours
from reminders.domain.times import instant_of, next_open

BOOK_AHEAD_DAYS = 14
OVERDUE_AFTER_DAYS = 7
NUDGE_LASTS = timedelta(days=7)
PLAN_NEWS_LASTS = timedelta(days=3)
PRESSING = (WOUND_CHECK, X_RAY_OVERDUE, X_RAY_BOOK, GATE_WAITING)


@dataclass(frozen=True, slots=True)
class Nudge:
    """One prompt: its first day, and the last on which it makes sense, if there is one."""

    on: date
    kind: str
    subject: str
    last_on: date | None = None

    def rank(self) -> tuple[date, int, str]:
        """Return by what they are ordered."""
        return self.on, PRESSING.index(self.kind), self.subject


def nudges(facts: Facts, wishes: Wishes) -> Iterator[Wanted]:
    """Lay out the nudges, one a day at the log's hour, the more pressing first."""
    if facts.plan is None:
        return
    first_on = facts.plan.first_at.astimezone(ZoneInfo(facts.time_zone)).date()
    taken: set[date] = set()
    for nudge in sorted(
        _due(facts, first_on), key=lambda one: (one.on, PRESSING.index(one.kind), one.subject)
    ):
        if nudge.kind in wishes.kinds_off:
            continue
        free = max(nudge.on, wishes.paused_until_on or nudge.on)
        while free in taken:
            free += DAY
        if nudge.last_on and free > nudge.last_on:
            continue
        taken.add(free)
        one = on_day(
            facts,
            wishes,
            nudge.kind,
            free,
            wishes.log_at,
            subject=nudge.subject,
            slot="once",
            lasts=NUDGE_LASTS,
        )
        if one and one.at >= facts.plan.first_at:
            yield _ending(one, nudge, facts, wishes)


def _ending(one: Wanted, nudge: Nudge, facts: Facts, wishes: Wishes) -> Wanted:
    """Have a nudge end with the last day on which it makes sense, when that day's quiet hours begin."""
    if nudge.last_on is None:
        return one
    quiet_from, _quiet_until = quiet_hours(wishes)
    ends_at = instant_of(nudge.last_on, quiet_from, facts.time_zone)
    return replace(one, expires_at=min(one.expires_at, ends_at))


def _due(facts: Facts, first_on: date) -> Iterator[Nudge]:
    for film in facts.films:
        if film.key not in facts.films_taken:
            yield from _overdue(facts, film, first_on)
            yield from _to_book(facts, film, first_on)
    yield from _wound_check(facts, first_on)
    yield from _step(facts, first_on)


def _overdue(facts: Facts, film: Film, first_on: date) -> Iterator[Nudge]:
    day = film.window_until_on + DAY * OVERDUE_AFTER_DAYS
    is_coming = any(visit.film_key == film.key and visit.on >= day for visit in facts.visits)
    if not is_coming and day >= first_on:
        yield Nudge(day, X_RAY_OVERDUE, film.key)


def _to_book(facts: Facts, film: Film, first_on: date) -> Iterator[Nudge]:
    if all(visit.film_key != film.key for visit in facts.visits):
        day = max(film.window_from_on - DAY * BOOK_AHEAD_DAYS, first_on + DAY)
        yield Nudge(day, X_RAY_BOOK, film.key, film.window_until_on)


def _wound_check(facts: Facts, first_on: date) -> Iterator[Nudge]:
    """Ask to book the wound check of the window, unless a visit looks after it."""
    if facts.wound_window is None:
        return
    from_on, until_on = facts.wound_window
    is_cared_for = any(from_on <= day <= until_on for day in facts.check_days)
    if not is_cared_for and until_on >= first_on:
        yield Nudge(max(from_on, first_on + DAY), WOUND_CHECK, f"wound@{from_on.isoformat()}", until_on)


def _step(facts: Facts, first_on: date) -> Iterator[Nudge]:
    """Tell once that the next step's day has come and the team has not released it."""
    if facts.next_step is not None:
        yield Nudge(max(facts.next_step.proposed_on, first_on + DAY), GATE_WAITING, facts.next_step.key)


def plan_news(facts: Facts, wishes: Wishes) -> Iterator[Wanted]:
    """Tell of every confirmed version after the first, at once or when quiet ends."""
    plan = facts.plan
    if plan is None or plan.is_first:
        return
    quiet_from, quiet_until = quiet_hours(wishes)
    at = plan.confirmed_at
    if wishes.paused_until_on and wishes.is_paused(at.astimezone(ZoneInfo(facts.time_zone)).date()):
        at = instant_of(wishes.paused_until_on, quiet_until, facts.time_zone)
    at = next_open(at, facts.time_zone, quiet_from=quiet_from, quiet_until=quiet_until)
    yield at_instant(facts.patient, PLAN_CHANGED, plan.key, at, zone=facts.time_zone, lasts=PLAN_NEWS_LASTS)
