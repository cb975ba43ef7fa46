"""Wall times as instants, around every change of clocks of a dozen zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.domain import end_of_hour, instant_of, is_quiet, next_open
from tests.reminders.domain.zones import ZONES, steady

FIRST, LAST = datetime(2008, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


def changes(zone: str) -> tuple[datetime, ...]:
    """List the instants, to the minute, at which the zone's clocks change."""
    place, step, found = ZoneInfo(zone), timedelta(days=1), []
    at = FIRST
    while at < LAST:
        if at.astimezone(place).utcoffset() != (at + step).astimezone(place).utcoffset():
            low, high = at, at + step
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(place).utcoffset() == low.astimezone(place).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        at += step
    return tuple(found)


CHANGES = {zone: changes(zone) or (FIRST,) for zone in ZONES}


@st.composite
def shown_near_a_change(draw) -> tuple[date, time, str]:
    """Draw a date and wall time within 30 hours of a change of clocks."""
    zone = draw(st.sampled_from(ZONES))
    at = draw(st.sampled_from(CHANGES[zone]))
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0, second=0, microsecond=0)
    local += timedelta(minutes=draw(st.integers(-30 * 60, 30 * 60)))
    return local.date(), local.time(), zone


class TestInstantOf:
    @steady
    @given(shown_near_a_change())
    def test_is_the_first_instant_that_shows_this_time_or_a_later_one(self, case):
        day, wall_time, zone = case
        place = ZoneInfo(zone)

        at = instant_of(day, wall_time, zone)

        shown = at.astimezone(place).replace(tzinfo=None, fold=0)
        wanted = datetime.combine(day, wall_time)
        assert at.tzinfo is UTC
        assert shown >= wanted
        before = [at - timedelta(minutes=n) for n in (1, 29, 30, 59, 60, 61, 119, 120)]
        jumped = shown != wanted
        for earlier in before:
            local = earlier.astimezone(place).replace(tzinfo=None, fold=0)
            assert local < wanted or (not jumped and local > wanted), (
                "an earlier instant shows the time already"
            )

    @steady
    @given(shown_near_a_change())
    def test_shows_the_time_itself_wherever_it_exists(self, case):
        day, wall_time, zone = case
        wanted = datetime.combine(day, wall_time)
        exists = any(
            wanted.replace(tzinfo=ZoneInfo(zone), fold=fold)
            .astimezone(UTC)
            .astimezone(ZoneInfo(zone))
            .replace(tzinfo=None)
            == wanted
            for fold in (0, 1)
        )

        shown = instant_of(day, wall_time, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)

        assert (shown == wanted) == exists

    @pytest.mark.parametrize(
        ("day", "wall_time", "zone", "expected"),
        [
            (date(2026, 3, 29), time(2, 30), "Europe/Madrid", "2026-03-29T01:00"),  # 2:00 becomes 3:00
            (date(2026, 10, 25), time(2, 30), "Europe/Madrid", "2026-10-25T00:30"),  # the first 2:30
            (date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe", "2026-10-03T15:30"),  # 2:00 becomes 2:30
            (date(2011, 12, 30), time(9), "Pacific/Apia", "2011-12-30T10:00"),  # there was no 30 December
            (date(2026, 3, 29), time(1, 30), "Antarctica/Troll", "2026-03-29T01:00"),  # 1:00 becomes 3:00
            (
                date(2018, 11, 4),
                time(0, 15),
                "America/Sao_Paulo",
                "2018-11-04T03:00",
            ),  # midnight becomes 1:00
        ],
    )
    def test_moves_a_time_that_never_comes_to_the_end_of_the_gap(self, day, wall_time, zone, expected):
        assert instant_of(day, wall_time, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


class TestQuietHours:
    @steady
    @given(shown_near_a_change())
    def test_end_at_an_instant_that_is_not_quiet(self, case):
        at = instant_of(*case)

        opens = next_open(at, case[2], quiet_from=time(21), quiet_until=time(8))

        assert opens >= at
        assert not is_quiet(opens, case[2], quiet_from=time(21), quiet_until=time(8))

    def test_hold_late_evening_until_the_next_morning(self):
        at = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)

        opens = next_open(at, "Europe/Madrid", quiet_from=time(21), quiet_until=time(8))

        assert opens == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


class TestEndOfHour:
    def test_counts_the_hour_that_local_clocks_show(self):
        at = datetime(2026, 11, 22, 3, 20, tzinfo=UTC)

        assert end_of_hour(at, "Asia/Kathmandu") == datetime(2026, 11, 22, 4, 15, tzinfo=UTC)
