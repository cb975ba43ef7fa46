"""A patient's page for staff, warning signs, and logging for a patient who cannot."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.clock import local_day
from accounts.services import invite
from recovery.domain.log import DayEntry
from recovery.models import Alert, DailyLog, LogRevision
from recovery.services import alerts, exercises, follow_ups
from recovery.services.close import close_recovery
from recovery.services.log import log_day
from tests import factories, recoveries

MOVED = {
    "modality": "x-ray",
    "position_vs_last": "moved - action needed",
    "clinician_verdict": "slower than expected",
}


@pytest.fixture
def thea(cast, browser_of):
    return browser_of(cast.thea)


@pytest.fixture
def recovery(cast):
    return recoveries.make_recovery(cast.pat_record, by=cast.thea)


@pytest.fixture
def address(cast):
    return reverse("recovery:patient", args=[cast.pat_record.public_id])


@pytest.fixture
def warning(cast, recovery, now):
    (alert,) = alerts.tick_warnings(
        recovery=recovery, flag_ids=["rf-cast-tight"], source="help", day=now.date(), by=cast.pat, now=now
    )
    return alert


class TestThePage:
    def test_says_pain_as_a_fact(self, cast, thea, recovery, address):
        for days_ago, pain in ((6, 7), (3, 5), (0, 3)):
            recoveries.log(recovery, by=cast.pat, pain=pain, days_ago=days_ago)

        html = thea.get(address).content.decode()

        assert "Pain went from 7 to 3 in 6 days." in html
        assert "4 days have no entry." in html
        assert "on track" not in html
        assert 'style="' not in html

    def test_draws_no_line_under_three_logs(self, cast, thea, recovery, address):
        recoveries.log(recovery, by=cast.pat, pain=4)

        answer = thea.get(address)

        assert answer.context["page"].pain is None
        assert "The chart starts after 3 logs." in answer.content.decode()

    def test_shows_every_save_of_a_day_from_two_devices(self, cast, thea, recovery, address, now):
        day = local_day(now, factories.ZONE)
        for minutes, pain in ((0, 3), (5, 6)):
            entry = DayEntry(
                day=day,
                done_at=now - timedelta(minutes=30 - minutes),
                zone=factories.ZONE,
                answers={"pain_rest": pain, "note": f"from device {minutes}"},
            )
            log_day(recovery_id=recovery.pk, entry=entry, save_id=uuid4(), by=cast.pat, now=now)

        answer = thea.get(address)

        (log,) = answer.context["page"].logs
        assert [one.answers[0].value for one in log.saves] == ["3", "6"]
        assert "from device 0" in answer.content.decode()

    def test_shows_the_newest_saves_of_a_day_that_was_saved_by_a_program(
        self, cast, thea, recovery, address, now
    ):
        log = recoveries.log(recovery, by=cast.pat, pain=4)
        LogRevision.objects.bulk_create(
            LogRevision(
                public_id=uuid4(), recovery=recovery, log=log, day=log.day, body={"pain_rest": 4},
                body_digest="", done_at=now, time_zone=factories.ZONE, recorded_by=cast.pat,
                received_at=now + timedelta(seconds=number),
            )
            for number in range(1, 251)
        )  # fmt: skip

        (day,) = thea.get(address).context["page"].logs

        assert len(day.saves) == 200
        assert day.by_staff == ""

    def test_counts_sets_and_says_what_hurt(self, cast, thea, recovery, address, now):
        (assignment,) = recoveries.assign(recovery, by=cast.thea)
        today = local_day(now, factories.ZONE)
        exercises.do_set(
            assignment=assignment, set_id=uuid4(), day=today, done_at=now, time_zone=factories.ZONE, pain=6,
            where="thumb", by=cast.pat, now=now,
        )  # fmt: skip

        html = thea.get(address).content.decode()

        assert "1 of 2 sets, 7 days" in html
        assert "“It hurt”: Make a fist, 6 out of 10, thumb" in html

    def test_says_that_a_moved_bone_is_hidden_from_an_unphoned_patient(
        self, cast, thea, recovery, address, now
    ):
        values = {**MOVED, "film_date": local_day(now, factories.ZONE)}
        follow_ups.record_x_ray(recovery=recovery, values=values, patient_phoned=False, by=cast.thea, now=now)

        assert "does not see this yet" in thea.get(address).content.decode()

    def test_offers_the_invitation_again(self, cast, thea, address, now):
        patient = factories.patient("Ada Noor", of=cast.thea.memberships.get(), has_account=False)
        here = reverse("recovery:patient", args=[patient.public_id])
        assert "Send the invitation" in thea.get(here).content.decode()

        invite.invite_patient(patient=patient, by=cast.thea, now=now)

        assert "Send the invitation again" in thea.get(here).content.decode()

    def test_says_that_a_patient_without_an_address_is_logged_for(self, cast, thea):
        patient = factories.patient("Ada Noor", of=cast.thea.memberships.get(), has_account=False)
        patient.email = ""
        patient.save()

        html = thea.get(reverse("recovery:patient", args=[patient.public_id])).content.decode()

        assert "There is no e-mail address" in html
        assert "Record a broken bone" in html

    def test_opens_the_newest_recovery_and_leads_to_the_others(self, cast, thea, recovery, address):
        second = recoveries.make_recovery(cast.pat_record, by=cast.thea, kind=recoveries.ANKLE_PLATE)

        answer = thea.get(address)

        assert answer.context["record"].recovery == second
        assert f"?recovery={recovery.public_id}" in answer.content.decode()

    def test_asks_the_database_a_fixed_number_of_times(self, cast, thea, recovery, address):
        recoveries.assign(recovery, by=cast.thea, days_ago=5)
        recoveries.fill_with_logs(recovery, 10)
        few = self.count(thea, address)
        recovery.logs.all().delete()
        recoveries.fill_with_logs(recovery, 1000)
        recoveries.assign(recovery, "ex-thumb-touch", "ex-finger-fist", by=cast.thea, days_ago=5)

        assert few == self.count(thea, address) == 22

    def count(self, browser, address):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)


class TestAWarningSign:
    def place(self, name, alert):
        return reverse(f"recovery:{name}", args=[alert.recovery.patient.public_id, alert.public_id])

    def test_is_open_until_a_person_closes_it(self, cast, thea, warning, address):
        html = thea.get(address).content.decode()

        assert "Tight cast or splint" in html
        assert "I have seen this" in html

    def test_shows_who_has_seen_it(self, cast, thea, warning, address):
        thea.post(self.place("alert_acknowledge", warning))

        html = thea.get(address).content.decode()
        assert "Seen by Thea Berg" in html
        assert "I have seen this" not in html

    def test_is_not_closed_without_a_note(self, thea, warning):
        answer = thea.post(self.place("alert_close", warning), {"note": " "})

        assert "Say what was done." in answer.content.decode()
        assert Alert.objects.open().count() == 1

    def test_is_closed_with_a_note(self, cast, thea, warning, address):
        thea.post(self.place("alert_close", warning), {"note": "Called. Straps loosened."})

        answer = thea.get(address)
        assert not answer.context["page"].warnings
        assert "Called. Straps loosened." in answer.content.decode()

    def test_of_another_patient_is_not_found_here(self, cast, thea, warning, now):
        other = recoveries.make_recovery(
            factories.patient("Ada Noor", of=cast.thea.memberships.get(), has_account=False), by=cast.thea
        )
        place = reverse("recovery:alert_close", args=[other.patient.public_id, warning.public_id])

        assert thea.post(place, {"note": "Seen."}).status_code == 404


class TestLoggingForAPatient:
    @pytest.fixture
    def place(self, cast, recovery):
        return reverse("recovery:log_for", args=[cast.pat_record.public_id])

    @pytest.fixture
    def today(self, now):
        return local_day(now, factories.ZONE)

    def test_writes_the_day_under_the_name_of_staff(self, cast, thea, place, today, address, recovery):
        thea.post(place, {"day": today, "pain_rest": "4", "swelling": "a little", "note": "Slept well."})

        log = DailyLog.objects.get()
        assert (log.pain_rest, log.answers["swelling"]) == (4, "a little")
        assert "Written by Thea Berg" in thea.get(address).content.decode()

    def test_counts_the_exercises_ticked(self, cast, thea, place, today, recovery):
        (assignment,) = recoveries.assign(recovery, by=cast.thea, times_per_day=3)

        thea.post(place, {"day": today, "pain_rest": "4", "exercises_done": [str(assignment.public_id)]})

        assert assignment.sets_done.count() == 3

    def test_raises_the_warning_that_an_answer_calls_for(self, thea, place, today):
        answer = thea.post(place, {"day": today, "pain_rest": "4", "cast": ["tight"]}, follow=True)

        assert Alert.objects.open().count() == 1
        assert "It shows something that needs you" in answer.content.decode()

    def test_sent_twice_makes_one_save(self, thea, place, today, recovery):
        form = thea.get(place).context["form"]
        sent = {
            "day": today,
            "pain_rest": "4",
            "save_id": form["save_id"].value(),
            "done_at": form["done_at"].value(),
        }

        answers = [thea.post(place, sent).status_code for _ in range(2)]

        assert answers == [302, 302]
        assert recovery.log_revisions.count() == 1

    @pytest.mark.parametrize("days", [-1, 32, 400])
    def test_refuses_days_out_of_reach(self, thea, place, today, days):
        answer = thea.post(place, {"day": today - timedelta(days=days), "pain_rest": "4"})

        assert answer.context["form"].errors["day"]
        assert not DailyLog.objects.exists()

    def test_of_a_closed_recovery_is_refused_and_keeps_the_note(
        self, cast, thea, place, today, recovery, now
    ):
        close_recovery(recovery=recovery, reason="healed", by=cast.thea, now=now)

        answer = thea.post(place, {"day": today, "pain_rest": "4", "note": "kept words"})

        html = answer.content.decode()
        assert html.count("This recovery is closed. Nothing can be added to it.") == 1
        assert "kept words" in html
        assert not DailyLog.objects.exists()

    @pytest.mark.parametrize("pain", ["", "11", "-1", "x"])
    def test_asks_for_pain_from_0_to_10(self, thea, place, today, pain):
        answer = thea.post(place, {"day": today, "pain_rest": pain, "note": "kept words"})

        assert answer.context["form"].errors["pain_rest"]
        assert "kept words" in answer.content.decode()
