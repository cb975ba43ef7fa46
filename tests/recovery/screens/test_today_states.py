"""What Today says in each state of a recovery, beyond the usual day."""

from datetime import timedelta

import pytest

from accounts import clock
from recovery import protocols
from recovery.models import PlanLoad, PlanPhase
from recovery.queries import patient_words
from recovery.services import close, follow_ups, plan
from reminders.models import Preference
from tests.recoveries import ANKLE_CAST, assign, fill_with_logs, log, make_recovery

pytestmark = pytest.mark.django_db
TODAY = "/today/"
KNEECAP = {
    "site": "patella",
    "side": "right",
    "method": "open_reduction",
    "hardware": ["tension_band", "screws", "brace"],
    "protocol_id": "patella.tension-band",
}
SHIN = {
    "site": "tibial-shaft",
    "side": "right",
    "method": "open_reduction",
    "hardware": ["rod", "screws"],
    "protocol_id": "tibial-shaft.rod",
}
LOCKED = "You may stand and walk with the brace locked straight."
AS_ABLE = "Put as much weight on the leg as feels okay."
DIFFER = "Two of your plans differ here. Until your team settles it, the stricter rule counts."


@pytest.fixture
def reads(pat_browser, text_of):
    """Read Pat's page."""
    return lambda address=TODAY: text_of(pat_browser.get(address)).replace(" .", ".")


def release_load(recovery, by, *, position=1, now=None, note=""):
    following = PlanLoad.objects.get(plan=recovery.plan, position=position)
    plan.release_load(load=following, by=by, now=now or clock.now(), note=note)


def release_phase(recovery, by, code="mobilise"):
    plan.release_phase(phase=PlanPhase.objects.get(plan=recovery.plan, code=code), by=by, now=clock.now())


class TestALoadReleasedLately:
    def test_is_marked_as_new_with_who_and_when_for_some_days(
        self, reads, recovery, thea, today, shift_clock
    ):
        assert "New" not in reads()
        release_load(recovery, thea, note="Slowly.")

        for days in (0, 4):
            shift_clock(timedelta(days=days))
            assert f"New Set by Thea Berg on {today:%-d %B}. It stands until your team changes it." in reads()

        shift_clock(timedelta(days=5))
        assert "New" not in reads()
        assert "Set by Thea Berg" in reads()

    def test_is_not_the_one_that_came_with_the_plan(self, reads, recovery):
        assert "Do not lift, push or lean on this arm." in reads()
        assert "New" not in reads()

    def test_is_the_biggest_line_of_the_page(self, pat_browser, recovery):
        html = pat_browser.get(TODAY).content.decode()

        assert html.count('<p class="load">') == 1
        assert '<h1 class="mid-text">' in html


class TestAPhaseReleasedLately:
    def test_is_marked_as_new_with_who_and_when(self, reads, recovery, thea, today, shift_clock):
        release_phase(recovery, thea)

        assert f"Phase: Move gently. New Thea Berg began it on {today:%-d %B}." in reads()

        shift_clock(timedelta(days=5))
        assert "began it" not in reads()

    def test_whose_time_is_up_leads_to_what_is_checked_first(self, reads, pat_browser, pat_record, thea):
        make_recovery(pat_record, by=thea, day=15)

        assert "What they check first" in reads()
        assert 'href="/recovery/#gate"' in pat_browser.get(TODAY).content.decode()
        assert pat_browser.get("/recovery/").content.decode().count('id="gate"') == 1


class TestMovementLimits:
    def test_of_the_plan_stand_under_the_load(self, reads, pat_record, thea):
        make_recovery(pat_record, by=thea, kind=KNEECAP, day=3)

        words = reads()

        assert words.index(LOCKED) < words.index("Bend your knee no further than 30 degrees.")
        assert "From your plan. Checked by Thea Berg." in words

    def test_ease_by_date_only_within_a_released_phase(self, reads, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea, kind=KNEECAP, day=23)
        assert "no further than 30 degrees" in reads(), "the phase of week 2 is not released"

        release_phase(recovery, thea)

        assert "no further than 60 degrees" in reads(), "week 3 of a released phase"

    def test_end_with_the_release_of_a_phase_that_has_none(self, reads, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea, kind=KNEECAP, day=44)
        release_phase(recovery, thea)
        assert "no further than 90 degrees" in reads()

        release_phase(recovery, thea, "strengthen")

        assert "degrees" not in reads()

    def test_are_left_out_where_the_plan_stores_none(self, reads, recovery):
        assert "degrees" not in reads()

    def test_have_words_for_every_motion_of_the_reference(self):
        motions = {limit.motion for one in protocols.load().protocols.values() for limit in one.rom_limits}

        assert motions
        assert motions <= set(patient_words.MOVE_LIMITS)


