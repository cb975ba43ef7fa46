from datetime import time, timedelta

import pytest
from django.urls import reverse

from accounts import clock
from recovery.models import PlanLoad
from recovery.services import alerts, close, exercises, follow_ups, plan, start
from tests.factories import member, patient
from tests.recoveries import (
    HIP_REPLACEMENT,
    KYPHOPLASTY,
    assign,
    log,
    make_draft,
    make_fracture,
    make_recovery,
)

pytestmark = pytest.mark.django_db
TODAY = "/today/"
SHIN = {
    "site": "tibial-shaft",
    "side": "left",
    "method": "open_reduction",
    "hardware": ["rod", "screws"],
    "protocol_id": "tibial-shaft.rod",
}


@pytest.fixture
def reads(pat_browser, text_of):
    """Read Pat's page."""
    return lambda: text_of(pat_browser.get(TODAY))


def tick(recovery, by, today, *flags):
    return alerts.tick_warnings(
        recovery=recovery, flag_ids=flags, source="help", day=today, by=by, now=clock.now()
    )


class TestWhoSeesToday:
    def test_patients_see_their_own_and_nobody_else_has_one(self, statuses, recovery):
        assert statuses(TODAY) == {
            "pat": 200,
            "otto": 200,
            "thea": 404,
            "olga": 404,
            "max": 404,
            "cleo": 404,
            "finn": 404,
            "visitor": 302,
        }

    def test_another_patient_reads_nothing_of_it(self, browser_of, cast, recovery, text_of):
        assert "wrist" not in text_of(browser_of(cast.otto).get(TODAY))

    def test_a_visitor_is_sent_to_sign_in(self, client):
        assert client.get(TODAY).url.startswith(reverse("account_login"))


class TestCost:
    def test_is_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, thea):
        assign(recovery, "ex-finger-fist", "ex-thumb-touch", by=thea)
        make_recovery(recovery.patient, by=thea, kind=SHIN)

        stays_cheap(recovery, TODAY)

    def test_is_below_the_budget_without_any_recovery(self, pat_browser, cast, django_assert_max_num_queries):
        with django_assert_max_num_queries(8):
            pat_browser.get(TODAY)


class TestWeek:
    def test_stands_in_the_range_from_early_to_late(self, reads, recovery):
        assert "Week 2 of about 6 to 12" in reads()
        assert "day 12 after surgery" in reads()

    def test_never_shows_a_date_of_healing_nor_a_judgement(self, reads, recovery):
        assert "as expected" not in reads()
        assert "on track" not in reads()
        assert "Only your exam and x-rays can show" in reads()

    def test_has_one_cell_a_week_of_which_the_uncertain_are_striped(self, pat_browser, recovery):
        html = pat_browser.get(TODAY).content.decode()
        cells = html.partition('<ol class="weeks"')[2].partition("</ol>")[0]

        assert cells.count("<li") == 12
        assert cells.count("maybe") == 6
        assert cells.count('class="done"') == 1
        assert 'class="now p5"' in cells

    def test_is_drawn_in_months_when_the_range_is_long(self, reads, pat_browser, pat_record, thea):
        make_recovery(pat_record, by=thea, day=70, kind=SHIN)

        assert "Week 11 of about 2 to 8 months" in reads()
        assert 'class="weeks months"' in pat_browser.get(TODAY).content.decode()

    def test_past_the_range_says_the_fixed_words_without_a_bar(self, reads, pat_browser, pat_record, thea):
        make_recovery(pat_record, by=thea, day=12 * 7)

        assert "Some breaks take longer. Your team will check yours." in reads()
        assert 'class="weeks' not in pat_browser.get(TODAY).content.decode()
        assert "of about" not in reads()

    @pytest.mark.parametrize(
        ("kind", "words", "since"),
        [
            (KYPHOPLASTY, "hurt less within 1 to 6 weeks", "day 12 after kyphoplasty"),
            (HIP_REPLACEMENT, "hurt less within 6 to 26 weeks", "day 12 after surgery"),
        ],
    )
    def test_has_no_union_range_for_cement_and_new_joints(self, reads, pat_record, thea, kind, words, since):
        make_recovery(pat_record, by=thea, kind=kind)

        assert words in reads()
        assert since in reads()
        assert "have healed" not in reads()


