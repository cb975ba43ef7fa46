"""Lay one reminder on a day or at an instant, outside the quiet hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.domain.delivery import may_enter_quiet
from reminders.domain.facts import QUIET_FROM, QUIET_UNTIL, Facts, Wanted, Wishes
from reminders.domain.times import instant_of, is_quiet

DAY = timedelta(days=1)


def quiet_hours(wishes: Wishes) -> tuple[time, time]:
    """Return when quiet begins and ends: what the patient chose, never less than 21:00 to 08:00."""
    return min(wishes.quiet_from, QUIET_FROM), max(wishes.quiet_until, QUIET_UNTIL)


def allowed(wall_time: time, wishes: Wishes) -> time:
    """Move a wall time out of the quiet hours, into the nearest hour of the same day."""
    quiet_from, quiet_until = quiet_hours(wishes)
    if wall_time < quiet_until:
        return quiet_until
    if wall_time >= quiet_from:
        return max(quiet_until, (datetime.combine(date.min, quiet_from) - timedelta(hours=1)).time())
    return wall_time


def on_day(
    facts: Facts, wishes: Wishes, kind: str, day: date, wall_time: time, *, subject: str = "",
    slot: str = "day", expires_at: datetime | None = None, lasts: timedelta | None = None,
) -> Wanted | None:  # fmt: skip
    """Lay one reminder on a day; None where the zone has no such day or the hour falls into quiet."""
    if not may_enter_quiet(kind, wall_time):
        wall_time = allowed(wall_time, wishes)
    at = instant_of(day, wall_time, facts.time_zone)
    quiet_from, quiet_until = quiet_hours(wishes)
    shown = at.astimezone(ZoneInfo(facts.time_zone))
    is_silent = is_quiet(at, facts.time_zone, quiet_from=quiet_from, quiet_until=quiet_until)
    if shown.date() != day or (is_silent and not may_enter_quiet(kind, wall_time)):
        return None
    if expires_at is None:
        expires_at = at + lasts if lasts else instant_of(day, quiet_from, facts.time_zone)
    return Wanted(facts.patient, kind, subject, day, slot, wall_time, facts.time_zone, at, expires_at)


def latest(*instants: datetime | None) -> datetime:
    """Return the last of those instants that are known."""
    return max(instant for instant in instants if instant is not None)


def at_instant(
    recipient: str, kind: str, subject: str, at: datetime, *, zone: str, lasts: timedelta
) -> Wanted:
    """Lay one reminder at an instant, shown by the clocks of ``zone``."""
    shown = at.astimezone(ZoneInfo(zone))
    wall_time = shown.time().replace(tzinfo=None, fold=0)
    at = at.astimezone(UTC)
    return Wanted(recipient, kind, subject, shown.date(), "once", wall_time, zone, at, at + lasts)
