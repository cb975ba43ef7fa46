"""The list of medicines by the API."""

from datetime import time, timedelta
from uuid import uuid4

import pytest

from recovery.models import Medicine
from tests.recoveries import add_medicine

URL = "/api/v1/medicines/"
FOR_PAT = {
    **dict.fromkeys(("pat", "thea", "max"), 200),
    **dict.fromkeys(("otto", "olga", "cleo", "finn"), 404),
    "visitor": 401,
}


@pytest.fixture
def vitamin(wrist, cast) -> Medicine:
    """Return what stands on Pat's list."""
    return add_medicine(wrist, time(8), time(20), by=cast.pat, kind="supplement", label="Vitamin D")


@pytest.fixture
def body(wrist, today) -> dict:
    """Return a thing to add."""
    return {
        "id": str(uuid4()),
        "recovery": str(wrist.public_id),
        "kind": "medicine",
        "label": "Blue tablet",
        "every_days": 2,
        "times": ["20:00", "06:30"],
        "starts_on": today.isoformat(),
    }


class TestReading:
    def test_is_for_the_patient_and_who_cares(self, answers_of, calls, vitamin):
        assert answers_of(f"{URL}{vitamin.public_id}/") == FOR_PAT
        counts = {
            name: calls[name].get(URL).data["count"] for name in ("pat", "thea", "otto", "olga", "finn")
        }
        assert counts == {"pat": 1, "thea": 1, "otto": 0, "olga": 0, "finn": 0}

    def test_tells_times_in_the_patients_zone(self, calls, vitamin):
        found = calls["pat"].get(f"{URL}{vitamin.public_id}/").json()

        assert found["times"] == ["08:00:00", "20:00:00"]
        assert (found["time_zone"], found["stopped_at"]) == ("Europe/Madrid", None)

    def test_filters(self, calls, vitamin, ankle):
        for asked, count in (
            ({"kind": "supplement"}, 1),
            ({"kind": "medicine"}, 0),
            ({"is_stopped": "true"}, 0),
            ({"is_stopped": "false"}, 1),
            ({"recovery": str(ankle.public_id)}, 0),
        ):
            assert calls["pat"].get(URL, asked).data["count"] == count, asked
        assert calls["pat"].get(URL, {"kind": "cake"}).status_code == 400

    @pytest.mark.parametrize("rows", [1, 19])
    def test_takes_the_same_few_queries(self, calls, wrist, cast, vitamin, count_queries, rows):
        for number in range(rows):
            add_medicine(wrist, time(8), time(20), by=cast.pat, label=f"Tablet {number}")
        calls["thea"].get(URL)

        with count_queries() as counted:
            calls["thea"].get(URL)

        assert len([one for one in counted if "accounts_apitoken" not in one["sql"]]) <= 4


class TestAdding:
    def test_is_done_once(self, calls, body):
        answers = [calls["pat"].post(URL, body) for _ in range(3)]

        assert [one.status_code for one in answers] == [201, 200, 200], answers[0].data
        assert answers[0].json()["times"] == ["06:30:00", "20:00:00"]
        other = calls["pat"].post(URL, body | {"label": "Red tablet"})
        assert (other.status_code, other.data["errors"][0]["code"]) == (409, "conflict")
        assert Medicine.objects.get().label == "Blue tablet"

    def test_is_for_the_patient_and_who_cares(self, calls, body):
        statuses = {
            name: caller.post(URL, body | {"id": str(uuid4())}).status_code for name, caller in calls.items()
        }

        assert statuses == {name: 201 if status == 200 else status for name, status in FOR_PAT.items()}

    @pytest.mark.parametrize(("scope", "status"), [("read", 403), ("log", 201)])
    def test_needs_a_key_that_may_log(self, cast, api_of, body, scope, status):
        assert api_of(cast.pat, scope).post(URL, body).status_code == status

    def test_refuses_bad_values(self, calls, body):
        for wrong, code in (
            ({"times": []}, "min_length"),
            ({"times": ["08:00", "08:00"]}, "same_time_twice"),
            ({"times": ["21:00"]}, "time_in_quiet_hours"),
            ({"times": ["08:00:30"]}, "not_a_wall_time"),
            ({"times": ["25:00"]}, "invalid"),
            ({"kind": "supplement"}, "time_in_quiet_hours"),
            ({"every_days": 0}, "min_value"),
            ({"every_days": 367}, "max_value"),
            ({"label": "x" * 81}, "max_length"),
            ({"label": "a\x00"}, "null_characters_not_allowed"),
            ({"ends_on": "2000-01-01"}, "ends_early"),
            ({"starts_on": "2000-01-01"}, "date_out_of_reach"),
            ({"kind": "cake"}, "invalid_choice"),
        ):
            answer = calls["pat"].post(URL, body | wrong)
            assert answer.status_code == 400, wrong
            assert code in {one["code"] for one in answer.data["errors"]}, (wrong, answer.data)
        assert not Medicine.objects.exists()


class TestChanging:
    def test_touches_only_what_is_sent(self, calls, vitamin, today):
        last = (today + timedelta(days=30)).isoformat()
        answer = calls["thea"].patch(f"{URL}{vitamin.public_id}/", {"times": ["09:00"], "ends_on": last})

        assert answer.status_code == 200, answer.data
        found = answer.json()
        assert (found["label"], found["times"], found["ends_on"]) == ("Vitamin D", ["09:00:00"], last)

    def test_leaves_the_kind_as_it_is(self, calls, vitamin):
        calls["pat"].patch(f"{URL}{vitamin.public_id}/", {"kind": "medicine"})

        assert Medicine.objects.get().kind == "supplement"

    def test_stops_and_puts_back(self, calls, vitamin):
        address = f"{URL}{vitamin.public_id}/"

        stopped = [calls["pat"].post(f"{address}stop/").json()["stopped_at"] for _ in range(2)]
        assert stopped[0] == stopped[1] is not None
        answer = calls["pat"].patch(address, {"label": "Vitamin C"})
        assert answer.data["errors"][0]["code"] == "medicine_stopped"
        assert calls["pat"].post(f"{address}resume/").json()["stopped_at"] is None

    @pytest.mark.parametrize("name", ["otto", "olga", "cleo", "finn"])
    def test_is_nothing_for_strangers(self, calls, vitamin, name):
        address = f"{URL}{vitamin.public_id}/"

        assert calls[name].patch(address, {"label": "Cake"}).status_code == 404
        for act in ("stop", "resume"):
            assert calls[name].post(f"{address}{act}/").status_code == 404
        row = Medicine.objects.get()
        assert (row.label, row.stopped_at) == ("Vitamin D", None)
