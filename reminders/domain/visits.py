"""Reminders of booked visits, and the word that one has moved or is cancelled."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from reminders.domain.facts import VISIT, VISIT_CHANGED, Facts, Told, Visit, Wanted, Wishes
from reminders.domain.laying import DAY, at_instant, on_day, quiet_hours
from reminders.domain.times import instant_of, next_open

WEEK_DAYS = 7
MORNING_ENDS = time(12)
LEAST_LEAD = timedelta(hours=1)


def visits(facts: Facts, wishes: Wishes) -> Iterator[Wanted]:
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
    return on_day(
        facts, wishes, VISIT, day, wishes.visit_at, subject=visit.subject, slot=slot, expires_at=expires_at
    )


def _morning(facts: Facts, wishes: Wishes, visit: Visit, starts_at: datetime) -> Wanted | None:
    """Remind at the patient's hour if it is a morning one with an hour to spare, else when quiet ends."""
    _quiet_from, quiet_until = quiet_hours(wishes)
    chosen = wishes.visit_at if wishes.visit_at < MORNING_ENDS else quiet_until
    for wall_time, lead in ((chosen, LEAST_LEAD), (quiet_until, timedelta())):
        one = on_day(
            facts, wishes, VISIT, visit.on, wall_time, subject=visit.subject, slot="morning",
            expires_at=starts_at,
        )  # fmt: skip
        if one and one.at + lead < starts_at:
            return one
    return None


def changes(facts: Facts, wishes: Wishes) -> Iterator[Wanted]:
    """Tell at once of a visit that was moved or cancelled after the patient was reminded of it.

    Whoever cannot come knows that already. A pause does not hold this back. It is too late once the visit,
    as told or as it is now, has begun.
    """
    now = {visit.key: visit for visit in facts.visits}
    for told in facts.told:
        gone, visit = facts.cancelled.get(told.key), now.get(told.key)
        changed = visit or gone
        if changed is None or changed.is_declined or changed.sequence <= told.sequence:
            continue
        until = _starts_at(changed, facts) if visit else told.until(facts.clinic_zone)
        yield _change(facts, wishes, told, changed, is_cancelled=visit is None, until=until)


def _starts_at(visit: Visit, facts: Facts) -> datetime:
    return instant_of(visit.on, visit.at, facts.clinic_zone)


def _change(
    facts: Facts, wishes: Wishes, told: Told, visit: Visit, *, is_cancelled: bool, until: datetime
) -> Wanted:
    subject = f"{visit.key}#{visit.sequence}@{'-' if is_cancelled else visit.on.isoformat()}"
    quiet_from, quiet_until = quiet_hours(wishes)
    at = next_open(told.at, facts.time_zone, quiet_from=quiet_from, quiet_until=quiet_until)
    lasts = max(until - at, timedelta())
    return at_instant(facts.patient, VISIT_CHANGED, subject, at, zone=facts.time_zone, lasts=lasts)
