from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEvent
from recovery.domain.questions import MOST_OPEN, TEXT_LENGTH
from recovery.models import PlanVersion
from recovery.services import alerts, exercises, follow_ups, plan, questions, start
from tests.recoveries import KYPHOPLASTY, ask, assign, log, make_draft, make_recovery

pytestmark = pytest.mark.django_db
SHEET = "/recovery/sheet/"


@pytest.fixture
def reads(pat_browser, text_of):
    """Read Pat's sheet."""
    return lambda query="": text_of(pat_browser.get(SHEET + query))


@pytest.fixture
def of_staff(cast):
    """Return the address of Pat's sheet for staff."""
    return reverse("recovery:clinic_sheet", args=[cast.pat_record.public_id])


@pytest.fixture
def staff_reads(browser_of, cast, of_staff, text_of):
    """Read Pat's sheet as Thea."""
    return lambda: text_of(browser_of(cast.thea).get(of_staff))


def record(recovery, by, *, ago=0, position="unchanged", now=None, **more):
    phoned = {"patient_phoned": more.pop("phoned")} if "phoned" in more else {}
    now = now or clock.now()
    values = {
        "film_date": clock.local_day(now, recovery.patient.time_zone) - timedelta(days=ago),
        "modality": "x-ray",
        "position_vs_last": position,
        "callus": "early",
        "clinician_verdict": "healing as expected",
        **more,
    }
    return follow_ups.record_x_ray(recovery=recovery, values=values, by=by, now=now, **phoned)


class TestWhoSeesASheet:
    def test_patients_see_their_own(self, statuses, recovery, cast):
        # Otto has no recovery yet: no sheet.
        assert statuses(SHEET) == {
            "pat": 200, "otto": 404, "thea": 404, "olga": 404, "max": 404, "cleo": 404, "finn": 404,
            "visitor": 302,
        }  # fmt: skip

    def test_somebody_elses_recovery_is_404(self, browser_of, cast, recovery):
        make_recovery(cast.otto_record, by=cast.thea)

        assert browser_of(cast.otto).get(f"{SHEET}?recovery={recovery.public_id}").status_code == 404

    def test_carers_see_it_and_every_reading_is_written_down(self, statuses, recovery, cast, of_staff):
        assert statuses(of_staff) == {
            "pat": 404, "otto": 404, "thea": 200, "olga": 404, "max": 200, "cleo": 404, "finn": 404,
            "visitor": 302,
        }  # fmt: skip
        read = AuditEvent.objects.filter(action=AuditEvent.RECORD_READ, patient_id=cast.pat_record.public_id)
        assert set(read.values_list("actor_id", flat=True)) == {cast.thea.public_id, cast.max.public_id}

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery):
        stays_cheap(recovery, SHEET)