class TestLoad:
    def test_is_the_one_released_last_with_who_set_it_and_when_it_is_looked_at(self, reads, recovery, today):
        following = PlanLoad.objects.get(plan=recovery.plan, position=1)

        assert "Do not lift, push or lean on this arm." in reads()
        assert "Set by Thea Berg on" in reads()
        assert f"looks at this again around {following.from_on:%A %-d %B}" in reads()
        assert "Planned next: Very light use." in reads()

    def test_does_not_advance_by_date(self, reads, pat_record, thea):
        make_recovery(pat_record, by=thea, day=100)

        assert "Do not lift, push or lean on this arm." in reads()
        assert "Your team planned to look at this around" in reads()

    def test_changes_when_a_clinician_releases_the_next(self, reads, recovery, thea):
        following = PlanLoad.objects.get(plan=recovery.plan, position=1)
        plan.release_load(load=following, by=thea, now=clock.now(), note="Slowly.")

        assert "Lift no more than a cup of tea" in reads()
        assert "Slowly." in reads()


class TestPlan:
    def test_that_is_a_draft_shows_the_notice_and_none_of_its_content(self, reads, pat_record, thea):
        recovery = make_fracture(pat_record, by=thea)
        make_draft(recovery, by=thea)

        assert "Your care team has not checked this plan yet. Do not start it." in reads()
        assert "of about" not in reads()
        assert "What you may do now" not in reads()
        assert "x-ray" not in reads()

    def test_that_is_missing_is_said_to_be_prepared(self, reads, pat_record, thea):
        make_fracture(pat_record, by=thea)

        assert "Your team is preparing your plan" in reads()

    def test_made_for_an_earlier_treatment_gives_no_range(self, reads, recovery, thea, today):
        start.record_repair(
            recovery=recovery,
            method="open_reduction",
            operated_on=today,
            hardware=["plate", "screws"],
            by=thea,
            now=clock.now(),
        )

        assert "Your treatment has changed" in reads()
        assert "Week 1" in reads()
        assert "of about" not in reads()

    def test_whose_phase_is_over_says_that_the_team_decides(self, reads, pat_record, thea):
        make_recovery(pat_record, by=thea, day=15)

        assert "Phase: Protect. Your team decides when the next one begins: Move gently." in reads()


class TestWarning:
    def test_replaces_the_hero_and_says_that_nobody_has_read_it(self, reads, recovery, pat, today):
        tick(recovery, pat, today, "rf-crps", "rf-dvt")

        assert "Call today" in reads()
        assert "My calf or thigh is newly swollen" in reads()
        assert "Nobody has confirmed reading this yet." in reads()
        assert "Week 2" not in reads()
        assert "Do not lift, push or lean" in reads()

    def test_names_who_has_read_it_once_somebody_did(self, reads, recovery, pat, thea, today):
        [alert] = tick(recovery, pat, today, "rf-dvt")
        alerts.acknowledge(alert=alert, by=thea, now=clock.now())

        assert "Thea Berg has read this on" in reads()
        assert "Nobody has confirmed" not in reads()

    def test_goes_when_staff_have_closed_it(self, reads, recovery, pat, thea, today):
        [alert] = tick(recovery, pat, today, "rf-dvt")
        alerts.close_alert(alert=alert, note="Seen, no clot.", by=thea, now=clock.now())

        assert "Week 2" in reads()

    def test_stands_first_of_several_broken_bones(self, reads, recovery, pat, thea, today):
        shin = make_recovery(recovery.patient, by=thea, kind=SHIN)
        tick(recovery, pat, today, "rf-dvt")

        assert reads().index("Call today") < reads().index("Broken shin bone, left · day")
        assert shin.patient_id == recovery.patient_id


class TestToDo:
    def test_lists_exercises_with_their_sets_and_done_ones_last(self, reads, recovery, pat, thea):
        first, _second = assign(recovery, "ex-finger-fist", "ex-thumb-touch", by=thea)
        log(recovery, by=pat, exercises_done=[str(first.public_id)])

        assert reads().index("Thumb touches") < reads().index("Make a fist")
        assert "2 of 2 sets done" in reads()
        assert "0 of 2 sets" in reads()
        assert "2 of 3 done" in reads()

    def test_offers_the_log_until_it_is_saved(self, reads, recovery, pat):
        assert "Log how you feel" in reads()

        log(recovery, by=pat, pain=4)

        assert "Log how you feel" not in reads()
        assert "Saved: pain 4 out of 10. Change it" in reads()
        assert "All done for today." in reads()

    def test_offers_yesterday_where_it_was_forgotten(self, reads, recovery, pat):
        log(recovery, by=pat, days_ago=2)

        assert "Log yesterday" in reads()

        log(recovery, by=pat, days_ago=1)

        assert "Log yesterday" not in reads()

    def test_leaves_out_what_the_therapist_paused(self, reads, recovery, thea):
        [one] = assign(recovery, by=thea)
        exercises.pause(assignment=one, by=thea, now=clock.now())

        assert "Make a fist" not in reads()


