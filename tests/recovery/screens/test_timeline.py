from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from recovery.models import PlanLoad, PlanPhase, XRay
from recovery.services import alerts, follow_ups, plan, start
from recovery.services.close import close_recovery
from recovery.services.correct import correct_dates
from tests.recoveries import ANKLE_CAST, KYPHOPLASTY, make_draft, make_fracture, make_recovery

pytestmark = pytest.mark.django_db
TIMELINE = "/recovery/"


@pytest.fixture
def reads(pat_browser, text_of):
    """Read Pat's page."""
    return lambda query="": text_of(pat_browser.get(TIMELINE + query))


@pytest.fixture
def film(recovery, today, thea):
    """Record what a film showed."""

    def record(*, position="unchanged", **more):
        phoned = {"patient_phoned": more.pop("phoned")} if "phoned" in more else {}
        values = {
            "film_date": today,
            "modality": "x-ray",
            "position_vs_last": position,
            "callus": "early",
            "clinician_verdict": "healing as expected",
            "dorsal_tilt_deg": 7,
            **more,
        }
        return follow_ups.record_x_ray(
            recovery=recovery, values=values, film_key="week-2", by=thea, now=clock.now(), **phoned
        )

    return record


class TestWhoSeesTheTimeline:
    def test_patients_see_their_own_and_nobody_else_has_one(self, statuses, recovery):
        assert statuses(TIMELINE) == {
            "pat": 200,
            "otto": 200,
            "thea": 404,
            "olga": 404,
            "max": 404,
            "cleo": 404,
            "finn": 404,
            "visitor": 302,
        }

    def test_somebody_elses_recovery_is_404(self, browser_of, cast, recovery):
        address = f"{TIMELINE}?recovery={recovery.public_id}"

        assert browser_of(cast.otto).get(address).status_code == 404
        assert browser_of(cast.pat).get(f"{TIMELINE}?recovery={uuid4()}").status_code == 404

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, film, reads):
        film()
        reads()

        stays_cheap(recovery, TIMELINE)


class TestRange:
    def test_comes_with_the_fixed_notice_and_a_drawing_that_says_the_same(self, reads, pat_browser, recovery):
        notice = "About half of people with a break like yours have healed by week 8."

        assert "Week 2 of about 6 to 12" in reads()
        assert notice in reads()
        assert f'<desc id="range-d">{notice}' in pat_browser.get(TIMELINE).content.decode()

    def test_of_cement_has_other_words_and_no_drawing(self, reads, pat_browser, pat_record, thea):
        make_recovery(pat_record, by=thea, kind=KYPHOPLASTY)

        assert "Most people move more and hurt less within 1 to 6 weeks." in reads()
        assert "<desc" not in pat_browser.get(TIMELINE).content.decode()
        assert "In a bone at this time" not in reads()


class TestSteps:
    def test_stand_in_the_order_of_their_days(self, reads, recovery):
        words = reads()
        order = ["Injury", "Surgery", "Phase 1: Protect", "Phase 2: Move gently", "End of the plan"]

        assert [words.index(one) for one in order] == sorted(words.index(one) for one in order)
        assert "What holds or protects the bone: plate, screws, splint." in words

    def test_without_surgery_say_so(self, reads, pat_record, thea):
        make_recovery(pat_record, by=thea, kind=ANKLE_CAST)

        assert "Treatment without surgery" in reads()
        assert "You wear: cast." in reads()
        assert "after your injury" in reads()

    def test_mark_the_released_phase_and_only_propose_the_next(self, reads, recovery, thea):
        assert "Phase 1: Protect You are here Set by Thea Berg." in reads()
        assert "Phase 2: Move gently Your team decides when." in reads()

        following = PlanPhase.objects.get(plan=recovery.plan, code="mobilise")
        plan.release_phase(phase=following, by=thea, now=clock.now())

        assert "Phase 2: Move gently New You are here Set by Thea Berg." in reads()

    def test_list_what_the_team_checks_before_the_next_phase_only(self, reads, recovery):
        assert "Before “Move gently” Your team checks these first, and decides:" in reads()
        assert "Before “Build strength”" not in reads()

    def test_show_films_with_their_window_until_they_are_booked(self, reads, recovery, thea, today):
        assert reads().count("Not booked yet.") == 3

        follow_ups.book_visit(
            recovery=recovery,
            kind="x_ray",
            on=today + timedelta(days=2),
            at=time(15, 5),
            film_key="week-2",
            by=thea,
            now=clock.now(),
        )

        assert reads().count("Not booked yet.") == 2
        assert "3:05 pm X-ray" in reads()

    def test_of_a_draft_show_nothing_of_the_plan(self, reads, pat_record, thea):
        make_draft(make_fracture(pat_record, by=thea), by=thea)

        assert "Do not start it." in reads()
        assert "Phase 1" not in reads()

    def test_name_who_checked_the_plan(self, reads, recovery):
        assert "Your plan was checked by Thea Berg on" in reads()
        assert "Do not drive in a cast, splint, brace, sling or boot" in reads()