class TestFacts:
    def test_name_injury_repair_days_and_plan(self, recovery, reads, thea, pat_record):
        words = reads()

        assert f"{pat_record.name} , born" in words
        assert "Broken wrist, left (Left distal radius)" in words
        assert "day 12 after surgery" in words
        assert "Open reduction" in words
        assert "plate, screws, splint" in words
        assert "version 1." in words
        assert f"Confirmed by {thea.name} on" in words

    def test_name_the_graft_of_a_repair(self, recovery, reads, thea, today):
        start.record_repair(
            recovery=recovery, method="open_reduction", operated_on=today, hardware=["plate", "bone_graft"],
            graft="autograft", by=thea, now=clock.now(),
        )  # fmt: skip

        words = reads()

        assert "Graft: Natural: the patient's own bone" in words
        assert "No confirmed plan for this treatment." in words

    def test_say_who_changed_the_plan_and_why(self, recovery, reads, thea):
        draft = make_draft(recovery, by=thea)
        PlanVersion.objects.filter(pk=draft.pk).update(reason="More rest.")
        draft.refresh_from_db()
        plan.confirm_plan(plan=draft, by=thea, now=clock.now())

        assert f"{thea.name}: More rest." in reads()

    def test_say_how_pain_went_with_a_drawing(self, recovery, pat, reads, pat_browser):
        for ago in range(3):
            log(recovery, by=pat, pain=3 + ago, pain_move=5, days_ago=ago)

        assert "Pain at rest went from 5 to 3 in 2 days." in reads()
        assert "Pain when moving was 5 on the first day and on the last." in reads()
        assert '<svg class="chart"' in pat_browser.get(SHEET).content.decode()

    def test_count_sets_by_exercise(self, recovery, pat, thea, reads, today):
        (fist,) = assign(recovery, by=thea, days_ago=1)
        exercises.do_set(
            assignment=fist, set_id=uuid4(), day=today, done_at=clock.now(), time_zone="Europe/Madrid",
            by=pat, now=clock.now(),
        )  # fmt: skip

        assert "1 of 4 sets done in 2 days." in reads()
        assert "Make a fist: 1 of 4 sets" in reads()

    def test_list_open_warning_signs_before_closed_ones(self, recovery, pat, thea, reads, today):
        for flag in ("rf-cast-wet", "rf-dvt"):
            alerts.tick_warnings(
                recovery=recovery, flag_ids=[flag], source="help", day=today, by=pat, now=clock.now()
            )
        alert = recovery.alerts.get(flag_id="rf-dvt")
        alerts.acknowledge(alert=alert, by=thea, now=clock.now())
        alerts.close_alert(alert=alert, note="Seen.", by=thea, now=clock.now())

        words = reads()

        assert words.index("Open , ") < words.index("Closed, ")
        assert "Seen." not in words

    def test_list_visits_and_x_rays_to_come(self, recovery, reads, thea, today):
        follow_ups.book_visit(
            recovery=recovery, kind="clinic", on=today + timedelta(days=3), at=time(10, 40), by=thea,
            now=clock.now(),
        )  # fmt: skip

        assert f"Clinic visit: {today + timedelta(days=3):%A %-d %B} , 10:40 am" in reads()
        assert "not booked." in reads()

    def test_are_said_of_a_recovery_with_nothing_in_it(self, recovery, reads):
        words = reads()

        for empty in (
            "Nothing was logged.",
            "No sets were planned.",
            "None were ticked.",
            "None written down.",
        ):
            assert empty in words

    def test_fit_a_spine_too(self, pat_record, thea, reads):
        make_recovery(pat_record, by=thea, kind=KYPHOPLASTY)

        assert "after kyphoplasty" in reads()


class TestResults:
    def test_of_a_moved_bone_wait_for_the_call_on_the_patients_sheet_only(
        self, recovery, thea, reads, staff_reads
    ):
        record(recovery, thea, position="moved - action needed", phoned=False)

        assert "No result is recorded." in reads()
        assert "The bone has moved" not in reads()
        assert "The bone has moved." in staff_reads()

    def test_stand_there_with_who_said_what(self, recovery, thea, reads):
        record(recovery, thea, note_for_patient="All is well.")

        assert f"{thea.name} wrote: Healing as expected. “All is well.”" in reads()


class TestQuestions:
    def test_still_open_stand_on_both_sheets(self, recovery, pat, reads, staff_reads):
        asked = ask(recovery, "Asked before?", by=pat)
        questions.mark_asked(question=asked, is_asked=True, by=pat, now=clock.now())
        gone = ask(recovery, "Deleted?", by=pat)
        questions.remove_question(question=gone, by=pat, now=clock.now())
        ask(recovery, "When may I drive?", by=pat)
        ask(recovery, "May I swim?", by=pat)

        assert "My questions When may I drive? May I swim? Next dates" in reads()
        assert "The patient’s questions When may I drive? May I swim? Next dates" in staff_reads()

    def test_that_do_not_fit_are_counted(self, recovery, pat, reads):
        for number in range(MOST_OPEN):
            ask(recovery, f"{number}".rjust(TEXT_LENGTH, "x"), by=pat)

        assert "and 17 more" in reads()
