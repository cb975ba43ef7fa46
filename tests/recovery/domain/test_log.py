import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.domain.log import (
    LINE_LENGTH,
    NOTE_LENGTH,
    DayEntry,
    LogField,
    check_entry,
    merge,
    needs_help,
)
from recovery.protocols import load

FIELDS = load().log_fields
MONDAY = date(2028, 2, 28)
NOON = datetime(2028, 2, 28, 12, tzinfo=UTC)


def entry(day=MONDAY, *, done_at=NOON, zone="Europe/London", **answers):
    return DayEntry(day, done_at, zone, {"pain_rest": 4, **answers})


def problems(one, *, today=MONDAY, days_back=3, not_before=None):
    found = check_entry(one, fields=FIELDS, today=today, days_back=days_back, not_before=not_before)
    return [(problem.field, problem.code) for problem in found]


class TestCheckEntry:
    def test_accepts_a_whole_day(self):
        whole = entry(
            pain_move=10,
            pain_controlled=True,
            swelling="a little",
            numb_colour=["normal"],
            wound=["dry and clean"],
            cast=["fine"],
            temperature=Decimal("36.6"),
            exercises_done=["ex-finger-fist", "ex-dart"],
            exercise_pain_after="no worse",
            medication=[],
            opioid_taken=0,
            load_actual="U1",
            steps=4000,
            sleep_hours=7.5,
            mood=6,
            fall=False,
            rom=-5,
            grip_or_heel_raise=12,
            goals=[{"goal": "Carry a cup", "score": 3}],
            smoking="no",
            bowel="fine",
            work_status="off work",
            check="fine",
            note="Slept well. \U0001f642",
        )

        assert problems(whole) == []

    def test_asks_only_for_the_pain_at_rest(self):
        assert problems(DayEntry(MONDAY, NOON, "UTC", {"pain_move": 3})) == [("pain_rest", "required")]
        assert problems(entry(pain_rest=None)) == [("pain_rest", "required")]

    def test_accepts_an_answer_that_is_taken_back(self):
        assert problems(entry(swelling=None, note=None)) == []

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (MONDAY, []),
            (MONDAY - timedelta(days=3), []),
            (MONDAY - timedelta(days=4), [("day", "too_far_back")]),
            (MONDAY + timedelta(days=1), [("day", "in_future")]),
            (date(1900, 1, 1), [("day", "too_far_back")]),
        ],
    )
    def test_takes_days_from_a_window_that_ends_today(self, day, expected):
        assert problems(entry(day)) == expected

    def test_refuses_a_day_before_the_injury(self):
        yesterday = MONDAY - timedelta(days=1)

        assert problems(entry(yesterday), not_before=MONDAY) == [("day", "before_injury")]
        assert problems(entry(MONDAY), not_before=MONDAY) == []

    def test_refuses_an_act_without_an_offset(self):
        assert problems(entry(done_at=NOON.replace(tzinfo=None))) == [("done_at", "no_offset")]

    @pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "a\x00b"])
    def test_refuses_a_zone_that_is_none(self, zone):
        assert problems(entry(zone=zone)) == [("zone", "unknown_zone")]

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("pain_rest", 11, "out_of_bounds"),
            ("pain_rest", -1, "out_of_bounds"),
            ("pain_rest", "4", "not_a_whole_number"),
            ("pain_rest", 4.0, "not_a_whole_number"),
            ("pain_rest", True, "not_a_whole_number"),
            ("steps", 60_001, "out_of_bounds"),
            ("grip_or_heel_raise", 10**400, "out_of_bounds"),
            ("pain_controlled", "yes", "not_yes_or_no"),
            ("swelling", "huge", "unknown_option"),
            ("swelling", ["none"], "unknown_option"),
            ("load_actual", "U9", "unknown_option"),
            ("wound", "red", "not_a_list"),
            ("wound", ["purple"], "unknown_option"),
            ("wound", ["red", "red"], "twice"),
            ("sleep_hours", 25, "out_of_bounds"),
            ("sleep_hours", math.inf, "not_a_number"),
            ("sleep_hours", Decimal("sNaN"), "not_a_number"),
            ("temperature", 50, "out_of_bounds"),
            ("temperature", "38", "not_a_number"),
            ("rom", 181, "out_of_bounds"),
            ("exercises_done", [""], "required"),
            ("exercises_done", [7], "not_text"),
            ("exercises_done", ["x" * (LINE_LENGTH + 1)], "too_long"),
            ("exercises_done", [str(number) for number in range(101)], "too_many"),
            ("note", "x" * (NOTE_LENGTH + 1), "too_long"),
            ("note", "a\x00b", "not_text"),
            ("note", "\ud83d", "not_text"),
            ("note", 7, "not_text"),
            ("check", "maybe", "unknown_option"),
            ("goals", [{"goal": "Walk", "score": 11}], "out_of_bounds"),
            ("goals", [{"goal": "", "score": 1}], "required"),
            ("goals", ["Walk"], "not_a_goal"),
            ("goals", [{"goal": "Walk", "score": 1}, {"goal": "Walk", "score": 2}], "twice"),
            ("goals", [{"goal": str(one), "score": 1} for one in range(4)], "too_many"),
            ("photo", "picture.jpg", "not_typed"),
            ("shoe_size", 43, "unknown_field"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, field, value, code):
        assert problems(entry(**{field: value})) == [(field, code)]

    @pytest.mark.parametrize("temperature", [36.6, 30, 45, 86, 98.6, 113])
    def test_takes_a_temperature_in_either_scale(self, temperature):
        assert problems(entry(temperature=temperature)) == []

    def test_tells_the_bounds(self):
        (problem,) = check_entry(entry(pain_rest=11), fields=FIELDS, today=MONDAY, days_back=3)

        assert problem.params == {"min": 0, "max": 10}

    @given(
        answers=st.dictionaries(
            st.sampled_from([*(one.name for one in FIELDS), "note", "check"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=5,
            ),
        )
    )
    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_never_fails_whatever_is_sent(self, answers):
        one = DayEntry(MONDAY, NOON, "UTC", answers)

        found = check_entry(one, fields=FIELDS, today=MONDAY, days_back=3)

        assert {problem.field for problem in found} <= {"pain_rest", *answers}


class TestQuestion:
    @pytest.mark.parametrize(("weeks", "is_asked"), [(0, True), (5, True), (6, False)])
    def test_ends_with_its_week(self, weeks, is_asked):
        assert LogField("wound", "daily", "multi", "", until_week=6).is_asked(weeks) is is_asked

    def test_is_always_asked_where_no_week_is_given(self):
        assert LogField("pain_rest", "daily", "int", "").is_asked(500)


VALUES = st.none() | st.integers(0, 10) | st.lists(st.sampled_from(["tight", "wet"]), max_size=2)
INSTANTS = st.datetimes(
    datetime(2028, 1, 1),
    datetime(2028, 1, 2),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5)), ZoneInfo("Europe/London")]),
).map(lambda at: at.replace(second=0, microsecond=0, minute=at.minute // 20 * 20))
ENTRIES = st.lists(
    st.builds(
        DayEntry,
        day=st.just(MONDAY),
        done_at=INSTANTS,
        zone=st.just("UTC"),
        answers=st.dictionaries(st.sampled_from(["pain_rest", "cast", "note"]), VALUES),
    ),
    min_size=1,
    max_size=4,
)


def merged(entries):
    log = None
    for one in entries:
        log = merge(log, one)
    return log


class TestMerge:
    @given(entries=ENTRIES)
    @settings(deadline=None)
    def test_does_not_depend_on_the_order_in_which_saves_arrive(self, entries):
        results = [merged(order) for order in permutations(entries)]

        assert all(one == results[0] for one in results)

    @given(entries=ENTRIES)
    @settings(deadline=None)
    def test_is_not_changed_by_repeats(self, entries):
        assert merged([*entries, *entries]) == merged(entries)

    def test_keeps_for_each_field_what_was_set_later(self):
        phone = entry(done_at=NOON, pain_rest=7, swelling="a lot")
        tablet = DayEntry(MONDAY, NOON + timedelta(hours=1), "UTC", {"pain_rest": 4})

        assert merged([tablet, phone]).values == {"pain_rest": 4, "swelling": "a lot"}

    def test_leaves_out_what_was_taken_back_later(self):
        back = DayEntry(MONDAY, NOON + timedelta(hours=1), "UTC", {"note": None})

        assert merged([back, entry(note="Oops")]).values == {"pain_rest": 4}

    def test_compares_instants_and_not_clocks(self):
        in_new_york = NOON.astimezone(ZoneInfo("America/New_York"))
        earlier_in_london = NOON - timedelta(hours=1)

        log = merged([entry(done_at=in_new_york, pain_rest=2), entry(done_at=earlier_in_london, pain_rest=9)])

        assert log.values == {"pain_rest": 2}
        assert log.answers["pain_rest"].set_at == NOON
        assert log.answers["pain_rest"].set_at.tzinfo is UTC

    def test_knows_the_second_of_two_equal_clock_times_in_autumn(self):
        zone = ZoneInfo("Europe/London")
        first = datetime(2028, 10, 29, 1, 30, tzinfo=zone)
        second = first.replace(fold=1)

        log = merged([entry(done_at=second, pain_rest=2), entry(done_at=first, pain_rest=9)])

        assert log.values == {"pain_rest": 2}

    def test_refuses_two_days(self):
        with pytest.raises(ValueError, match="2028-02-27"):
            merged([entry(), entry(MONDAY - timedelta(days=1))])


class TestNeedsHelp:
    @pytest.mark.parametrize(
        ("today", "before", "expected"),
        [(7, None, False), (8, None, True), (8, 8, True), (5, 2, True), (5, 3, False), (2, 9, False)],
    )
    def test_when_pain_is_high_or_rose(self, today, before, expected):
        assert needs_help(today, before, high=8, rise=3) is expected
