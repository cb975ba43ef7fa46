"""``wanted``: the reminders that should exist, from what is known and what the patient wishes.

Too late is not sent. When each kind expires:

- exercises, log: when the quiet hours of that day begin, exercises also when their next hour comes
- visit: that of 7 days before until the 1-day one, that one until the morning's, that until the start
- a medicine and its like: after four hours, what comes once a week or less often after a day; or when the
  next of that day comes
- word of a changed visit: when it begins
- x-ray, wound check and next step: 7 days, at most until their window ends; a changed plan: 3 days
- a warning sign for staff: 7 days, unless it is acknowledged
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from reminders.domain.facts import EXERCISE_SLOTS, EXERCISES, LOG, STAFF_ALERT, Dose, Facts, Wanted, Wishes
from reminders.domain.laying import DAY, at_instant, latest, on_day
from reminders.domain.nudges import nudges, plan_news
from reminders.domain.visits import changes, visits

WEEK_DAYS = 7
PROMPTS_IN_A_ROW = 3
DOSE_LASTS, RARE_DOSE_LASTS = timedelta(hours=4), timedelta(days=1)
ALERT_LASTS = timedelta(days=7)


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
    nudged = tuple(nudges(facts, wishes))
    yield from _exercises(facts, wishes, days)
    yield from _log(facts, wishes, days, taken={one.local_on for one in nudged})
    yield from _doses(facts, wishes, days)
    yield from visits(facts, wishes)
    yield from changes(facts, wishes)
    yield from nudged
    yield from plan_news(facts, wishes)


def _exercises(facts: Facts, wishes: Wishes, days: list[date]) -> Iterator[Wanted]:
    """Remind at each hour that the patient chose, while sets are left; one ends when the next comes."""
    if facts.plan is None:
        return
    for day in days:
        running = [task.assigned_at for task in facts.tasks if task.is_on(day)]
        if not running or day in facts.days_done or wishes.is_paused(day):
            continue
        since = latest(facts.plan.first_at, min(running))
        laid = sorted(_exercises_of(facts, wishes, day), key=lambda one: one.at)
        for number, one in enumerate(laid):
            ends = min([one.expires_at, *(other.at for other in laid[number + 1 :])])
            if one.at >= since:
                yield replace(one, expires_at=ends, since_at=wishes.changed_at)


def _exercises_of(facts: Facts, wishes: Wishes, day: date) -> Iterator[Wanted]:
    for slot, at in zip(EXERCISE_SLOTS, wishes.exercise_hours, strict=False):
        one = on_day(facts, wishes, EXERCISES, day, at, slot=slot) if at else None
        if one:
            yield one


def _doses(facts: Facts, wishes: Wishes, days: list[date]) -> Iterator[Wanted]:
    """Remind of medicines and the like at the hours chosen for each. A pause does not hold these back."""
    for dose in facts.doses:
        for day in filter(dose.is_on, days):
            laid = [
                (one, hour.since_at)
                for hour in dose.hours
                if (one := on_day(facts, wishes, dose.kind, day, hour.at, subject=dose.key, slot=hour.slot))
            ]
            for one, since_at in laid:
                if one.at >= since_at:
                    later = [other.at for other, _since_at in laid if other.at > one.at]
                    yield replace(one, expires_at=min([one.at + _lasts(dose), *later]))


def _lasts(dose: Dose) -> timedelta:
    return DOSE_LASTS if dose.every_days < WEEK_DAYS else RARE_DOSE_LASTS


def _log(facts: Facts, wishes: Wishes, days: list[date], *, taken: set[date]) -> Iterator[Wanted]:
    """Ask for the day's log once a day, after three unanswered in a row once a week.

    Someone without an account cannot log, so they are not asked. ``taken`` are days with another prompt.
    Days to come count as unanswered: a log makes the recovery change, and so lays the days out anew.
    """
    days = [day for day in days if day >= facts.today_on]
    if facts.account_since_at is None or not days:
        return
    since = latest(facts.opened_at, facts.account_since_at)
    last_log = max(facts.days_logged, default=date.min)
    unanswered = sorted(day for day in facts.log_prompts_sent_on if last_log < day < facts.today_on)
    for day in days:
        if day in facts.days_logged or day in taken or wishes.is_paused(day):
            continue
        if len(unanswered) >= PROMPTS_IN_A_ROW and (day - unanswered[-1]).days < WEEK_DAYS:
            continue
        one = on_day(facts, wishes, LOG, day, wishes.log_at)
        if one and one.at >= since:
            one = replace(one, since_at=wishes.changed_at)
            unanswered += [day] if one.is_made_anew else []
            yield one


def _alerts(facts: Facts) -> Iterator[Wanted]:
    """Tell everybody on the care team of a warning sign, at any hour."""
    for warning in facts.warnings:
        for member in facts.team:
            at, zone = warning.raised_at, facts.clinic_zone
            yield at_instant(member, STAFF_ALERT, warning.key, at, zone=zone, lasts=ALERT_LASTS)
