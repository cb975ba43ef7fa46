"""Assigned exercises and sets by the API."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clock
from recovery.models import Assignment, SetDone
from tests import recoveries

EXERCISES, SETS = "/api/v1/exercises/", "/api/v1/sets/"
FOR_PAT = {
    **dict.fromkeys(("pat", "thea", "max"), 200),
    **dict.fromkeys(("otto", "olga", "cleo", "finn"), 404),
    "visitor": 401,
}


@pytest.fixture
def fist(wrist, cast) -> Assignment:
    """Return an exercise assigned to Pat, two sets a day."""
    return recoveries.assign(wrist, "ex-finger-fist", by=cast.thea, days_ago=5)[0]


@pytest.fixture
def one_set(fist, today) -> dict:
    """Return the body of one set of today."""
    return {
        "id": str(uuid4()),
        "exercise": str(fist.public_id),
        "day": today.isoformat(),
        "done_at": clock.now().isoformat(),
    }


class TestExercises:
    def test_open_only_for_the_patient_and_who_cares(self, answers_of, fist, calls):
        assert answers_of(f"{EXERCISES}{fist.public_id}/") == FOR_PAT
        counts = {
            name: calls[name].get(EXERCISES).data["count"] for name in ("pat", "thea", "otto", "olga", "finn")
        }
        assert counts == {"pat": 1, "thea": 1, "otto": 0, "olga": 0, "finn": 0}

    def test_are_assigned_by_staff_who_care(self, calls, wrist, today):
        dose = {"exercise_id": "ex-finger-fist", "sets": 2, "reps": 10, "times_per_day": 3}
        body = {"recovery": str(wrist.public_id), "exercises": [dose], "starts_on": today.isoformat()}

        statuses = {
            name: calls[name].post(EXERCISES, body).status_code for name in ("pat", "olga", "finn", "thea")
        }

        assert statuses == {"pat": 404, "olga": 404, "finn": 404, "thea": 201}
        assert Assignment.objects.get().sets_per_day == 6

    def test_refuse_a_dose_out_of_bounds(self, calls, wrist, today):
        for wrong in [
            {"sets": 0},
            {"sets": 11},
            {"sets": 10**30},
            {"reps": -1},
            {"exercise_id": "ex-fly"},
            {"sets": "many"},
            {"exercise_id": ["ex"]},
            {"ends_on": "2000-01-01"},
            {"note": "x" * 301},
            {"note": "\x00"},
        ]:
            dose = {"exercise_id": "ex-finger-fist", "sets": 2, "reps": 10, "times_per_day": 3, **wrong}
            body = {"recovery": str(wrist.public_id), "exercises": [dose], "starts_on": today.isoformat()}

            assert calls["thea"].post(EXERCISES, body).status_code == 400, wrong
            assert not Assignment.objects.exists()

    def test_pause_resume_and_end(self, calls, fist, today):
        address = f"{EXERCISES}{fist.public_id}/"

        assert calls["pat"].post(f"{address}pause/").status_code == 404
        assert calls["thea"].post(f"{address}pause/").data["paused_at"] is not None
        assert calls["pat"].get(EXERCISES, {"active_on": today}).data["count"] == 0
        assert calls["thea"].post(f"{address}resume/").data["paused_at"] is None
        assert calls["thea"].post(f"{address}end/").data["ends_on"] == today.isoformat()


class TestSets:
    def test_are_counted_once(self, calls, one_set):
        answers = [calls["pat"].post(SETS, one_set) for _ in range(3)]

        assert [one.status_code for one in answers] == [201, 200, 200], answers[0].data
        assert answers[0].json()["id"] == one_set["id"]
        assert SetDone.objects.count() == 1

    def test_refuse_the_same_id_with_another_body(self, calls, one_set):
        calls["pat"].post(SETS, one_set)

        answer = calls["pat"].post(SETS, {**one_set, "pain": 7})

        assert (answer.status_code, answer.data["errors"][0]["code"]) == (409, "conflict")

    def test_of_two_devices_both_count(self, calls, one_set):
        for _ in range(2):
            calls["pat"].post(SETS, {**one_set, "id": str(uuid4())})

        assert calls["pat"].get(SETS).data["count"] == 2

    def test_are_taken_back_and_a_late_repeat_does_not_bring_them_back(self, calls, one_set):
        calls["pat"].post(SETS, one_set)
        address = f"{SETS}{one_set['id']}/"

        deleted = [calls["pat"].delete(address).status_code for _ in range(2)]
        repeated = calls["pat"].post(SETS, one_set)

        assert deleted == [204, 204]
        assert repeated.status_code == 200
        assert repeated.data["undone_at"] is not None
        assert calls["pat"].get(SETS).data["count"] == 0

    def test_open_only_for_the_patient_and_who_cares(self, calls, one_set, answers_of):
        calls["pat"].post(SETS, one_set)

        assert answers_of(f"{SETS}{one_set['id']}/") == FOR_PAT

    @pytest.mark.parametrize("name", ["otto", "olga", "cleo", "finn"])
    def test_are_neither_added_nor_removed_by_strangers(self, calls, one_set, name):
        assert calls[name].post(SETS, one_set).status_code == 404
        calls["pat"].post(SETS, one_set)
        assert calls[name].delete(f"{SETS}{one_set['id']}/").status_code == 404
        assert SetDone.objects.counted().count() == 1

    @pytest.mark.parametrize(("scope", "status"), [("read", 403), ("log", 201)])
    def test_need_a_key_that_may_log(self, cast, api_of, one_set, scope, status):
        assert api_of(cast.pat, scope).post(SETS, one_set).status_code == status

    def test_refuse_bad_values(self, calls, one_set):
        for wrong in [
            {"day": "2000-01-01"},
            {"day": "2999-01-01"},
            {"pain": 11},
            {"pain": "x"},
            {"where": "\x00"},
            {"id": 7.5},
            {"done_at": "2026-11-01T10:00:00"},
            {"where": "x" * 121},
            {"exercise": None},
            {"time_zone": "Mars/Base"},
        ]:
            assert calls["pat"].post(SETS, {**one_set, **wrong}).status_code == 400, wrong
            assert not SetDone.objects.exists()

    @pytest.mark.parametrize("rows", [10, 1000])
    def test_are_listed_with_the_same_few_queries(self, calls, fist, count_queries, today, rows):
        at = clock.now()
        SetDone.objects.bulk_create(
            SetDone(
                assignment=fist,
                day=today - timedelta(days=n % 5),
                done_at=at,
                time_zone="UTC",
                received_at=at,
            )
            for n in range(rows)
        )
        calls["thea"].get(SETS)

        with count_queries() as counted:
            calls["thea"].get(SETS, {"limit": 100})

        assert len([one for one in counted if "accounts_apitoken" not in one["sql"]]) <= 3
