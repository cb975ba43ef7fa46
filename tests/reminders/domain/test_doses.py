"""Reminders of what stands on the list of medicines, supplements and bone-health items."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from recovery.domain import medicines as rules
from reminders.domain import Wishes, may_enter_quiet
from reminders.domain.facts import BONE_HEALTH, QUIET_FROM, QUIET_UNTIL, Hour
from tests.reminders.domain.situations import (
    DAY,
    LONG_AGO,
    MADRID,
    TODAY,
    dose,
    facts,
    laid_out,
    local,
    of_kind,
    situations,
)
from tests.reminders.domain.zones import steady

HOUR = timedelta(hours=1)
KINDS = ("medicine", "bone_health")


def hours(found) -> list[str]:
    return [local(one).strftime("%d %H:%M") for one in found]


class TestWhateverIsTrue:
    @steady
    @given(situations())
    def test_a_dose_is_for_its_days_and_for_nothing_before_it_was_chosen(self, situation):
        known, wishes = situation
        by_key = {one.key: one for one in known.doses}

        for one in laid_out(known, wishes):
            if one.kind in KINDS:
                item = by_key[one.subject]
                hour = next(hour for hour in item.hours if hour.slot == one.slot)
                assert item.is_on(one.local_on)
                assert one.at >= hour.since_at

    @steady
    @given(situations())
    def test_of_one_thing_no_two_reminders_wait_at_a_time(self, situation):
        found = [one for one in laid_out(*situation) if one.kind in KINDS]

        for one in found:
            same_day = [
                other for other in found if (other.subject, other.local_on) == (one.subject, one.local_on)
            ]
            assert all(other.at <= one.at or one.expires_at <= other.at for other in same_day)


class TestDoses:
    def test_come_every_so_many_days_at_their_hours(self):
        every_other = dose(time(8), time(20), every_days=2, starts_on=TODAY - DAY)

        assert hours(of_kind("medicine", facts(doses=(every_other,)), days=4)) == [
            "23 08:00", "23 20:00", "25 08:00", "25 20:00"
        ]  # fmt: skip

    def test_keep_the_wall_time_through_a_change_of_clocks(self):
        known = facts(today_on=date(2026, 10, 24), doses=(dose(time(7)),))

        found = of_kind("medicine", known, days=2)

        assert hours(found) == ["24 07:00", "25 07:00", "26 07:00"]
        assert found[1].at - found[0].at == 25 * HOUR

    def test_need_no_plan_and_no_account(self):
        assert of_kind("medicine", facts(doses=(dose(),), plan=None, account_since_at=None))

    def test_end_with_their_last_day_and_with_the_recovery(self):
        ending = dose(ends_on=TODAY + DAY)

        assert hours(of_kind("medicine", facts(doses=(ending,)))) == ["22 08:00", "23 08:00"]
        assert laid_out(facts(doses=(ending,), is_open=False)) == ()

    def test_come_through_a_pause_and_stop_with_their_kind(self):
        known = facts(doses=(dose(), dose(key="d2", kind=BONE_HEALTH)))

        paused = laid_out(known, Wishes(paused_until_on=date(2027, 1, 1)), days=0)
        off = laid_out(known, Wishes(kinds_off=frozenset({"medicine", "log"})), days=0)

        assert {one.kind for one in paused} == set(KINDS)
        assert {one.kind for one in off} == {"bone_health"}

    def test_of_an_hour_that_had_passed_when_it_was_chosen_begin_the_next_time(self):
        noon = datetime(2026, 11, 22, 11, tzinfo=UTC)
        item = dose(hours=(Hour("1", time(8), noon), Hour("2", time(20), LONG_AGO)))

        assert hours(of_kind("medicine", facts(doses=(item,)), days=1)) == [
            "22 20:00",
            "23 08:00",
            "23 20:00",
        ]

    def test_are_the_same_reminder_when_their_hour_moves(self):
        before, after = dose(time(8), time(20)), dose(time(9), time(20))

        [first, *_rest], [moved, *_more] = (
            of_kind("medicine", facts(doses=(one,))) for one in (before, after)
        )

        assert first.identity == moved.identity
        assert (local(first).hour, local(moved).hour) == (8, 9)


class TestTooLate:
    def test_is_after_four_hours_or_when_the_next_of_the_day_comes(self):
        item = dose(time(7), time(9), time(18))

        found = of_kind("medicine", facts(doses=(item,)), days=0)

        assert [one.expires_at - one.at for one in found] == [2 * HOUR, 4 * HOUR, 4 * HOUR]

    def test_is_after_a_day_for_what_comes_once_a_week_or_less_often(self):
        lasts = {
            days: of_kind("medicine", facts(doses=(dose(every_days=days, starts_on=TODAY),)))[0]
            for days in (6, 7, 366)
        }

        assert [one.expires_at - one.at for one in lasts.values()] == [4 * HOUR, 24 * HOUR, 24 * HOUR]


class TestQuietHours:
    def test_are_entered_by_a_medicine_before_8_and_by_nothing_else(self):
        medicine, item = dose(time(6, 30)), dose(time(6, 30), key="d2", kind=BONE_HEALTH)

        found = laid_out(facts(doses=(medicine, item), account_since_at=None), days=0)

        assert [(one.kind, local(one).time()) for one in found] == [
            ("medicine", time(6, 30)), ("bone_health", time(8))
        ]  # fmt: skip

    @pytest.mark.parametrize(("at", "goes"), [(time(9), time(11)), (time(20), time(18)), (time(7), time(7))])
    def test_that_were_made_longer_move_an_hour_to_the_nearest_open_one(self, at, goes):
        wishes = Wishes(quiet_until=time(11), quiet_from=time(19))

        [one] = of_kind("medicine", facts(doses=(dose(at),)), wishes, days=0)

        assert local(one).time() == goes

    def test_that_move_two_hours_onto_one_lose_neither(self):
        wishes = Wishes(quiet_until=time(11))

        found = of_kind("medicine", facts(doses=(dose(time(9), time(10)),)), wishes, days=0)

        assert [(one.slot, local(one).time()) for one in found] == [("1", time(11)), ("2", time(11))]
        assert all(one.at < one.expires_at for one in found)

    def test_are_the_same_hours_for_lists_and_for_mails(self):
        assert (rules.DAY_BEGINS, rules.DAY_ENDS) == (QUIET_UNTIL, QUIET_FROM)
        assert all(may_enter_quiet(kind, time(7)) == rules.may_be_early(kind) for kind in KINDS)


class TestAZone:
    def test_that_skips_a_day_skips_its_doses(self):
        known = facts(
            today_on=date(2011, 12, 29), time_zone="Pacific/Apia",
            doses=(replace(dose(time(7)), starts_on=date(2011, 12, 1)),),
        )  # fmt: skip
        item = replace(known.doses[0], hours=(Hour("1", time(7), datetime(2011, 12, 1, tzinfo=UTC)),))

        days = [one.local_on.day for one in of_kind("medicine", replace(known, doses=(item,)), days=3)]

        assert days == [29, 31, 1]

    def test_of_the_patient_decides_the_hour(self):
        known = facts(doses=(dose(time(20)),), time_zone="America/New_York", clinic_zone=MADRID)

        [one] = of_kind("medicine", known, days=0)

        assert one.at.astimezone(ZoneInfo("America/New_York")).time() == time(20)