class TestFacts:
    def test_say_how_pain_went_and_how_many_sets_were_done(self, reads, recovery, pat, thea):
        [one] = assign(recovery, by=thea, days_ago=1)
        log(recovery, by=pat, pain=7, days_ago=5)
        log(recovery, by=pat, pain=3, days_ago=0, exercises_done=[str(one.public_id)])

        assert "Pain went from 7 to 3 in 5 days." in reads()
        assert "2 of 4 sets done in 7 days." in reads()

    def test_reach_back_two_weeks_and_no_further(self, reads, pat_record, pat, thea):
        recovery = make_recovery(pat_record, by=thea, day=30)
        for days_ago, pain in ((14, 9), (13, 6), (0, 4)):
            log(recovery, by=pat, pain=pain, days_ago=days_ago)

        assert "Pain went from 6 to 4 in 13 days." in reads()

    def test_are_left_out_before_there_are_any(self, reads, recovery, pat):
        log(recovery, by=pat)

        assert "Pain went" not in reads()


class TestNext:
    def book(self, recovery, by, today, *, kind="therapy", days=3, **more):
        return follow_ups.book_visit(
            recovery=recovery,
            kind=kind,
            on=today + timedelta(days=days),
            at=time(10, 40),
            place="Room 2",
            by=by,
            now=clock.now(),
            **more,
        )

    def film(self, recovery, today, *, key="week-2", position="unchanged", **more):
        values = {
            "film_date": today,
            "modality": "x-ray",
            "position_vs_last": position,
            "clinician_verdict": "healing as expected",
        }
        by = recovery.plan.confirmed_by
        return follow_ups.record_x_ray(
            recovery=recovery, values=values, film_key=key, by=by, now=clock.now(), **more
        )

    def test_shows_the_next_visit(self, reads, recovery, thea, today):
        self.book(recovery, thea, today)

        assert "Therapy" in reads()
        assert "10:40 am" in reads()
        assert "In 3 days · Room 2" in reads()

    def test_asks_to_book_an_x_ray_in_its_window(self, reads, recovery):
        assert "Next x-ray: book it Between" in reads()

    def test_does_not_ask_for_one_that_is_booked(self, reads, recovery, thea, today):
        self.book(recovery, thea, today, kind="x_ray", film_key="week-2", days=2)

        assert "book it" not in reads()

    def test_says_without_blame_that_an_x_ray_was_missed(self, reads, pat_record, thea):
        make_recovery(pat_record, by=thea, day=25)

        assert "X-ray not booked It was planned between" in reads()
        assert "Please call to book it." in reads()

    def test_marks_a_new_result_until_it_was_opened(self, reads, pat_browser, recovery, today):
        self.film(recovery, today)
        assert "X-ray result New" in reads()

        pat_browser.get("/recovery/")

        assert "X-ray result New" not in reads()

    def test_hides_a_moved_bone_until_the_patient_was_phoned(self, reads, recovery, today):
        self.film(recovery, today, position="moved - action needed", patient_phoned=False)

        assert "X-ray result" not in reads()


class TestRecoveries:
    def test_of_several_bones_have_a_header_each_and_one_list_of_tasks(self, reads, recovery, thea):
        shin = make_recovery(recovery.patient, by=thea, kind=SHIN)
        assign(recovery, "ex-finger-fist", by=thea)
        assign(shin, "ex-ankle-pump", by=thea)

        words = reads()

        assert "Broken wrist, left · day 12" in words
        assert "Broken shin bone, left · day 12" in words
        assert "Log how you feel: Broken shin bone, left" in words
        assert words.index("To do today") < words.index("Make a fist") < words.index("Ankle pumps")

    def test_that_are_closed_are_summed_up_and_ask_nothing(self, reads, recovery, thea):
        close.close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "Your clinic closed this recovery on" in reads()
        assert "Healed." in reads()
        assert "Log how you feel" not in reads()

    def test_recorded_by_mistake_are_not_shown(self, reads, recovery, thea):
        close.close_recovery(recovery=recovery, reason="mistake", by=thea, now=clock.now())

        assert "wrist" not in reads()

    def test_are_being_set_up_where_there_are_none(self, reads, cast):
        assert "Your care team is setting things up" in reads()


class TestStaffWhoAreAlsoPatients:
    def test_see_their_own_page_with_the_patients_bar(self, browser_of, cast, thea):
        nurse = member(cast.clinic, "Nora Quist", profession="nurse")
        of = patient("Nora Patient", of=cast.thea.memberships.get(), has_account=False)
        of.user = nurse.user
        of.save()

        html = browser_of(nurse.user).get(TODAY).content.decode()

        assert f'href="{reverse("recovery:log")}"' in html
