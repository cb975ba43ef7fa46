"""The reminders that should exist."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from reminders.domain import Wishes, instant_of, may_enter_quiet, why_not
from reminders.domain.facts import Film, Plan, Sign
from tests.reminders.domain.situations import (
    DAY,
    LONG_AGO,
    MADRID,
    PLAN,
    TASK,
    TODAY,
    VISIT,
    dose,
    facts,
    laid_out,
    local,
    of_kind,
    situations,
)
from tests.reminders.domain.zones import steady

NOT_PAUSED = {"visit", "medicine", "bone_health"}


class TestWhateverIsTrue:
    @steady
    @given(situations())
    def test_nothing_for_the_patient_falls_into_quiet_hours_but_an_early_medicine(self, situation):
        for one in laid_out(*situation):
            is_early = one.kind == "medicine" and may_enter_quiet(one.kind, one.wall_time)
            assert is_early or time(8) <= local(one).time() < time(21), one

    @steady
    @given(situations())
    def test_nothing_is_wanted_twice(self, situation):
        counted = Counter(one.identity for one in laid_out(*situation))

        assert not [key for key, count in counted.items() if count > 1]

    @steady
    @given(situations())
    def test_nothing_is_wanted_for_what_is_done(self, situation):
        known, wishes = situation

        for one in laid_out(known, wishes):
            assert not (one.kind == "exercises" and one.local_on in known.days_done)
            assert not (one.kind == "log" and one.local_on in known.days_logged)
            assert not (one.kind.startswith("x_ray") and one.subject in known.films_taken)
            assert one.kind not in wishes.kinds_off
            assert one.kind in NOT_PAUSED or not wishes.is_paused(one.local_on)

    @steady
    @given(situations())
    def test_a_day_has_at_most_one_prompt(self, situation):
        prompts = Counter(
            one.local_on for one in laid_out(*situation) if one.kind in {"log", "x_ray_book", "x_ray_overdue"}
        )

        assert all(count == 1 for count in prompts.values())

    @steady
    @given(situations())
    def test_a_visit_is_never_announced_after_it_began(self, situation):
        known, _wishes = situation
        starts = {visit.subject: instant_of(visit.on, visit.at, known.clinic_zone) for visit in known.visits}

        for one in laid_out(*situation):
            if one.kind == "visit":
                assert one.at < one.expires_at <= starts[one.subject]

    @steady
    @given(situations())
    def test_a_wall_time_is_shown_on_its_own_date_or_later_only_by_a_jump(self, situation):
        for one in laid_out(*situation):
            assert one.at == instant_of(one.local_on, one.wall_time, one.time_zone)
            assert local(one).date() == one.local_on

    @steady
    @given(situations())
    def test_a_closed_recovery_wants_nothing(self, situation):
        known, wishes = situation

        assert laid_out(replace(known, is_open=False), wishes) == ()


class TestExercises:
    def test_come_every_day_at_the_chosen_hour_through_both_changes_of_clocks(self):
        for today in (date(2026, 3, 20), date(2026, 10, 15)):
            known = facts(
                today_on=today,
                tasks=(TASK,),
                account_since_at=None,
                plan=replace(PLAN, first_at=LONG_AGO - DAY * 365),
            )
            known = replace(known, tasks=(replace(TASK, starts_on=today, assigned_at=LONG_AGO - DAY * 365),))

            found = of_kind("exercises", known, Wishes(exercise_hours=(time(16),)))

            assert [one.local_on for one in found] == [today + DAY * n for n in range(15)]
            assert {local(one).time() for one in found} == {time(16)}

    def test_need_a_confirmed_plan(self):
        assert not of_kind("exercises", facts(tasks=(TASK,), plan=None))

    def test_skip_a_day_that_is_done(self):
        found = of_kind("exercises", facts(tasks=(TASK,), days_done=frozenset({TODAY})))

        assert found[0].local_on == TODAY + DAY

    def test_assigned_after_the_hour_begin_tomorrow(self):
        noon = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)

        found = of_kind("exercises", facts(tasks=(replace(TASK, assigned_at=noon, starts_on=TODAY),)))

        assert found[0].local_on == TODAY + DAY

    def test_end_with_their_last_day_and_rest_while_paused(self):
        ending = replace(TASK, ends_on=TODAY + DAY)

        assert [one.local_on for one in of_kind("exercises", facts(tasks=(ending,)))] == [TODAY, TODAY + DAY]
        assert not of_kind("exercises", facts(tasks=(replace(TASK, is_paused=True),)))

    def test_are_too_late_when_quiet_hours_begin(self):
        [one, *_rest] = of_kind("exercises", facts(tasks=(TASK,)))

        assert one.expires_at.astimezone(ZoneInfo(MADRID)).time() == time(21)

    def test_come_at_each_chosen_hour_and_end_when_the_next_comes(self):
        wishes = Wishes(exercise_hours=(time(15), None, time(9)))

        found = of_kind("exercises", facts(tasks=(TASK,)), wishes, days=0)

        assert [(one.slot, local(one).hour) for one in found] == [("day3", 9), ("day", 15)]
        assert [one.expires_at.astimezone(ZoneInfo(MADRID)).hour for one in found] == [15, 21]

    def test_are_one_where_longer_quiet_hours_move_two_onto_one_hour(self):
        wishes = Wishes(exercise_hours=(time(9), time(10)), quiet_until=time(11))

        [one] = of_kind("exercises", facts(tasks=(TASK,)), wishes, days=0)

        assert local(one).time() == time(11)

    def test_leave_out_a_day_that_the_zone_skips(self):
        known = facts(
            today_on=date(2011, 12, 28),
            time_zone="Pacific/Apia",
            tasks=(
                replace(TASK, starts_on=date(2011, 12, 1), assigned_at=datetime(2011, 12, 1, tzinfo=UTC)),
            ),
            plan=Plan("p", datetime(2011, 12, 1, tzinfo=UTC), datetime(2011, 12, 1, tzinfo=UTC), True),
            account_since_at=None,
        )

        days = [one.local_on.day for one in of_kind("exercises", known, days=4)]

        assert days == [28, 29, 31, 1]


class TestLog:
    def test_is_asked_once_a_day_only_while_nothing_is_logged(self):
        found = of_kind("log", facts(days_logged=frozenset({TODAY})), days=3)

        assert [one.local_on for one in found] == [TODAY + DAY, TODAY + DAY * 2, TODAY + DAY * 3]

    def test_is_asked_once_a_week_after_three_reminders_in_a_row_without_a_log(self):
        sent = frozenset(TODAY - DAY * n for n in (1, 2, 3))

        found = of_kind("log", facts(log_prompts_sent_on=sent))

        assert [one.local_on for one in found] == [TODAY + DAY * 6, TODAY + DAY * 13]

    def test_is_asked_daily_again_after_a_log(self):
        sent = frozenset(TODAY - DAY * n for n in (1, 2, 3))

        found = of_kind("log", facts(log_prompts_sent_on=sent, days_logged=frozenset({TODAY - DAY})), days=2)

        assert [one.local_on for one in found] == [TODAY, TODAY + DAY, TODAY + DAY * 2]

    def test_is_not_asked_of_somebody_without_an_account(self):
        assert not of_kind("log", facts(account_since_at=None))


class TestVisits:
    def test_are_announced_7_days_before_1_day_before_and_that_morning(self):
        found = of_kind("visit", facts(visits=(VISIT,)))

        assert [(one.slot, local(one).strftime("%d %H:%M")) for one in found] == [
            ("d7", "24 09:00"),
            ("d1", "30 09:00"),
            ("morning", "01 09:00"),
        ]

    def test_never_pile_up_after_an_outage(self):
        week, day, morning = of_kind("visit", facts(visits=(VISIT,)))

        assert week.expires_at == day.at
        assert day.expires_at == morning.at

    @pytest.mark.parametrize(
        ("visit_at", "starts", "goes"),
        [
            (time(9), time(9, 30), "08:00"),
            (time(9), time(10), "08:00"),
            (time(16), time(18), "08:00"),
            (time(10), time(14), "10:00"),
        ],
    )
    def test_go_out_that_morning_with_time_to_spare(self, visit_at, starts, goes):
        found = of_kind("visit", facts(visits=(replace(VISIT, at=starts),)), Wishes(visit_at=visit_at))

        assert local(found[-1]).strftime("%H:%M") == goes
        assert found[-1].slot == "morning"

    def test_before_the_end_of_quiet_hours_have_no_morning_reminder(self):
        found = of_kind("visit", facts(visits=(replace(VISIT, at=time(7, 45)),)))

        assert [one.slot for one in found] == ["d7", "d1"]

    def test_booked_late_are_not_announced_for_the_days_before(self):
        booked = replace(VISIT, booked_at=datetime(2026, 11, 28, 12, tzinfo=UTC))

        found = of_kind("visit", facts(today_on=date(2026, 11, 28), visits=(booked,)))

        assert [one.slot for one in found] == ["d1", "morning"]

    def test_come_through_a_pause(self):
        assert len(of_kind("visit", facts(visits=(VISIT,)), Wishes(paused_until_on=date(2027, 1, 1)))) == 3

    def test_that_the_patient_cannot_come_to_are_not_announced(self):
        assert not of_kind("visit", facts(visits=(replace(VISIT, is_declined=True),)))

    def test_moved_to_another_date_are_new_reminders(self):
        moved = replace(VISIT, on=VISIT.on + DAY)

        before = {one.identity for one in of_kind("visit", facts(visits=(VISIT,)))}
        after = {one.identity for one in of_kind("visit", facts(visits=(moved,)))}

        assert not before & after


class TestXRayNudges:
    FILM = Film("week-6", date(2026, 12, 8), date(2026, 12, 22))

    def test_ask_to_book_once_14_days_before_the_window(self):
        [one] = of_kind("x_ray_book", facts(films=(self.FILM,)))

        assert (one.local_on, one.subject, local(one).time()) == (date(2026, 11, 24), "week-6", time(18))

    def test_do_not_ask_for_what_is_booked_or_taken(self):
        assert not of_kind("x_ray_book", facts(films=(self.FILM,), visits=(VISIT,)))
        assert not of_kind("x_ray_book", facts(films=(self.FILM,), films_taken=frozenset({"week-6"})))

    def test_ask_the_day_after_a_late_plan_is_confirmed(self):
        plan = replace(
            PLAN,
            confirmed_at=datetime(2026, 11, 28, 9, tzinfo=UTC),
            first_at=datetime(2026, 11, 28, 9, tzinfo=UTC),
        )

        [one] = of_kind("x_ray_book", facts(today_on=date(2026, 11, 28), films=(self.FILM,), plan=plan))

        assert one.local_on == date(2026, 11, 29)

    def test_mention_an_overdue_one_once_7_days_after_the_window(self):
        [one] = of_kind("x_ray_overdue", facts(today_on=date(2026, 12, 20), films=(self.FILM,)))

        assert one.local_on == date(2026, 12, 29)

    def test_take_the_place_of_that_days_log_reminder(self):
        found = laid_out(facts(films=(self.FILM,)), days=3)

        assert [one.kind for one in found if one.local_on == date(2026, 11, 24)] == ["x_ray_book"]


class TestPlanNews:
    CHANGED = Plan("plan-2", datetime(2026, 11, 22, 10, tzinfo=UTC), LONG_AGO, is_first=False)

    def test_tell_of_a_second_version_at_once(self):
        [one] = of_kind("plan_changed", facts(plan=self.CHANGED))

        assert (one.subject, one.at) == ("plan-2", self.CHANGED.confirmed_at)

    def test_do_not_tell_of_the_first(self):
        assert not of_kind("plan_changed", facts())

    def test_wait_for_the_end_of_quiet_hours(self):
        late = replace(self.CHANGED, confirmed_at=datetime(2026, 11, 22, 21, 30, tzinfo=UTC))

        [one] = of_kind("plan_changed", facts(plan=late))

        assert local(one).strftime("%d %H:%M") == "23 08:00"


class TestStaffAlerts:
    SIGN = Sign("a1", datetime(2026, 11, 22, 2, 30, tzinfo=UTC))

    def test_go_to_the_whole_care_team_at_once_at_any_hour(self):
        found = of_kind("staff_alert", facts(warnings=(self.SIGN,), team=frozenset({"thea", "max"})))

        assert {(one.recipient, one.at) for one in found} == {
            ("thea", self.SIGN.raised_at),
            ("max", self.SIGN.raised_at),
        }

    def test_go_out_for_a_patient_without_an_address_and_through_a_pause(self):
        known = facts(warnings=(self.SIGN,), team=frozenset({"thea"}), has_address=False)

        assert of_kind("staff_alert", known, Wishes(paused_until_on=date(2027, 1, 1)))


class TestAddress:
    def test_without_one_nothing_is_made_for_the_patient(self):
        assert laid_out(facts(has_address=False, tasks=(TASK,), visits=(VISIT,))) == ()


class TestWhyNot:
    @pytest.mark.parametrize(
        ("kind", "changes", "wishes", "reason"),
        [
            ("exercises", {"is_open": False}, {}, "recovery_closed"),
            ("exercises", {"has_address": False}, {}, "no_address"),
            ("exercises", {}, {"kinds_off": frozenset({"exercises"})}, "kind_off"),
            ("exercises", {"days_done": frozenset({TODAY})}, {}, "already_done"),
            ("log", {"days_logged": frozenset({TODAY})}, {}, "already_done"),
            ("log", {}, {"paused_until_on": TODAY + DAY}, "paused"),
            ("visit", {}, {}, "visit_changed"),
            ("exercises", {"plan": None}, {}, "no_plan"),
            ("staff_alert", {}, {}, "already_seen"),
            ("medicine", {}, {"paused_until_on": TODAY + DAY}, "off_the_list"),
            ("medicine", {"doses": (dose(key="x"),)}, {"paused_until_on": TODAY + DAY}, "not_planned"),
        ],
    )
    def test_names_the_reason(self, kind, changes, wishes, reason):
        found = why_not(
            kind=kind, subject="x", local_on=TODAY, facts=facts(**changes), wishes=Wishes(**wishes)
        )

        assert found == reason
