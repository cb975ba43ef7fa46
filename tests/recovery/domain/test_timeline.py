"""Every protocol, on any day 0, with each load that units use."""

from collections import Counter
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recovery.domain.protocol import ALTERNATIVE, CHANGES, PHASES, STANDARD, Gate, GateNeed
from recovery.domain.timeline import (
    LoadChoiceMissing,
    LoadChoiceUnknown,
    completed_weeks,
    days_since,
    is_adult,
    lay_out,
    week_of,
)
from recovery.protocols import load

PROTOCOLS = load().protocols
CODES = load().load_codes
CHOICES = [
    pytest.param(one, choice, id=f"{one.id}-{choice}")
    for one in PROTOCOLS.values()
    for choice in ((STANDARD, ALTERNATIVE) if one.asks_load_choice else (None, STANDARD))
]
START_DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
LEAP_DAY = date(2028, 2, 29)
SUNDAY = date(2026, 11, 1)


def shifted(value, days):
    """Return a layout, or any part of it, with every date in it moved."""
    if isinstance(value, date):
        return value + timedelta(days=days)
    if isinstance(value, tuple):
        return tuple(shifted(one, days) for one in value)
    if is_dataclass(value):
        return replace(value, **{one.name: shifted(getattr(value, one.name), days) for one in fields(value)})
    return value


@pytest.mark.parametrize(("protocol", "choice"), CHOICES)
class TestEveryProtocol:
    @given(day_zero_on=START_DAYS)
    @example(day_zero_on=LEAP_DAY)
    @settings(max_examples=30, deadline=None)
    def test_has_phases_that_follow_each_other_from_day_zero(self, protocol, choice, day_zero_on):
        phases = lay_out(protocol, day_zero_on=day_zero_on, load_choice=choice).phases

        assert tuple(one.code for one in phases) == PHASES
        assert phases[0].starts_on == day_zero_on
        assert all(one.starts_on < one.ends_on for one in phases)
        assert [one.ends_on for one in phases[:-1]] == [one.starts_on for one in phases[1:]]

    @given(day_zero_on=START_DAYS)
    @example(day_zero_on=LEAP_DAY)
    @settings(max_examples=30, deadline=None)
    def test_has_a_load_for_every_day_and_never_steps_down(self, protocol, choice, day_zero_on):
        loads = lay_out(protocol, day_zero_on=day_zero_on, load_choice=choice).loads

        assert loads[0].from_on == day_zero_on
        assert [one.until_on for one in loads[:-1]] == [one.from_on for one in loads[1:]]
        assert loads[-1].until_on is None
        ranks = [CODES[one.code].rank for one in loads]
        assert ranks == sorted(ranks)

    @given(day_zero_on=START_DAYS)
    @example(day_zero_on=LEAP_DAY)
    @settings(max_examples=30, deadline=None)
    def test_has_films_that_ascend_within_the_plan(self, protocol, choice, day_zero_on):
        layout = lay_out(protocol, day_zero_on=day_zero_on, load_choice=choice)

        due = [film.due_on for film in layout.films]
        assert due == sorted(set(due))
        assert all(day_zero_on < one <= layout.ends_on for one in due)
        assert all(film.window_from_on < film.due_on < film.window_until_on for film in layout.films)
        assert [film.due_on for film in layout.films] == [
            day_zero_on + timedelta(weeks=film.week) for film in layout.films
        ]
        assert len({film.key for film in layout.films}) == len(layout.films)

    @given(day_zero_on=START_DAYS)
    @settings(max_examples=20, deadline=None)
    def test_ends_with_its_last_phase_or_its_last_film(self, protocol, choice, day_zero_on):
        layout = lay_out(protocol, day_zero_on=day_zero_on, load_choice=choice)

        last_days = [layout.phases[-1].ends_on, *(film.due_on for film in layout.films)]
        assert layout.ends_on in last_days
        assert all(day <= layout.ends_on for day in last_days)

    @given(day_zero_on=START_DAYS, days=st.integers(-800, 800))
    @example(day_zero_on=LEAP_DAY, days=1)
    @settings(max_examples=30, deadline=None)
    def test_moves_as_a_block_with_day_zero(self, protocol, choice, day_zero_on, days):
        before = lay_out(protocol, day_zero_on=day_zero_on, load_choice=choice)

        after = lay_out(protocol, day_zero_on=day_zero_on + timedelta(days=days), load_choice=choice)

        assert after == shifted(before, days)

    def test_has_a_gate_before_each_new_phase(self, protocol, choice):
        layout = lay_out(protocol, day_zero_on=SUNDAY, load_choice=choice)

        assert tuple(one.gate.change for one in layout.gates) == CHANGES
        assert [one.earliest_on for one in layout.gates] == [one.starts_on for one in layout.phases[1:]]
        for one in (*layout.gates, *layout.extra_gates):
            assert any(need.kind == "clinician" for need in one.gate.needs)

    def test_keeps_therapy_and_limits_of_bending_inside_the_plan(self, protocol, choice):
        layout = lay_out(protocol, day_zero_on=SUNDAY, load_choice=choice)

        for one in (*layout.therapy, *layout.rom_limits):
            assert layout.day_zero_on <= one.from_on < one.until_on <= layout.ends_on

    def test_has_one_range_in_weeks_and_no_date_for_healing(self, protocol, choice):
        layout = lay_out(protocol, day_zero_on=SUNDAY, load_choice=choice)

        assert (layout.union is None) != (layout.recovery is None)
        assert (layout.union is None) == (protocol.treatment in ("cement", "arthroplasty"))