class TestTheDevice:
    def test_is_a_fact_with_when_it_is_planned_to_come_off(self, reads, recovery):
        off = recovery.plan

        assert "You wear: splint." in reads()
        assert f"between {off.device_off_from_on:%-d %B} and {off.device_off_until_on:%-d %B}" in reads()

    def test_is_not_claimed_once_its_time_is_up(self, reads, pat_record, thea):
        make_recovery(pat_record, by=thea, day=60)

        assert "You wear" not in reads()


class TestTwoPlansForOneLimb:
    """Hazard H13: until a clinician settles it, the stricter rule counts."""

    @pytest.fixture
    def knee(self, pat_record, thea):
        return make_recovery(pat_record, by=thea, kind=KNEECAP)

    def test_show_the_stricter_load_at_both(self, reads, knee, thea):
        make_recovery(knee.patient, by=thea, kind=SHIN)

        assert reads().count(LOCKED) == 2
        assert reads().count(DIFFER) == 1
        assert AS_ABLE not in reads()

    def test_show_it_on_the_timeline_of_the_other_too(self, reads, knee, thea):
        shin = make_recovery(knee.patient, by=thea, kind=SHIN)
        top = reads(f"/recovery/?recovery={shin.public_id}").partition("Where you are")[0]

        assert LOCKED in top
        assert DIFFER in top
        assert AS_ABLE not in top

    def test_show_it_above_the_exercises_of_the_other_too(
        self, reads, knee, thea, django_assert_max_num_queries
    ):
        [one] = assign(make_recovery(knee.patient, by=thea, kind=SHIN), "ex-ankle-pump", by=thea)

        for address in (f"/exercises/{one.public_id}/", "/exercises/"):
            with django_assert_max_num_queries(8):
                words = reads(address)
            assert LOCKED in words
            assert DIFFER in words
            assert AS_ABLE not in words

    def test_leave_the_exercises_alone_once_the_other_is_closed(self, reads, knee, thea):
        [one] = assign(make_recovery(knee.patient, by=thea, kind=SHIN), "ex-ankle-pump", by=thea)
        close.close_recovery(recovery=knee, reason="healed", by=thea, now=clock.now())

        for address in (f"/exercises/{one.public_id}/", "/exercises/"):
            assert AS_ABLE in reads(address)
            assert DIFFER not in reads(address)

    def test_differ_no_more_once_the_other_is_closed(self, reads, knee, thea):
        make_recovery(knee.patient, by=thea, kind=SHIN)
        close.close_recovery(recovery=knee, reason="healed", by=thea, now=clock.now())

        assert AS_ABLE in reads()
        assert DIFFER not in reads()

    @pytest.mark.parametrize("side", ["left"])
    def test_leave_the_other_leg_and_an_arm_alone(self, reads, recovery, knee, thea, side):
        make_recovery(knee.patient, by=thea, kind={**SHIN, "side": side})

        assert AS_ABLE in reads()
        assert "Do not lift, push or lean on this arm." in reads()
        assert DIFFER not in reads()


class TestNothingLeft:
    def test_is_said_at_the_top_of_the_list(self, reads, recovery, pat, thea):
        [one] = assign(recovery, by=thea)
        assert "All done for today." not in reads()

        log(recovery, by=pat, exercises_done=[str(one.public_id)])

        assert reads().index("All done for today.") < reads().index("Make a fist")


class TestTheListOfExercises:
    LINK = 'href="/exercises/"'

    def test_is_one_press_away(self, pat_browser, recovery, thea):
        assign(recovery, by=thea)

        assert pat_browser.get(TODAY).content.decode().count(self.LINK) == 1

    def test_is_not_offered_where_there_are_none(self, pat_browser, recovery):
        assert self.LINK not in pat_browser.get(TODAY).content.decode()


