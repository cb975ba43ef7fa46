"""Receipts and wishes by the API."""

from datetime import time
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from reminders.models import Preference, Reminder

REMINDERS, PREFERENCES = "/api/v1/reminders/", "/api/v1/preferences/"


class TestReceipts:
    def test_are_for_the_patient_and_who_cares(self, calls, reminded):
        counts = {name: caller.get(REMINDERS).data.get("count") for name, caller in calls.items()}
        everything = Reminder.objects.count()

        assert everything > 0
        assert counts == {
            **dict.fromkeys(("pat", "thea", "max"), everything),
            **dict.fromkeys(("otto", "olga", "cleo", "finn"), 0),
            "visitor": None,
        }

    def test_open_one_by_one_and_a_stranger_s_is_like_a_missing_one(self, calls, reminded):
        address = f"{REMINDERS}{Reminder.objects.first().public_id}/"

        statuses = {name: caller.get(address).status_code for name, caller in calls.items()}

        assert statuses == {
            **dict.fromkeys(("pat", "thea", "max"), 200),
            **dict.fromkeys(("otto", "olga", "cleo", "finn"), 404),
            "visitor": 401,
        }
        assert calls["olga"].get(address).content == calls["olga"].get(f"{REMINDERS}{uuid4()}/").content

    def test_say_what_became_of_each(self, calls, reminded):
        row = calls["pat"].get(REMINDERS).json()["results"][0]

        assert row["state"] == "scheduled"
        assert row["recovery"] == str(reminded.public_id)
        assert row["time_zone"] == "Europe/Madrid"
        assert row["sent_at"] is None

    def test_filter_by_kind_and_state(self, calls, reminded):
        assert calls["pat"].get(REMINDERS, {"state": "sent"}).data["count"] == 0
        assert {row["kind"] for row in calls["pat"].get(REMINDERS, {"kind": "log"}).data["results"]} == {
            "log"
        }
        assert calls["pat"].get(REMINDERS, {"state": "lost"}).status_code == 400

    def test_are_read_only(self, calls, reminded):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(calls["thea"], method)(REMINDERS).status_code == 405

    def test_take_few_queries(self, calls, reminded):
        calls["thea"].get(REMINDERS)

        with CaptureQueriesContext(connection) as counted:
            calls["thea"].get(REMINDERS, {"limit": 100})

        assert len([one for one in counted if "accounts_apitoken" not in one["sql"]]) <= 3

    def test_read_by_staff_are_written_down(self, calls, reminded, cast):
        calls["thea"].get(REMINDERS)
        calls["pat"].get(REMINDERS)

        assert AuditEvent.objects.get(action=AuditEvent.RECORD_READ).actor_id == cast.thea.public_id


class TestWishes:
    def test_are_one_s_own(self, calls, reminded):
        statuses = {name: caller.get(PREFERENCES).status_code for name, caller in calls.items()}

        assert statuses == {
            **dict.fromkeys(("pat", "otto"), 200),
            **dict.fromkeys(("thea", "olga", "max", "cleo", "finn"), 404),
            "visitor": 401,
        }

    def test_begin_with_the_usual_hours(self, calls, reminded, cast):
        found = calls["pat"].get(PREFERENCES).json()

        assert (found["patient"], found["time_zone"]) == (str(cast.pat_record.public_id), "Europe/Madrid")
        assert (found["log_at"], found["kinds_off"], found["hide_details"]) == ("18:00:00", [], True)

    def test_change_only_what_is_sent(self, calls, reminded, cast):
        answer = calls["pat"].patch(PREFERENCES, {"log_at": "19:30", "kinds_off": ["visit"]})

        assert answer.status_code == 200, answer.data
        assert (answer.data["log_at"], answer.data["kinds_off"]) == ("19:30:00", ["visit"])
        kept = Preference.objects.get(patient=cast.pat_record)
        assert (kept.log_at.hour, kept.exercise_times(), kept.hide_details) == (19, (time(9),), True)

    def test_take_up_to_three_hours_for_exercises(self, calls, reminded, cast):
        assert calls["pat"].get(PREFERENCES).json()["exercise_hours"] == ["09:00:00"]

        answer = calls["pat"].patch(PREFERENCES, {"exercise_hours": ["18:00", "08:15"]})

        assert answer.json()["exercise_hours"] == ["08:15:00", "18:00:00"]
        assert calls["pat"].patch(PREFERENCES, {"log_at": "19:00"}).json()["exercise_hours"][0] == "08:15:00"
        for wrong, code in (
            ([], "min_length"),
            (["08:00", "10:00", "12:00", "14:00"], "max_length"),
            (["09:00", "09:59"], "hours_too_close"),
            (["22:00"], "hour_in_quiet_time"),
            (["25:00"], "invalid"),
            ("09:00", "not_a_list"),
        ):
            refused = calls["pat"].patch(PREFERENCES, {"exercise_hours": wrong})
            assert (refused.status_code, refused.data["errors"][0]["code"]) == (400, code), wrong

    @pytest.mark.parametrize(("scope", "status"), [("read", 403), ("log", 200)])
    def test_need_a_key_that_may_write(self, cast, api_of, reminded, scope, status):
        assert api_of(cast.pat, scope).patch(PREFERENCES, {"hide_details": False}).status_code == status

    def test_refuse_bad_values(self, calls, reminded, cast):
        before = calls["pat"].get(PREFERENCES).data
        for wrong in (
            {"log_at": "25:00"},
            {"log_at": "23:00"},
            {"log_at": None},
            {"kinds_off": "visit"},
            {"kinds_off": ["staff_alert"]},
            {"kinds_off": [["visit"]]},
            {"quiet_until": "06:00"},
            {"paused_until_on": "2000-01-01"},
            {"paused_until_on": "9999-12-31"},
            {"hide_details": {"a": 1}},
            [],
        ):
            assert calls["pat"].patch(PREFERENCES, wrong).status_code == 400, wrong

        assert calls["pat"].get(PREFERENCES).data == before

    def test_of_another_patient_are_not_there(self, calls, reminded, cast):
        asked = f"{PREFERENCES}?patient={cast.pat_record.public_id}"

        assert calls["pat"].get(asked).status_code == 200
        assert calls["otto"].get(asked).status_code == 404
        assert calls["otto"].patch(asked, {"hide_details": False}).status_code == 404
        assert calls["pat"].get(f"{PREFERENCES}?patient=1").status_code == 400