class TestFilmWindow:
    def test_is_three_days_each_way_up_to_week_three_and_seven_later(self):
        films = lay_out(PROTOCOLS["proximal-humerus.sling"], day_zero_on=SUNDAY).films

        assert [(film.week, (film.window_until_on - film.due_on).days) for film in films] == [
            (1, 3),
            (3, 3),
            (6, 7),
            (12, 7),
        ]
        assert [film.key for film in films] == ["week-1", "week-3", "week-6", "week-12"]


class TestLoadChoice:
    def test_must_be_made_where_units_differ(self):
        with pytest.raises(LoadChoiceMissing, match=r"ankle\.plate"):
            lay_out(PROTOCOLS["ankle.plate"], day_zero_on=SUNDAY)

    def test_decides_the_proposed_loads(self):
        standard, alternative = (
            [
                one.code
                for one in lay_out(PROTOCOLS["ankle.cast"], day_zero_on=SUNDAY, load_choice=choice).loads
            ]
            for choice in (STANDARD, ALTERNATIVE)
        )

        assert standard == ["NWB", "PWB50", "WBAT"]
        assert alternative == ["WBAT"]

    @pytest.mark.parametrize(
        ("protocol_id", "choice"), [("ankle.plate", "faster"), ("distal-radius.cast", ALTERNATIVE)]
    )
    def test_must_be_one_that_the_protocol_has(self, protocol_id, choice):
        with pytest.raises(LoadChoiceUnknown):
            lay_out(PROTOCOLS[protocol_id], day_zero_on=SUNDAY, load_choice=choice)

    def test_is_standard_where_there_is_nothing_to_choose(self):
        assert lay_out(PROTOCOLS["distal-radius.cast"], day_zero_on=SUNDAY).load_choice == STANDARD

    def test_is_asked_by_five_protocols(self):
        assert [one.id for one in PROTOCOLS.values() if one.asks_load_choice] == [
            "femoral-neck.screws",
            "femoral-neck.plate",
            "tibial-shaft.external-fixator",
            "ankle.cast",
            "ankle.plate",
        ]