class TestResults:
    def test_are_told_in_words_with_the_clinicians_name_and_verdict(self, reads, film):
        film(note_for_patient="All good.")
        words = reads()

        assert "X-ray: The bone has not moved New New bone: first signs. “All good.”" in words
        assert "Thea Berg wrote: Healing as expected." in words

    def test_cost_one_query_more_when_they_are_new(self, pat_browser, film, django_assert_max_num_queries):
        film()

        with django_assert_max_num_queries(8):
            pat_browser.get(TIMELINE)

    def test_never_show_the_fields_that_are_for_staff(self, pat_browser, film):
        film()

        assert "tilt" not in pat_browser.get(TIMELINE).content.decode()

    def test_are_new_only_the_first_time(self, reads, film):
        film()

        assert "not moved New New bone" in reads()
        assert "not moved New bone" in reads()
        assert XRay.objects.get().seen_at is not None

    def test_of_a_moved_bone_wait_for_the_phone_call(self, reads, film, recovery, thea, today):
        record = film(position="moved - action needed", phoned=False)

        assert "moved" not in reads()
        assert XRay.objects.get().seen_at is None

        values = {
            "film_date": today,
            "modality": "x-ray",
            "position_vs_last": "moved - action needed",
            "clinician_verdict": "not healing - plan changed",
        }
        follow_ups.correct_x_ray(record=record, values=values, patient_phoned=True, by=thea, now=clock.now())

        assert "X-ray: The bone has moved New" in reads()

    def test_say_what_holds_the_bone_where_the_record_does(self, reads, film):
        film(hardware=["intact"])

        assert "What holds the bone: in place." in reads()


class TestChangesOfThePlan:
    @pytest.fixture
    def correct(self, recovery, thea):
        """Correct the day of the operation, which confirms a new version of the plan."""

        def move(days_back, *, reason, minutes=0, by=thea):
            day = recovery.plan.day_zero_on - timedelta(days=days_back)
            return correct_dates(
                recovery=recovery,
                injured_on=day,
                operated_on=day,
                reason=reason,
                by=by,
                now=clock.now() + timedelta(minutes=minutes),
            )

        return move

    def test_are_steps_with_their_day_the_clinician_and_the_reason(self, reads, correct, cast):
        assert "Your plan was changed" not in reads()

        correct(2, reason="The operation was on the day of the injury.", by=cast.max)
        words = reads()

        assert (
            "Your plan was changed “The operation was on the day of the injury.” Confirmed by Max Adler."
            in words
        )
        assert words.index("Surgery") < words.index("Your plan was changed") < words.index("End of the plan")

    def test_say_no_reason_where_none_was_given(self, reads, correct):
        correct(2, reason="")

        assert "Your plan was changed Confirmed by Thea Berg." in reads()

    def test_show_the_newest_five(self, reads, correct):
        for number in range(1, 8):
            correct(number, reason=f"Reason {number}.", minutes=number)
        words = reads()

        assert words.count("Your plan was changed") == 5
        assert [f"Reason {number}." in words for number in range(1, 8)] == [False, False, *[True] * 5]

    def test_are_told_of_a_plan_for_a_new_treatment_and_of_no_draft(self, reads, recovery, thea, today):
        start.record_repair(
            recovery=recovery, method="open_reduction", operated_on=today, hardware=["plate", "screws"], by=thea,
            now=clock.now(),
        )  # fmt: skip
        draft = make_draft(recovery, by=thea)
        plan.discard_draft(plan=draft, by=thea, now=clock.now())
        draft = make_draft(recovery, by=thea)
        assert "Your plan was changed" not in reads()

        plan.confirm_plan(plan=draft, by=thea, now=clock.now() + timedelta(minutes=1))

        assert reads().count("Your plan was changed") == 1

    def test_stay_when_the_recovery_is_closed(self, reads, correct, recovery, thea):
        correct(2, reason="A slip.")
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "Your plan was changed “A slip.”" in reads()

    def test_cost_no_query_more(self, pat_browser, correct, django_assert_max_num_queries):
        with CaptureQueriesContext(connection) as before:
            pat_browser.get(TIMELINE)
        for number in range(1, 4):
            correct(number, reason="A slip.", minutes=number)

        with django_assert_max_num_queries(min(8, len(before))):
            pat_browser.get(TIMELINE)


