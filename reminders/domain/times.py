"""Wall times as instants. A wall time that never comes moves to the first instant after the gap."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant_of(day: date, wall_time: time, zone: str) -> datetime:
    """Return the instant, in UTC, at which clocks in the IANA zone ``zone`` show this date and time.

    A time that clocks jump over becomes the first instant after the jump; one that exists twice is the first.
    """
    place = ZoneInfo(zone)
    shown = datetime.combine(day, wall_time)
    first = shown.replace(tzinfo=place, fold=0).astimezone(UTC)
    if first.astimezone(place).replace(tzinfo=None) == shown:
        return first
    before = shown.replace(tzinfo=place, fold=1).astimezone(UTC)
    return _jump_between(before, first, place)


def _jump_between(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """Return the first instant with the later offset. Zones change their offset on whole seconds."""
    old = before.astimezone(place).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, place).utcoffset() == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def is_quiet(instant: datetime, zone: str, *, quiet_from: time, quiet_until: time) -> bool:
    """Say whether ``instant`` lies in the quiet hours, which run over midnight, in the zone."""
    shown = instant.astimezone(ZoneInfo(zone)).time()
    return shown >= quiet_from or shown < quiet_until


def next_open(instant: datetime, zone: str, *, quiet_from: time, quiet_until: time) -> datetime:
    """Return ``instant``, or the end of the quiet hours it lies in, in UTC."""
    if not is_quiet(instant, zone, quiet_from=quiet_from, quiet_until=quiet_until):
        return instant
    local = instant.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=1 if local.time() >= quiet_from else 0)
    opens = instant_of(day, quiet_until, zone)
    # Where a zone skips a whole day, the gap ends at a midnight: quiet still.
    while is_quiet(opens, zone, quiet_from=quiet_from, quiet_until=quiet_until):
        day += timedelta(days=1)
        opens = instant_of(day, quiet_until, zone)
    return opens


def end_of_hour(instant: datetime, zone: str) -> datetime:
    """Return the end of the hour that clocks in the zone show, in UTC."""
    local = instant.astimezone(ZoneInfo(zone))
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return instant.astimezone(UTC) - into + timedelta(hours=1)
