"""Wall times as instants in every zone of the time zone database, held against a second way to compute them.

The second way never asks which instant a wall time means. It only reads what clocks show at instants.
"""

from bisect import bisect_left
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from reminders.domain import Facts, Wishes, end_of_hour, instant_of, is_quiet, next_open, wanted
from reminders.domain.facts import EXERCISES, LOG, Plan, Task

DAY = timedelta(days=1)
DAY_SECONDS = 86_400
FIRST_YEAR, LAST_YEAR = 2024, 2032
HOURS = tuple(
    map(time.fromisoformat, ("00:00", "00:30", "08:00", "09:00", "12:00", "18:00", "20:59", "23:59"))
)
MINUTES_AROUND = (-121, -61, -60, -31, -30, -29, -1, 0, 1, 14, 15, 29, 30, 31, 45, 59, 60, 61, 119, 120, 121)
QUIET = (time(21), time(8))
NARROW = (time(19, 30), time(10, 15))
GROUPS = 12
ALL_ZONES = sorted(available_timezones())
TRICKS_OF_THE_PAST = [
    ("Pacific/Apia", 2011),  # skipped 30 December
    ("Pacific/Fakaofo", 2011),
    ("Pacific/Kwajalein", 1993),
    ("Pacific/Enderbury", 1994),
    ("America/St_Johns", 2010),  # changed at 00:01
    ("America/Sao_Paulo", 2018),  # changed at midnight
    ("America/Caracas", 2016),  # half an hour, for good
    ("Asia/Pyongyang", 2015),
    ("Antarctica/Casey", 2020),
    ("Africa/Monrovia", 1972),  # by 44 minutes and 30 seconds
    ("Europe/Dublin", 1971),
    ("Asia/Kathmandu", 1985),
]


def seconds(shown: datetime) -> int:
    """Count the seconds of what a clock shows, as if it showed UTC."""
    return timegm(shown.timetuple())