class TestReleasesOfLoad:
    def test_name_who_set_them_and_say_what_was_noted(self, reads, recovery, thea):
        load = recovery.plan.loads.get(position=1)
        plan.release_load(load=load, by=thea, now=clock.now(), note="Gently at first.")

        assert "“Gently at first.” Set by Thea Berg." in reads()
        assert reads().count("Your team decides when.") >= 1


class TestStates:
    def test_an_open_warning_stands_on_top(self, reads, recovery, pat, today):
        alerts.tick_warnings(
            recovery=recovery, flag_ids=["rf-pe"], source="help", day=today, by=pat, now=clock.now()
        )

        assert reads().index("Get help now") < reads().index("Where you are")

    def test_a_closed_one_is_a_summary(self, reads, recovery, thea):
        close_recovery(recovery=recovery, reason="moved_away", by=thea, now=clock.now())

        assert "Your clinic closed this recovery on" in reads()
        assert "Surgery" in reads()
        assert "Phase 2" not in reads()

    def test_several_can_be_chosen(self, reads, recovery, thea):
        spine = make_recovery(recovery.patient, by=thea, kind=KYPHOPLASTY)

        assert "Bone cement (kyphoplasty)" in reads(f"?recovery={spine.public_id}")
        assert "Bone cement" not in reads(f"?recovery={recovery.public_id}").partition("What you may")[2]

    def test_none_is_said_to_be_set_up(self, reads, cast):
        assert "Your care team is setting things up" in reads()


class TestLoads:
    def test_are_a_history_of_who_released_which_and_when(self, reads, recovery, thea, today):
        following = PlanLoad.objects.get(plan=recovery.plan, position=1)
        plan.release_load(load=following, by=thea, now=clock.now(), note="Slowly.")

        words = reads().partition("Steps")[2]

        assert f"Since {today:%-d %B} Load: No lifting" in words
        assert "Load: Very light use New This stands now" in words
        assert "“Slowly.” Set by Thea Berg." in words
        assert words.index("Load: No lifting") < words.index("Load: Very light use")

    def test_of_an_earlier_plan_stay_and_each_release_stands_once(self, reads, recovery, thea, today):
        following = PlanLoad.objects.get(plan=recovery.plan, position=1)
        plan.release_load(load=following, by=thea, now=clock.now(), note="Before the second operation.")
        start.record_repair(
            recovery=recovery,
            method="open_reduction",
            operated_on=today,
            hardware=["plate", "screws"],
            by=thea,
            now=clock.now(),
        )
        recovery.refresh_from_db()
        plan.confirm_plan(plan=make_draft(recovery, by=thea), by=thea, now=clock.now())

        words = reads().partition("Steps")[2]

        assert words.count("“Before the second operation.”") == 1
        assert words.count("This stands now") == 1
        assert words.index("Before the second operation.") < words.index("This stands now")
