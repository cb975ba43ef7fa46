"""A refusal of a service names its field, and a code that stays the same in every language."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests import recoveries

FILM = {"modality": "x-ray", "position_vs_last": "unchanged", "clinician_verdict": "healing as expected"}
REPAIR = {"method": "open_reduction", "operated_on": None, "hardware": ["plate"]}


def errors(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.data
    return [(one["attr"], one["code"]) for one in answer.data["errors"]]


class TestARefusal:
    @pytest.mark.parametrize(
        ("answers", "attr", "code"),
        [
            ({"pain_rest": 11}, "pain_rest", "out_of_bounds"),
            ({"pain_rest": None}, "pain_rest", "required"),
            ({"swelling": "huge"}, "swelling", "unknown_option"),
            ({"days_ago": -1}, "day", "in_future"),
            ({"days_ago": 13}, "day", "before_injury"),
        ],
    )
    def test_of_a_log_says_which_answer_and_why(self, calls, new_log, answers, attr, code):
        assert errors(calls["pat"].post("/api/v1/logs/", new_log(**answers))) == [(attr, code)]

    @pytest.mark.parametrize(
        ("values", "attr", "code"),
        [
            ({"position_vs_last": "moved - action needed"}, "patient_phoned", "not_phoned"),
            ({"film_days": 1}, "film_date", "in_future"),
            ({"film_days": -13}, "film_date", "before_injury"),
            ({"film_key": "week-99"}, "film_key", "unknown_film"),
        ],
    )
    def test_of_an_x_ray_does_too(self, calls, wrist, today, values, attr, code):
        film_on = today + timedelta(days=values.get("film_days", 0))
        body = {
            "id": str(uuid4()),
            "recovery": str(wrist.public_id),
            "film_date": film_on.isoformat(),
            **FILM,
        }
        sent = {**body, **{name: value for name, value in values.items() if name != "film_days"}}

        assert errors(calls["thea"].post("/api/v1/x-rays/", sent)) == [(attr, code)]

    @pytest.mark.parametrize(
        ("changes", "attr", "code"),
        [
            ({"days": -1}, "on", "date_out_of_reach"),
            ({"film_key": "week-99"}, "film_key", "unknown_film"),
        ],
    )
    def test_of_a_visit_does_too(self, calls, wrist, today, changes, attr, code):
        on = today + timedelta(days=changes.get("days", 7))
        body = {"id": str(uuid4()), "recovery": str(wrist.public_id), "kind": "x_ray", "on": on.isoformat()}
        sent = {**body, "at": "10:30", "film_key": changes.get("film_key", "")}

        assert errors(calls["thea"].post("/api/v1/visits/", sent)) == [(attr, code)]

    @pytest.mark.parametrize(
        ("changes", "attr", "code"),
        [
            ({}, "operated_on", "required"),
            ({"method": "closed_reduction", "hardware": ["pins", "cast"]}, "operated_on", "required"),
            ({"hardware": ["balloon"]}, "hardware", "not_for_method"),
            ({"method": "vertebroplasty", "hardware": ["bone_cement"]}, "method", "not_for_site"),
        ],
    )
    def test_of_a_repair_does_too(self, calls, wrist, today, changes, attr, code):
        operated_on = today.isoformat() if code == "not_for_site" else None
        sent = {**REPAIR, "operated_on": operated_on, **changes}

        answer = calls["thea"].post(f"/api/v1/recoveries/{wrist.public_id}/repairs/", sent)

        assert errors(answer) == [(attr, code)]

    def test_of_an_exercise_does_too(self, calls, wrist, today):
        dose = {"exercise_id": "ex-finger-fist", "sets": 1, "reps": 10, "times_per_day": 2}
        ends_on = (today - timedelta(days=1)).isoformat()
        sent = {
            "recovery": str(wrist.public_id),
            "starts_on": today.isoformat(),
            "exercises": [{**dose, "ends_on": ends_on}],
        }

        assert errors(calls["thea"].post("/api/v1/exercises/", sent)) == [("ends_on", "ends_early")]

    def test_of_a_plan_without_its_choice_of_load_does_too(self, cast, calls):
        ankle = recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=recoveries.ANKLE_PLATE)

        answer = calls["thea"].post(
            f"/api/v1/recoveries/{ankle.public_id}/plan/draft/", {"protocol": "ankle.plate"}
        )

        assert errors(answer) == [("load_choice", "load_choice_missing")]