class TestTheMainButton:
    def test_stands_before_the_phase(self, pat_browser, recovery):
        """On a small phone it would else hide behind the bar at the bottom."""
        html = pat_browser.get(TODAY).content.decode()

        assert html.index("on-hero") < html.index("Phase: Protect.")


class TestReminders:
    @pytest.fixture
    def pause(self, pat_record, today):
        def until(days: int) -> None:
            Preference.objects.update_or_create(
                patient=pat_record, defaults={"paused_until_on": today + timedelta(days=days)}
            )

        return until

    def test_that_are_paused_are_said_to_be(self, reads, recovery, pause, today):
        pause(9)

        assert f"Reminders are paused until {today + timedelta(days=9):%A %-d %B}." in reads()

    @pytest.mark.parametrize("days", [0, -1])
    def test_that_go_out_again_are_not_mentioned(self, reads, recovery, pause, days):
        pause(days)

        assert "paused" not in reads()

    def test_of_another_patient_are_not_mentioned(self, browser_of, cast, recovery, pause, text_of):
        pause(9)
        cast.olga.memberships.update(may_confirm_plans=True)
        make_recovery(cast.otto_record, by=cast.olga)

        words = text_of(browser_of(cast.otto).get(TODAY))

        assert "To do today" in words
        assert "paused" not in words

    def test_cost_no_more_than_the_budget(self, pat_browser, recovery, pause, django_assert_max_num_queries):
        pause(9)

        with django_assert_max_num_queries(8):
            pat_browser.get(TODAY)


class TestAnXRay:
    def test_that_is_overdue_stands_out(self, pat_browser, pat_record, thea):
        make_recovery(pat_record, by=thea, day=25)

        assert '<div class="note warn stack-s mt">' in pat_browser.get(TODAY).content.decode()

    def test_that_is_to_be_booked_does_not(self, pat_browser, recovery):
        assert '<div class="note warn stack-s mt">' not in pat_browser.get(TODAY).content.decode()


class TestAfterDischarge:
    @pytest.fixture
    def closed(self, pat_record, pat, thea, today):
        recovery = make_recovery(pat_record, by=thea, day=70)
        fill_with_logs(recovery, 60)
        log(recovery, by=pat, pain=1)
        values = {"film_date": today, "modality": "x-ray", "clinician_verdict": "healed"}
        for position, phoned in (("unchanged", True), ("moved - action needed", False)):
            follow_ups.record_x_ray(
                recovery=recovery,
                values={**values, "position_vs_last": position},
                film_key="",
                patient_phoned=phoned,
                by=thea,
                now=clock.now(),
            )
        return close.close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

    def test_sums_up_in_facts(self, reads, closed, today):
        words = reads()

        assert "Your clinic closed this recovery on" in words
        assert f"From {today - timedelta(days=70):%-d %B}" in words
        assert "Logs 61 Pain at first 4 out of 10 Pain at the end 1 out of 10" in words
        assert "X-ray results 1" in words, "a moved bone is told by phone first"

    def test_offers_to_read_and_print_and_a_copy_and_no_button_that_does_nothing(self, reads, closed):
        words = reads()

        assert "Read or print it all: Broken wrist, left" in words
        assert "Get a copy of your data" in words
        assert "keeps your record for 10 years" in words
        assert "Delete" not in words
        assert "To do today" not in words

    def test_keeps_what_was_released_on_the_timeline_and_proposes_nothing(self, reads, closed):
        words = reads("/recovery/")

        assert "Phase 1: Protect" in words
        assert "Load: No lifting" in words
        assert "Your team decides when." not in words
        assert "You are here" not in words

    def test_costs_no_more_than_the_budget(self, pat_browser, closed, django_assert_max_num_queries):
        with django_assert_max_num_queries(8):
            pat_browser.get(TODAY)

    def test_of_one_bone_leaves_the_other_its_day(self, reads, closed, thea):
        make_recovery(closed.patient, by=thea, kind=ANKLE_CAST)

        assert "To do today" in reads()
        assert "Nothing is asked of you here any more." in reads()
        assert "What stays here" not in reads()
