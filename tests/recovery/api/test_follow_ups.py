"""Visits, x-rays and alerts by the API."""

from datetime import timedelta
from uuid import uuid4

import pytest

from recovery.models import Alert, Visit, XRay

VISITS, X_RAYS, ALERTS = "/api/v1/visits/", "/api/v1/x-rays/", "/api/v1/alerts/"
FOR_PAT = {
    **dict.fromkeys(("pat", "thea", "max"), 200),
    **dict.fromkeys(("otto", "olga", "cleo", "finn"), 404),
    "visitor": 401,
}
NOT_STAFF_OF_PAT = ["pat", "otto", "olga", "cleo", "finn"]


@pytest.fixture
def booking(wrist, today) -> dict:
    """Return the body of a visit in a week."""
    return {
        "id": str(uuid4()),
        "recovery": str(wrist.public_id),
        "kind": "therapy",
        "on": (today + timedelta(days=7)).isoformat(),
        "at": "10:30",
        "place": "Room 3",
    }


@pytest.fixture
def visit(calls, booking) -> str:
    """Return the address of a booked visit of Pat."""
    assert calls["thea"].post(VISITS, booking).status_code == 201
    return f"{VISITS}{booking['id']}/"


@pytest.fixture
def film(wrist, today) -> dict:
    """Return the body of a film's record."""
    return {
        "id": str(uuid4()),
        "recovery": str(wrist.public_id),
        "film_date": today.isoformat(),
        "modality": "x-ray",
        "position_vs_last": "unchanged",
        "clinician_verdict": "healing as expected",
        "callus": "early",
        "cortices_bridged": 2,
        "note_for_patient": "All well.",
    }


class TestVisits:
    def test_are_booked_once(self, calls, booking):
        answers = [calls["thea"].post(VISITS, booking) for _ in range(2)]

        assert [one.status_code for one in answers] == [201, 200], answers[0].data
        assert (answers[0].json()["id"], answers[0].data["time_zone"]) == (booking["id"], "Europe/Madrid")
        assert Visit.objects.count() == 1

    def test_refuse_the_same_id_with_another_body(self, calls, booking, visit):
        assert calls["thea"].post(VISITS, {**booking, "at": "11:00"}).status_code == 409

    def test_refuse_the_same_hour_twice(self, calls, booking, visit):
        answer = calls["thea"].post(VISITS, {**booking, "id": str(uuid4())})

        assert (answer.status_code, answer.data["errors"][0]["code"]) == (400, "booked_already")

    def test_refuse_an_id_that_another_patient_s_visit_has(self, calls, booking, visit, ankle):
        answer = calls["olga"].post(VISITS, {**booking, "recovery": str(ankle.public_id)})

        assert answer.status_code == 400

    @pytest.mark.parametrize("name", NOT_STAFF_OF_PAT)
    def test_are_booked_moved_and_cancelled_only_by_staff_who_care(self, calls, booking, visit, name):
        assert calls[name].post(VISITS, {**booking, "id": str(uuid4())}).status_code == 404
        assert calls[name].patch(visit, {"at": "12:00"}).status_code == 404
        assert calls[name].post(f"{visit}cancel/").status_code == 404
        assert calls[name].post(f"{visit}finish/", {"came": True}).status_code == 404
        assert Visit.objects.get().state == "booked"

    def test_open_only_for_the_patient_and_who_cares(self, calls, visit, answers_of):
        assert answers_of(visit) == FOR_PAT
        assert [calls[name].get(VISITS).data["count"] for name in ("pat", "otto", "olga")] == [1, 0, 0]

    def test_move_and_keep_what_was_not_sent(self, calls, visit, booking):
        answer = calls["thea"].patch(visit, {"at": "12:15"})

        assert (answer.status_code, answer.data["at"], answer.data["on"]) == (200, "12:15:00", booking["on"])
        assert (answer.data["place"], answer.data["sequence"]) == ("Room 3", 1)

    def test_cancelled_cannot_be_moved(self, calls, visit):
        assert calls["thea"].post(f"{visit}cancel/").data["state"] == "cancelled"

        answer = calls["thea"].patch(visit, {"at": "12:15"})

        assert (answer.status_code, answer.data["errors"][0]["code"]) == (400, "visit_over")

    def test_a_patient_says_that_they_cannot_come(self, calls, visit, api_of, cast):
        assert api_of(cast.pat, "read").post(f"{visit}cannot-come/").status_code == 403
        statuses = {
            name: calls[name].post(f"{visit}cannot-come/").status_code for name in ("otto", "thea", "pat")
        }

        assert statuses == {"otto": 404, "thea": 404, "pat": 200}
        assert Visit.objects.get().cannot_come_at is not None

    def test_refuse_bad_values(self, calls, booking):
        for wrong in [
            {"on": "2000-01-01"},
            {"on": "9999-12-31"},
            {"at": "25:00"},
            {"at": 5},
            {"kind": "party"},
            {"kind": [1]},
            {"minutes": 10**20},
            {"minutes": 4},
            {"film_key": "week-99"},
            {"place": "\x00"},
            {"place": {"a": 1}},
        ]:
            assert calls["thea"].post(VISITS, {**booking, **wrong}).status_code == 400, wrong
            assert not Visit.objects.exists()


