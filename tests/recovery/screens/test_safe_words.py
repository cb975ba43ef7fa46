"""Forms that are sent twice, questions that open warning signs, and what the caseload says of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Patient
from recovery.models import Alert, DailyLog, Recovery, Visit, XRay
from recovery.services import alerts
from tests import recoveries

CASELOAD = reverse("recovery:patients")


@pytest.fixture
def staff(cast, browser_of):
    return browser_of(cast.thea)


@pytest.fixture
def place(cast):
    return lambda name: reverse(f"recovery:{name}", args=[cast.pat_record.public_id])


def tick(recovery, flag, cast, at):
    return alerts.tick_warnings(
        recovery=recovery, flag_ids=[flag], source="help", day=at.date(), by=cast.pat, now=at
    )[0]


class TestTheCaseload:
    def test_shows_an_unseen_emergency_before_an_older_sign_that_was_seen(self, recovery, cast, staff, now):
        old = tick(recovery, "rf-cast-wet", cast, now - timedelta(days=3))
        alerts.acknowledge(alert=old, by=cast.thea, now=now)
        tick(recovery, "rf-neurovascular", cast, now)

        (case,) = staff.get(CASELOAD).context["page"].now_cases

        assert case.warned.flag_id == "rf-neurovascular"
        assert "Nobody has seen it yet" in case.reason

    def test_writes_down_whose_record_was_read(self, recovery, cast, staff):
        staff.get(CASELOAD + "?show=all")

        read = AuditEvent.objects.filter(action=AuditEvent.RECORD_READ, actor_id=cast.thea.public_id)
        assert cast.pat_record.public_id in read.values_list("patient_id", flat=True)

    @pytest.mark.parametrize(("days_ago", "shows"), [(0, True), (1, True), (2, False)])
    def test_shows_what_looks_wrong_for_that_day_and_the_next(self, recovery, cast, staff, days_ago, shows):
        recoveries.log(recovery, by=cast.pat, check="wrong", days_ago=days_ago)

        page = staff.get(CASELOAD + "?show=all").context["page"]

        assert any("Something is wrong with cast or wound" in one.reason for one in page.now_cases) is shows


class TestTheLog:
    def test_asks_about_pain_medicine_for_two_weeks(self, pat_browser, pat_record, cast):
        recoveries.make_recovery(pat_record, by=cast.thea, day=13)
        form = pat_browser.get("/log/").context["form"]
        assert "pain_controlled" in form.fields
        assert "pain_controlled" not in [one.name for one in form.more_fields]

    def test_asks_of_it_in_the_fold_after_that(self, pat_browser, pat_record, cast):
        recoveries.make_recovery(pat_record, by=cast.thea, day=14)
        form = pat_browser.get("/log/").context["form"]
        assert "pain_controlled" in [one.name for one in form.more_fields]

    @pytest.mark.parametrize(
        ("answer", "flag"),
        [
            ({"pain_controlled": "no"}, "rf-compartment"),
            ({"temperature": "38,0"}, "rf-fever"),
            ({"temperature": "100.4"}, "rf-fever"),
            ({"fall": "yes"}, "rf-refracture"),
        ],
    )
    def test_puts_what_these_answers_open_on_the_list(self, pat_browser, recovery, today, answer, flag):
        sent = {"save_id": str(uuid4()), "filled": "", "pain_rest": "3", **answer}

        reply = pat_browser.post(f"/log/{today}/", sent)

        assert reply.url == reverse("recovery:help_result")
        assert Alert.objects.filter(flag_id=flag).exists()

    def test_says_so_beside_a_temperature_that_makes_no_sense(self, pat_browser, recovery, today):
        sent = {"save_id": str(uuid4()), "filled": "", "pain_rest": "3", "temperature": "60"}

        reply = pat_browser.post(f"/log/{today}/", sent)

        assert "such as 38.2" in reply.context["form"].errors["temperature"][0]

    def test_asks_about_falls_once_a_week(self, pat_browser, recovery, cast):
        assert "fall" in pat_browser.get("/log/").context["form"].fields
        recoveries.log(recovery, by=cast.pat, days_ago=6, fall=False)

        assert "fall" not in pat_browser.get("/log/").context["form"].fields

    def test_by_staff_asks_the_same(self, recovery, staff, place):
        fields = staff.get(place("log_for")).context["form"].fields
        assert {"pain_controlled", "temperature", "fall"} <= set(fields)

    def test_by_staff_can_be_saved_after_a_conflict(self, recovery, staff, place, today, now):
        sent = {"day": str(today), "pain_rest": "3", "save_id": str(uuid4()), "done_at": now.isoformat()}
        staff.post(place("log_for"), sent)
        form = staff.post(place("log_for"), {**sent, "pain_rest": "7"}).context["form"]

        fresh = {"save_id": form["save_id"].value(), "done_at": form["done_at"].value()}
        staff.post(place("log_for"), {**sent, "pain_rest": "7", **fresh})

        assert DailyLog.objects.get().pain_rest == 7


class TestAFormSentTwice:
    def test_with_another_time_books_a_second_visit_only_when_pressed_again(
        self, recovery, staff, place, today
    ):
        on = str(today + timedelta(days=5))
        sent = {"kind": "therapy", "on": on, "at": "10:00", "minutes": "30", "visit_id": str(uuid4())}
        staff.post(place("visit_new"), sent)
        form = staff.post(place("visit_new"), {**sent, "at": "15:00"}).context["form"]
        assert Visit.objects.count() == 1

        staff.post(place("visit_new"), {**sent, "at": "15:00", "visit_id": form["visit_id"].value()})

        assert Visit.objects.count() == 2

    def test_with_another_finding_becomes_a_correction(self, recovery, staff, place, today):
        sent = {
            "film_date": str(today), "modality": "x-ray", "position_vs_last": "unchanged", "callus": "none",
            "clinician_verdict": "healing as expected", "x_ray_id": str(uuid4()), "film_key": "",
        }  # fmt: skip
        staff.post(place("x_ray_new"), sent)
        other = {**sent, "clinician_verdict": "slower than expected"}
        reply = staff.post(place("x_ray_new"), other)
        row = XRay.objects.get()
        correct = reverse("recovery:x_ray_correct", args=[recovery.patient.public_id, row.public_id])
        assert f'action="{correct}"' in reply.content.decode()

        staff.post(correct, {**other, "seen": reply.context["form"]["seen"].value()})

        row.refresh_from_db()
        assert row.clinician_verdict == "slower than expected"

    def test_makes_one_patient(self, staff, today, cast):
        sent = {
            "name": "Ada Noor", "born_on": "1950-02-03", "language": "en", "time_zone": "Europe/Madrid",
            "site": "ankle", "side": "left", "injured_on": str(today - timedelta(days=5)),
            "method": "open_reduction", "operated_on": str(today - timedelta(days=3)),
            "hardware": ["plate", "screws", "splint"], "graft": "none", "recovery_id": str(uuid4()),
        }  # fmt: skip
        first, again = (staff.post(reverse("recovery:new_patient"), sent) for _ in range(2))

        assert first.url == again.url
        assert Patient.objects.filter(name="Ada Noor").count() == 1
        assert Recovery.objects.get().repairs.count() == 1