def shown(count: int) -> datetime:
    """Return what a clock shows after so many seconds."""
    return datetime.fromtimestamp(count, UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Span:
    """From ``start`` until before ``end``, in seconds of UTC, clocks are ``offset`` seconds ahead of UTC."""

    start: int
    end: int
    offset: int


@dataclass(frozen=True)
class Clocks:
    """What the clocks of a zone show through some years."""

    zone: str
    first_year: int = FIRST_YEAR
    last_year: int = LAST_YEAR

    def offset(self, at: int) -> int:
        """Read how far clocks are ahead of UTC at an instant."""
        ahead = datetime.fromtimestamp(at, ZoneInfo(self.zone)).utcoffset()
        assert ahead is not None
        return int(ahead.total_seconds())

    @cached_property
    def spans(self) -> list[Span]:
        """Find the spans between changes: by days, and where a day differs, by halves."""
        at, end = timegm((self.first_year, 1, 1, 0, 0, 0)), timegm((self.last_year + 1, 1, 1, 0, 0, 0))
        starts = [at]
        for day in range(at, end, DAY_SECONDS):
            before = self.offset(day)
            if self.offset(day + DAY_SECONDS) != before:
                low, high = day, day + DAY_SECONDS
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if self.offset(middle) == before else (low, middle)
                starts.append(high)
        ends = [*starts[1:], end + 4 * DAY_SECONDS]
        return [Span(one, until, self.offset(one)) for one, until in zip(starts, ends, strict=True)]

    @cached_property
    def changes(self) -> list[tuple[Span, Span]]:
        """List the spans before and after each change."""
        return list(pairwise(self.spans))

    def first_reading(self, wall: datetime) -> datetime:
        """Return the first instant at which clocks show this reading, or have passed over it."""
        for span in self.spans:
            at = max(span.start, seconds(wall) - span.offset)
            if at < span.end:
                return datetime.fromtimestamp(at, UTC)
        raise AssertionError(f"{wall} lies after the years that were read")

    def opens(self, instant: datetime, quiet_from: time, quiet_until: time) -> datetime:
        """Return the first instant, ``instant`` or later, at which clocks show an hour that is not quiet."""
        into = quiet_until.hour * 3600 + quiet_until.minute * 60
        for span in self.spans:
            start = max(span.start, int(instant.timestamp()))
            if start >= span.end:
                continue
            local = start + span.offset
            if quiet_until <= shown(local).time() < quiet_from:
                return datetime.fromtimestamp(start, UTC)
            at = start + (into - local) % DAY_SECONDS
            if at < span.end:
                return datetime.fromtimestamp(at, UTC)
        raise AssertionError(f"{instant} lies after the years that were read")


def readings_around(before: Span, after: Span) -> set[datetime]:
    """Return what clocks may be asked for around a change: minutes, and hours of the days beside it."""
    edges = [shown(after.start + span.offset) for span in (before, after)]
    near = {edge + timedelta(minutes=step) for edge in edges for step in MINUTES_AROUND}
    seconds_beside = {edge + timedelta(seconds=step) for edge in edges for step in (-1, 1)}
    days = {edge.date() + DAY * step for edge in edges for step in (-1, 0, 1)}
    return near | seconds_beside | {datetime.combine(day, hour) for day in days for hour in HOURS}


def instants_around(at: int) -> list[datetime]:
    """Return instants from a day and a half before a change until as long after it."""
    steps = [60 * step for step in MINUTES_AROUND] + [2 * 3600 * step for step in range(-18, 19)] + [-1, 1]
    return [datetime.fromtimestamp(at + step, UTC) for step in steps]


@cache
def clocks_of(zone: str) -> Clocks:
    """Return a zone's clocks in the years to come, read once for all tests."""
    return Clocks(zone)


def zones_of(group: int) -> list[Clocks]:
    return [clocks_of(zone) for zone in ALL_ZONES[group::GROUPS]]


def past(zone: str, year: int) -> Clocks:
    return Clocks(zone, year, year + 1)


every_group = pytest.mark.parametrize("group", range(GROUPS))
every_trick = pytest.mark.parametrize(("zone", "year"), TRICKS_OF_THE_PAST)


class TestTheSecondWay:
    """The way that the others are held against finds what looking at every minute finds."""

    @pytest.mark.parametrize(
        ("zone", "year"),
        [
            ("Europe/Dublin", 2026),  # negative daylight saving
            ("Australia/Lord_Howe", 2026),  # half an hour
            ("Africa/Casablanca", 2027),  # Ramadan
            ("Pacific/Chatham", 2028),  # three quarters of an hour off
            ("Antarctica/Troll", 2026),  # two hours
            ("Pacific/Apia", 2011),
        ],
    )
    def test_agrees_with_every_minute(self, zone, year):
        clocks = past(zone, year)
        assert clocks.changes
        for before, after in clocks.changes:
            minutes = range(after.start - 2 * DAY_SECONDS, after.start + 3 * DAY_SECONDS, 60)
            reached = list(accumulate((at + clocks.offset(at) for at in minutes), max))
            for wall in readings_around(before, after):
                whole = wall.replace(second=0)
                at = minutes[bisect_left(reached, seconds(whole))]
                assert clocks.first_reading(whole) == datetime.fromtimestamp(at, UTC)

    def test_reads_every_zone_and_knows_changes_of_most_kinds(self):
        steps = {
            (after.offset - before.offset) // 60
            for zone in ALL_ZONES
            for before, after in clocks_of(zone).changes
        }
        assert len(ALL_ZONES) > 400
        assert {-120, -60, -30, 30, 60, 120} <= steps


class TestInstantOf:
    def check(self, clocks: Clocks) -> None:
        for before, after in clocks.changes:
            for wall in readings_around(before, after):
                found = instant_of(wall.date(), wall.time(), clocks.zone)
                assert found == clocks.first_reading(wall), f"{wall} {clocks.zone}"
                assert found.tzinfo is UTC

    @every_group
    def test_is_the_first_that_shows_the_reading_or_one_past_it(self, group):
        for clocks in zones_of(group):
            self.check(clocks)

    @every_trick
    def test_is_right_where_zones_played_rarer_tricks(self, zone, year):
        clocks = past(zone, year)
        assert clocks.changes
        self.check(clocks)

    def test_is_right_on_any_day_where_clocks_never_change(self):
        still = [clocks for clocks in map(clocks_of, ALL_ZONES) if not clocks.changes]
        assert len(still) > 200
        for clocks in still:
            for month in range(1, 13):
                for hour in HOURS:
                    wall = datetime.combine(date(2027, month, 28), hour)
                    assert instant_of(wall.date(), hour, clocks.zone) == clocks.first_reading(wall)


class TestQuietHours:
    def check(self, clocks: Clocks, quiet_from: time, quiet_until: time) -> None:
        hours = {"quiet_from": quiet_from, "quiet_until": quiet_until}
        for _before, after in clocks.changes:
            for at in instants_around(after.start):
                found = next_open(at, clocks.zone, **hours)
                assert found == clocks.opens(at, quiet_from, quiet_until), f"{at} {clocks.zone}"
                assert is_quiet(at, clocks.zone, **hours) == (found != at)

    @every_group
    def test_end_at_the_first_instant_that_is_not_quiet(self, group):
        for clocks in zones_of(group):
            self.check(clocks, *QUIET)

    @every_group
    def test_end_so_where_a_patient_narrowed_them(self, group):
        for clocks in zones_of(group)[::3]:
            self.check(clocks, *NARROW)

    @every_trick
    def test_end_so_where_zones_played_rarer_tricks(self, zone, year):
        self.check(past(zone, year), *QUIET)


class TestEndOfHour:
    @every_group
    def test_is_when_the_minute_hand_next_stands_at_twelve_if_nothing_moves_it(self, group):
        for clocks in zones_of(group):
            for _before, after in clocks.changes:
                for at in instants_around(after.start):
                    end = end_of_hour(at, clocks.zone)
                    second = int(at.timestamp())
                    left = 3600 - (second + clocks.offset(second)) % 3600
                    assert end == at + timedelta(seconds=left), f"{at} {clocks.zone}"
                    is_moved = at < datetime.fromtimestamp(after.start, UTC) <= end
                    assert is_moved or end.astimezone(ZoneInfo(clocks.zone)).minute == 0


class TestDays28To62:
    """A plan of six weeks and what follows it crosses month ends and both changes of clocks."""

    def check(self, zone: str, day_45: date) -> None:
        first, last = day_45 - 17 * DAY, day_45 + 17 * DAY
        began = datetime.combine(day_45 - 45 * DAY, time(12), UTC)
        known = Facts(
            patient="pat", today_on=first, is_open=True, time_zone=zone, clinic_zone=zone, opened_at=began,
            account_since_at=began, plan=Plan("plan", began, began, is_first=True),
            tasks=(Task(first - 20 * DAY, None, False, began),),
        )  # fmt: skip
        found = wanted(known, Wishes(), from_on=first, until_on=last)
        days = [first + DAY * step for step in range(35)]
        exercises = [one for one in found if one.kind == EXERCISES]
        assert [one.local_on for one in exercises] == days, zone
        for one in (one for one in found if one.kind in {EXERCISES, LOG}):
            wall = time(9) if one.kind == EXERCISES else time(18)
            assert one.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(
                one.local_on, wall
            )

    @every_group
    def test_have_one_reminder_each_at_the_patients_hour_around_every_change(self, group):
        for clocks in zones_of(group):
            for before, after in clocks.changes:
                changed_on = shown(after.start + before.offset).date()
                if changed_on.year in {2026, 2027}:
                    self.check(clocks.zone, changed_on)

    @pytest.mark.parametrize(
        "day_45",
        [date(2027, 2, 20), date(2028, 2, 20), date(2028, 3, 1), date(2026, 12, 31), date(2027, 4, 30)],
    )
    @pytest.mark.parametrize(
        "zone", ["Europe/Madrid", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
    )
    def test_have_one_each_over_month_ends_and_leap_days(self, zone, day_45):
        self.check(zone, day_45)

    def test_have_none_on_a_day_that_the_zone_skips(self):
        first = date(2011, 12, 20)
        began = datetime(2011, 11, 1, tzinfo=UTC)
        known = Facts(
            patient="pat", today_on=first, is_open=True, time_zone="Pacific/Apia", clinic_zone="Pacific/Apia",
            opened_at=began, plan=Plan("plan", began, began, is_first=True),
            tasks=(Task(first, None, False, began),),
        )  # fmt: skip

        days = [
            one.local_on.day for one in wanted(known, Wishes(), from_on=first, until_on=date(2011, 12, 31))
        ]

        assert days == [*range(20, 30), 31]
