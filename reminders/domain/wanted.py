"""``wanted``: the reminders that should exist, from what is known and what the patient wishes.

Too late is not sent. When each kind expires:

- exercises, log: when the quiet hours of that day begin
- visit: that of 7 days before until the 1-day one, that one until the morning's, that until the start
- x-ray nudges: 7 days; a changed plan: 3 days; a warning sign for staff: 7 days, unless it is acknowledged
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.domain.facts import (
    EXERCISES,
    LOG,
    PLAN_CHANGED,
    QUIET_FROM,
    QUIET_UNTIL,
    STAFF_ALERT,
    VISIT,
    X_RAY_BOOK,
    X_RAY_OVERDUE,
    Facts,
    Film,
    Visit,
    Wanted,
    Wishes,
)
from reminders.domain.times import instant_of, is_quiet, next_open

DAY = timedelta(days=1)
BOOK_AHEAD_DAYS = 14
OVERDUE_AFTER_DAYS = 7
NUDGE_LASTS = timedelta(days=7)
PLAN_NEWS_LASTS = timedelta(days=3)
ALERT_LASTS = timedelta(days=7)
PROMPTS_IN_A_ROW = 3
WEEK_DAYS = 7
MORNING_ENDS = time(12)
LEAST_LEAD = timedelta(hours=1)
PRESSING = (X_RAY_OVERDUE, X_RAY_BOOK)


def wanted(facts: Facts, wishes: Wishes, *, from_on: date, until_on: date) -> tuple[Wanted, ...]:
    """Return the reminders that should exist between two local dates, both included, the earliest first.

    Nothing is wanted that was due before what it rests on existed: who is given exercises at noon is not
    reminded of nine o'clock. ``from_on`` bounds what comes daily; the rest is bounded by its own expiry.
    """
    if not facts.is_open:
        return ()
    found = list(_alerts(facts))
    if facts.has_address:
        mine = _for_patient(facts, wishes, from_on, until_on)
        found += [one for one in mine if one.kind not in wishes.kinds_off]
    kept = (one for one in found if one.local_on <= until_on and one.at < one.expires_at)
    return tuple(sorted(kept, key=lambda one: (one.at, one.kind, one.subject, one.slot)))


def _for_patient(facts: Facts, wishes: Wishes, from_on: date, until_on: date) -> Iterator[Wanted]:
    days = [from_on + DAY * offset for offset in range((until_on - from_on).days + 1)]
    nudges = tuple(_nudges(facts, wishes))
    yield from _exercises(facts, wishes, days)
    yield from _log(facts, wishes, days, taken={one.local_on for one in nudges})
    yield from _visits(facts, wishes)
    yield from nudges
    yield from _plan_news(facts, wishes)


def quiet_hours(wishes: Wishes) -> tuple[time, time]:
    """Return when quiet begins and ends: what the patient chose, never less than 21:00 to 08:00."""
    return min(wishes.quiet_from, QUIET_FROM), max(wishes.quiet_until, QUIET_UNTIL)


def _allowed(wall_time: time, wishes: Wishes) -> time:
    """Move a wall time out of the quiet hours, into the nearest hour of the same day."""
    quiet_from, quiet_until = quiet_hours(wishes)
    if wall_time < quiet_until:
        return quiet_until
    if wall_time >= quiet_from:
        return max(quiet_until, (datetime.combine(date.min, quiet_from) - timedelta(hours=1)).time())
    return wall_time


def _at(
    facts: Facts, wishes: Wishes, kind: str, day: date, wall_time: time, *, subject: str = "",
    slot: str = "day", expires_at: datetime | None = None, lasts: timedelta | None = None,
) -> Wanted | None:  # fmt: skip
    """Lay one reminder on a day; None where the zone has no such day or the hour falls into quiet."""
    wall_time = _allowed(wall_time, wishes)
    at = instant_of(day, wall_time, facts.time_zone)
    quiet_from, quiet_until = quiet_hours(wishes)
    shown = at.astimezone(ZoneInfo(facts.time_zone))
    if shown.date() != day or is_quiet(at, facts.time_zone, quiet_from=quiet_from, quiet_until=quiet_until):
        return None
    if expires_at is None:
        expires_at = at + lasts if lasts else instant_of(day, quiet_from, facts.time_zone)
    return Wanted(facts.patient, kind, subject, day, slot, wall_time, facts.time_zone, at, expires_at)


def _exercises(facts: Facts, wishes: Wishes, days: list[date]) -> Iterator[Wanted]:
    if facts.plan is None:
        return
    for day in days:
        running = [task.assigned_at for task in facts.tasks if task.is_on(day)]
        if not running or day in facts.days_done or wishes.is_paused(day):
            continue
        one = _at(facts, wishes, EXERCISES, day, wishes.exercise_at)
        if one and one.at >= _latest(facts.plan.first_at, min(running), wishes.changed_at):
            yield one


def _latest(*instants: datetime | None) -> datetime:
    return max(instant for instant in instants if instant is not None)


def _log(facts: Facts, wishes: Wishes, days: list[date], *, taken: set[date]) -> Iterator[Wanted]:
    """Ask for the day's log once a day, after three unanswered in a row once a week.

    Someone without an account cannot log, so they are not asked. ``taken`` are days with another prompt.
    Days to come count as unanswered: a log makes the recovery change, and so lays the days out anew.
    """
    days = [day for day in days if day >= facts.today_on]
    if facts.account_since_at is None or not days:
        return
    since = _latest(facts.opened_at, facts.account_since_at, wishes.changed_at)
    last_log = max(facts.days_logged, default=date.min)
    unanswered = sorted(day for day in facts.log_prompts_sent_on if last_log < day < facts.today_on)
    for day in days:
        if day in facts.days_logged or day in taken or wishes.is_paused(day):
            continue
        if len(unanswered) >= PROMPTS_IN_A_ROW and (day - unanswered[-1]).days < WEEK_DAYS:
            continue
        one = _at(facts, wishes, LOG, day, wishes.log_at)
        if one and one.at >= since:
            unanswered.append(day)
            yield one


def _visits(facts: Facts, wishes: Wishes) -> Iterator[Wanted]:
    """Remind 7 days before, 1 day before and that morning. A pause does not hold visits back."""
    for visit in facts.visits:
        if visit.is_declined:
            continue
        starts_at = instant_of(visit.on, visit.at, facts.clinic_zone)
        morning = _morning(facts, wishes, visit, starts_at)
        next_at = morning.at if morning else starts_at
        day_before = _before(facts, wishes, visit, 1, expires_at=min(next_at, starts_at))
        next_at = day_before.at if day_before else next_at
        week_before = _before(facts, wishes, visit, WEEK_DAYS, expires_at=min(next_at, starts_at))
        for one in (week_before, day_before, morning):
            if one and one.at >= visit.booked_at and one.at < starts_at:
                yield one


def _before(
    facts: Facts, wishes: Wishes, visit: Visit, lead_days: int, *, expires_at: datetime
) -> Wanted | None:
    day, slot = visit.on - DAY * lead_days, f"d{lead_days}"
    return _at(
        facts, wishes, VISIT, day, wishes.visit_at, subject=visit.subject, slot=slot, expires_at=expires_at
    )


def _morning(facts: Facts, wishes: Wishes, visit: Visit, starts_at: datetime) -> Wanted | None:
    """Remind at the patient's hour if it is a morning one with an hour to spare, else when quiet ends."""
    _quiet_from, quiet_until = quiet_hours(wishes)
    chosen = wishes.visit_at if wishes.visit_at < MORNING_ENDS else quiet_until
    for wall_time, lead in ((chosen, LEAST_LEAD), (quiet_until, timedelta())):
        one = _at(
            facts, wishes, VISIT, visit.on, wall_time, subject=visit.subject, slot="morning",
            expires_at=starts_at,
        )  # fmt: skip
        if one and one.at + lead < starts_at:
            return one
    return None