class TestGates:
    def test_are_a_protocols_own_before_its_fractures_before_the_default(self):
        names = {
            one.id: [gate.name for gate in one.gates]
            for one in PROTOCOLS.values()
            if one.id in ("clavicle.plate", "vertebral-compression.brace", "ankle.plate")
        }

        assert names == {
            "clavicle.plate": [
                "default.protect-to-mobilise",
                "clavicle.plate.mobilise-to-strengthen",
                "default.strengthen-to-return",
            ],
            "vertebral-compression.brace": [
                "default.protect-to-mobilise",
                "vertebral-compression.mobilise-to-strengthen",
                "vertebral-compression.strengthen-to-return",
            ],
            "ankle.plate": [
                "ankle.plate.protect-to-mobilise",
                "ankle.plate.mobilise-to-strengthen",
                "ankle.plate.strengthen-to-return",
            ],
        }

    def test_stand_beside_the_phases_of_a_broken_kneecap(self):
        extra = lay_out(PROTOCOLS["patella.brace"], day_zero_on=SUNDAY).extra_gates

        assert [(one.gate.name, one.earliest_on) for one in extra] == [
            ("patella.brace-off", SUNDAY + timedelta(weeks=6)),
            ("patella.return-to-sport", SUNDAY + timedelta(weeks=12)),
        ]

    def test_give_each_step_of_a_weight_ladder_its_day(self):
        (ladder,) = lay_out(PROTOCOLS["tibial-plateau.plate"], day_zero_on=SUNDAY).extra_gates

        assert ladder.earliest_on is None
        assert ladder.steps == tuple(
            (SUNDAY + timedelta(weeks=week), code)
            for week, code in [(6, "TTWB"), (9, "PWB25"), (10, "PWB50"), (11, "PWB75"), (12, "FWB")]
        )

    def test_open_no_earlier_than_the_latest_of_their_times(self):
        needs = (
            GateNeed("time", min_week=9),
            GateNeed("time", at_phase_start=True),
            GateNeed("clinician", "ok"),
        )
        protocol = PROTOCOLS["distal-radius.cast"]
        late = Gate("late", CHANGES[0], needs)

        layout = lay_out(replace(protocol, gates=(late, *protocol.gates[1:])), day_zero_on=SUNDAY)

        assert layout.gates[0].earliest_on == SUNDAY + timedelta(weeks=9)

    def test_all_ask_that_no_warning_sign_is_open_but_one(self):
        without = [
            gate.name
            for gate in load().gates.values()
            if not any(need.text == "no open red flag" for need in gate.needs)
        ]

        assert without == ["patella.return-to-sport"]


class TestWeeks:
    @pytest.mark.parametrize(
        ("days", "completed", "on_screen"),
        [(-1, -1, 0), (0, 0, 1), (6, 0, 1), (14, 2, 3), (20, 2, 3), (21, 3, 4)],
    )
    def test_are_counted_completed_for_tables_and_running_for_screens(self, days, completed, on_screen):
        today = SUNDAY + timedelta(days=days)

        assert days_since(SUNDAY, today) == days
        assert completed_weeks(SUNDAY, today) == completed
        assert week_of(SUNDAY, today) == on_screen

    @given(day_zero_on=START_DAYS, days=st.integers(0, 2000))
    @settings(deadline=None)
    def test_change_every_seventh_day_and_never_else(self, day_zero_on, days):
        today = day_zero_on + timedelta(days=days)

        steps = Counter(
            week_of(day_zero_on, today + timedelta(days=one + 1))
            - week_of(day_zero_on, today + timedelta(days=one))
            for one in range(7)
        )

        assert steps == {0: 6, 1: 1}


class TestIsAdult:
    @pytest.mark.parametrize(
        ("born_on", "today", "expected"),
        [
            (date(2008, 11, 22), date(2026, 11, 21), False),
            (date(2008, 11, 22), date(2026, 11, 22), True),
            (date(2008, 2, 29), date(2026, 2, 28), False),
            (date(2008, 2, 29), date(2026, 3, 1), True),
            (date(1940, 1, 1), date(2026, 1, 1), True),
        ],
    )
    def test_from_the_eighteenth_birthday(self, born_on, today, expected):
        assert is_adult(born_on, today) is expected