class TestXRays:
    def test_are_recorded_once(self, calls, film):
        answers = [calls["thea"].post(X_RAYS, film) for _ in range(2)]

        assert [one.status_code for one in answers] == [201, 200], answers[0].data
        assert answers[0].json()["id"] == film["id"]
        assert XRay.objects.count() == 1

    def test_refuse_the_same_id_with_another_body(self, calls, film):
        calls["thea"].post(X_RAYS, film)

        assert calls["thea"].post(X_RAYS, {**film, "cortices_bridged": 4}).status_code == 409

    def test_refuse_an_id_that_another_patient_s_film_has(self, calls, film, ankle):
        calls["thea"].post(X_RAYS, film)

        assert calls["olga"].post(X_RAYS, {**film, "recovery": str(ankle.public_id)}).status_code in {
            400,
            409,
        }

    def test_show_patients_only_what_is_meant_for_them(self, calls, film):
        calls["thea"].post(X_RAYS, film)

        for_patient = calls["pat"].get(f"{X_RAYS}{film['id']}/").json()
        for_staff = calls["thea"].get(f"{X_RAYS}{film['id']}/").json()

        assert for_patient["note_for_patient"] == for_staff["note_for_patient"] == "All well."
        assert for_staff["cortices_bridged"] == 2
        assert "cortices_bridged" not in for_patient

    def test_of_a_moved_bone_wait_for_the_call(self, calls, film):
        moved = {**film, "position_vs_last": "moved - action needed"}

        refused = calls["thea"].post(X_RAYS, moved)
        calls["thea"].post(X_RAYS, {**moved, "patient_phoned": False})

        assert refused.status_code == 400
        assert refused.data["errors"][0]["attr"] == "patient_phoned"
        address = f"{X_RAYS}{film['id']}/"
        assert (calls["pat"].get(address).status_code, calls["thea"].get(address).status_code) == (404, 200)
        correction = {name: value for name, value in moved.items() if name not in ("id", "recovery")}
        assert calls["thea"].put(address, {**correction, "patient_phoned": True}).status_code == 200
        assert calls["pat"].get(address).data["position_vs_last"] == "moved - action needed"

    @pytest.mark.parametrize("name", NOT_STAFF_OF_PAT)
    def test_are_recorded_and_corrected_only_by_staff_who_care(self, calls, film, name):
        assert calls[name].post(X_RAYS, film).status_code == 404
        calls["thea"].post(X_RAYS, film)
        correction = {key: value for key, value in film.items() if key not in ("id", "recovery")}
        assert calls[name].put(f"{X_RAYS}{film['id']}/", correction).status_code == 404

    def test_open_only_for_the_patient_and_who_cares(self, calls, film, answers_of):
        calls["thea"].post(X_RAYS, film)

        assert answers_of(f"{X_RAYS}{film['id']}/") == FOR_PAT

    def test_refuse_bad_values(self, calls, film):
        for wrong in [
            {"film_date": "2999-01-01"},
            {"film_date": None},
            {"modality": "photo"},
            {"modality": ["x-ray"]},
            {"cortices_bridged": 9},
            {"cortices_bridged": "x"},
            {"next_film_week": -5},
            {"next_film_week": 10**9},
            {"next_film_week": 10**30},
            {"note_for_patient": "\x00"},
            {"note_for_patient": "x" * 501},
            {"rust_cortices": [1, 2]},
            {"views": "AP"},
            {"shortening_mm": 1e300},
            {"kyphosis_deg": 3},
            {"healed": True},
            {"film_key": "week-99"},
            {"angulation_coronal_deg": [[1]]},
        ]:
            answer = calls["thea"].post(X_RAYS, {**film, **wrong})

            assert answer.status_code == 400, wrong
            assert not XRay.objects.exists()


class TestAlerts:
    @pytest.fixture
    def tick(self, wrist) -> dict:
        """Return the body of a tick on the Help page."""
        return {"recovery": str(wrist.public_id), "flag_id": "rf-numb-new", "source": "help"}

    def test_are_raised_once_a_day_by_the_patient(self, calls, tick):
        answers = [calls["pat"].post(ALERTS, tick) for _ in range(2)]

        assert [one.status_code for one in answers] == [201, 200], answers[0].data
        assert answers[0].data["acknowledged_at"] is None
        assert Alert.objects.count() == 1

    def test_are_acknowledged_and_closed_by_staff_who_care(self, calls, tick):
        alert = f"{ALERTS}{calls['pat'].post(ALERTS, tick).json()['id']}/"

        for name in NOT_STAFF_OF_PAT:
            assert calls[name].post(f"{alert}acknowledge/").status_code == 404
            assert calls[name].post(f"{alert}close/", {"note": "Phoned."}).status_code == 404
        assert calls["max"].post(f"{alert}acknowledge/").data["acknowledged_by"] == "Max Adler"
        assert calls["thea"].post(f"{alert}close/", {"note": " "}).status_code == 400
        closed = calls["thea"].post(f"{alert}close/", {"note": "Phoned. All well."})

        assert closed.data["closed_at"] is not None
        assert calls["pat"].get(ALERTS, {"is_closed": "false"}).data["count"] == 0

    def test_open_only_for_the_patient_and_who_cares(self, calls, tick, answers_of):
        alert = calls["pat"].post(ALERTS, tick).json()["id"]

        assert answers_of(f"{ALERTS}{alert}/") == FOR_PAT

    def test_of_strangers_are_refused(self, calls, tick):
        assert {
            name: calls[name].post(ALERTS, tick).status_code for name in ("otto", "olga", "cleo", "finn")
        } == (dict.fromkeys(("otto", "olga", "cleo", "finn"), 404))

    @pytest.mark.parametrize(
        "wrong", [{"flag_id": "rf-nothing"}, {"flag_id": []}, {"source": "log"}, {"source": {}}]
    )
    def test_refuse_bad_values(self, calls, tick, wrong):
        assert calls["pat"].post(ALERTS, {**tick, **wrong}).status_code == 400
        assert not Alert.objects.exists()
