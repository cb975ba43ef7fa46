"""The patient's page about reminders."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import AuditEvent
from recovery.models import Recovery
from reminders.models import Kind, Message, Preference, Reminder, Suppression
from reminders.services.sync import sync
from tests.recoveries import fill_with_logs

pytestmark = pytest.mark.django_db
URL = "/reminders/"


def answers(**changes) -> dict[str, str]:
    usual = {
        "send_exercises": "on", "send_visits": "on", "send_x_rays": "on", "send_plan_changes": "on", "hide_details": "on",
        "send_medicines": "on",
        "exercise_at": "09:30", "log_at": "18:00", "visit_at": "09:00", "quiet_until": "08:00", "quiet_from": "21:00",
        "paused_until_on": "",
    }  # fmt: skip
    return usual | changes


def fill_with_receipts(recovery: Recovery, count: int, *, from_days_ago: int = 1) -> None:
    """Put ``count`` days of sent reminders to log into the table at once, each in a message of its own."""
    now, patient = clock.now(), recovery.patient
    at = [now - timedelta(days=number) for number in range(from_days_ago, from_days_ago + count)]
    sent = [
        Message(
            recipient_id=patient.public_id,
            state=Message.State.SENT,
            message_id=f"<{one:%Y%m%d}@example.org>",
            created_at=one,
            sent_at=one,
        )
        for one in at
    ]
    Reminder.objects.bulk_create(
        Reminder(
            recipient_id=patient.public_id,
            patient=patient,
            recovery=recovery,
            recovery_key=recovery.public_id,
            kind=Kind.LOG,
            local_on=clock.local_day(message.created_at, patient.time_zone),
            slot="day",
            wall_time=message.created_at.time(),
            time_zone=patient.time_zone,
            planned_at=message.created_at,
            due_at=message.created_at,
            expires_at=message.created_at + timedelta(hours=3),
            state=Reminder.State.SENT,
            message=message,
            changed_at=message.created_at,
        )
        for message in Message.objects.bulk_create(sent)
    )


class TestSettings:
    def test_is_for_patients_only(self, cast, browser_of):
        found = {name: browser_of(one).get(URL).status_code for name, one in cast.people().items()}

        assert found == {
            "pat": 200, "otto": 200, "thea": 404, "olga": 404, "max": 404, "cleo": 404, "finn": 404, "visitor": 302
        }  # fmt: skip

    def test_keeps_what_the_patient_chooses(self, cast, pat, record, browser_of):
        page = browser_of(pat).post(URL, answers(), follow=True)

        assert "Your reminders are saved." in page.content.decode()
        kept = Preference.objects.get(patient=record)
        assert (kept.kinds_off, kept.exercise_times(), kept.revision) == (["log"], (time(9, 30),), 2)
        assert AuditEvent.objects.filter(
            action="reminders.preferences_changed", actor_id=pat.public_id
        ).exists()

    def test_keeps_up_to_three_hours_for_exercises(self, pat, record, browser_of):
        browser = browser_of(pat)
        browser.post(URL, answers(exercise_at_2="18:30", exercise_at_3="12:00"))
        assert Preference.objects.get(patient=record).exercise_times() == (
            time(9, 30),
            time(12),
            time(18, 30),
        )
        form = browser.get(URL).context["form"]
        assert [form[name].value() for name in ("exercise_at", "exercise_at_2", "exercise_at_3")] == [
            "09:30", "12:00", "18:30"
        ]  # fmt: skip

        browser.post(URL, answers(exercise_at_2="", exercise_at_3=""))
        assert Preference.objects.get(patient=record).exercise_times() == (time(9, 30),)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"exercise_at_3": "10:00"}, "Leave at least an hour between two times."),
            ({"exercise_at_3": "19:30", "quiet_from": "19:00"}, "Choose a time when you want e-mails."),
        ],
    )
    def test_says_what_is_wrong_beside_the_hour_that_is(self, pat, browser_of, changes, words):
        page = browser_of(pat).post(URL, answers(**changes))

        assert page.context["form"].errors == {"exercise_at_3": [words]}

    def test_offers_an_hour_that_was_chosen_elsewhere(self, pat, record, browser_of):
        Preference.objects.create(patient=record, exercise_hours=["09:15", "17:10"])

        page = browser_of(pat).get(URL).content.decode()

        assert '<option value="09:15" selected>' in page
        assert '<option value="17:10" selected>' in page

    def test_touches_nobody_elses(self, cast, pat, browser_of):
        browser_of(pat).post(URL, answers())

        assert not Preference.objects.filter(patient=cast.otto_record).exists()

    def test_shows_what_is_wrong_and_keeps_the_answers(self, pat, record, browser_of):
        page = browser_of(pat).post(URL, answers(log_at="20:00", quiet_from="19:00"))

        assert page.status_code == 422
        assert "Choose a time when you want e-mails." in page.content.decode()
        assert not Preference.objects.filter(patient=record, log_at="20:00").exists()

    def test_pauses_by_a_button_and_starts_again_by_another(self, pat, record, browser_of):
        browser = browser_of(pat)
        browser.post(URL, answers(pause="7"))
        today = clock.local_day(clock.now(), record.time_zone)
        assert Preference.objects.get(patient=record).paused_until_on == today + timedelta(days=7)

        until = Preference.objects.get(patient=record).paused_until_on.isoformat()
        browser.post(URL, answers(pause="end", paused_until_on=until))
        assert Preference.objects.get(patient=record).paused_until_on is None

    def test_refuses_a_pause_without_an_end_in_sight(self, pat, browser_of):
        assert browser_of(pat).post(URL, answers(paused_until_on="2099-01-01")).status_code == 422

    def test_shows_receipts_and_what_comes_next(
        self, pat, record, recovery, lay_out, send, browser_of, hour, shift_clock
    ):
        shift_clock(hour(0, 19) - clock.now())
        lay_out(hour(0, 7))
        send(hour(0, 18))

        page = browser_of(pat).get(URL).content.decode()

        assert "Daily log: Sent" in page
        assert "Coming next" in page
        assert "Nothing is planned." not in page

    def test_says_that_the_address_does_not_work(self, pat, browser_of):
        Suppression.objects.create(address="pat@demo.example", reason="smtp_550", suppressed_at=clock.now())

        assert "We cannot reach you" in browser_of(pat).get(URL).content.decode()

    def test_costs_the_same_with_many_logs_and_receipts(self, pat, record, recovery, browser_of, hour):
        sync(recovery_id=recovery.pk, now=hour(0, 7))
        browser = browser_of(pat)
        fill_with_logs(recovery, 10)
        fill_with_receipts(recovery, 2)
        few = self.count(browser)
        fill_with_logs(recovery, 990, from_days_ago=11)
        fill_with_receipts(recovery, 998, from_days_ago=3)

        assert few == self.count(browser) <= 9

    def count(self, browser):
        with CaptureQueriesContext(connection) as queries:
            assert "Daily log: Sent" in browser.get(URL).content.decode()
        return len(queries)


class TestReceipts:
    def test_are_for_staff_who_care_for_the_patient(self, cast, record, browser_of):
        url = f"/patients/{record.public_id}/reminders/"
        found = {name: browser_of(one).get(url).status_code for name, one in cast.people().items()}

        assert found == {
            "pat": 404, "otto": 404, "thea": 200, "olga": 404, "max": 200, "cleo": 404, "finn": 404, "visitor": 302
        }  # fmt: skip
        readers = AuditEvent.objects.filter(action="patient.record_read", patient_id=record.public_id)
        assert set(readers.values_list("actor_id", flat=True)) == {cast.thea.public_id, cast.max.public_id}

    def test_say_that_the_patient_cannot_be_reached(self, cast, record, browser_of):
        Suppression.objects.create(address="pat@demo.example", reason="smtp_550", suppressed_at=clock.now())

        page = browser_of(cast.thea).get(f"/patients/{record.public_id}/reminders/").content.decode()

        assert "Could not reach" in page

    def test_say_what_the_patient_switched_off(self, cast, record, browser_of):
        Preference.objects.create(patient=record, kinds_off=["log"])

        page = browser_of(cast.thea).get(f"/patients/{record.public_id}/reminders/").content.decode()

        assert "The patient switched these off: Daily log" in page