def _nudges(facts: Facts, wishes: Wishes) -> Iterator[Wanted]:
    """Lay out the x-ray nudges, one a day at the log's hour, the more pressing first."""
    if facts.plan is None:
        return
    first_on = facts.plan.first_at.astimezone(ZoneInfo(facts.time_zone)).date()
    due = [
        nudge
        for film in facts.films
        if film.key not in facts.films_taken
        for nudge in (_overdue(facts, film, first_on), _to_book(facts, film, first_on))
        if nudge is not None
    ]
    taken: set[date] = set()
    for day, kind, film in sorted(due, key=lambda one: (one[0], PRESSING.index(one[1]), one[2].key)):
        if kind in wishes.kinds_off:
            continue
        free = max(day, wishes.paused_until_on or day)
        while free in taken:
            free += DAY
        if kind == X_RAY_BOOK and free > film.window_until_on:
            continue
        taken.add(free)
        one = _at(facts, wishes, kind, free, wishes.log_at, subject=film.key, slot="once", lasts=NUDGE_LASTS)
        if one and one.at >= facts.plan.first_at:
            yield one


def _overdue(facts: Facts, film: Film, first_on: date) -> tuple[date, str, Film] | None:
    day = film.window_until_on + DAY * OVERDUE_AFTER_DAYS
    is_coming = any(visit.film_key == film.key and visit.on >= day for visit in facts.visits)
    return None if is_coming or day < first_on else (day, X_RAY_OVERDUE, film)


def _to_book(facts: Facts, film: Film, first_on: date) -> tuple[date, str, Film] | None:
    if any(visit.film_key == film.key for visit in facts.visits):
        return None
    day = max(film.window_from_on - DAY * BOOK_AHEAD_DAYS, first_on + DAY)
    return day, X_RAY_BOOK, film


def _plan_news(facts: Facts, wishes: Wishes) -> Iterator[Wanted]:
    """Tell of every confirmed version after the first, at once or when quiet ends."""
    plan = facts.plan
    if plan is None or plan.is_first:
        return
    quiet_from, quiet_until = quiet_hours(wishes)
    at = plan.confirmed_at
    if wishes.paused_until_on and wishes.is_paused(at.astimezone(ZoneInfo(facts.time_zone)).date()):
        at = instant_of(wishes.paused_until_on, quiet_until, facts.time_zone)
    at = next_open(at, facts.time_zone, quiet_from=quiet_from, quiet_until=quiet_until)
    yield _at_instant(facts.patient, PLAN_CHANGED, plan.key, at, zone=facts.time_zone, lasts=PLAN_NEWS_LASTS)


def _alerts(facts: Facts) -> Iterator[Wanted]:
    """Tell everybody on the care team of a warning sign, at any hour."""
    for warning in facts.warnings:
        for member in facts.team:
            at, zone = warning.raised_at, facts.clinic_zone
            yield _at_instant(member, STAFF_ALERT, warning.key, at, zone=zone, lasts=ALERT_LASTS)


def _at_instant(
    recipient: str, kind: str, subject: str, at: datetime, *, zone: str, lasts: timedelta
) -> Wanted:
    shown = at.astimezone(ZoneInfo(zone))
    wall_time = shown.time().replace(tzinfo=None, fold=0)
    at = at.astimezone(UTC)
    return Wanted(recipient, kind, subject, shown.date(), "once", wall_time, zone, at, at + lasts)
