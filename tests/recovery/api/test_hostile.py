"""Every field of every write, with values that no honest program sends."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache

from accounts import clock
from tests import recoveries

DEEP = "[" * 900 + "]" * 900
VALUES = (
    '"\\ud800"', '"\\u0000"', '"a\\u0000b"', "[]", "{}", '{"a": {"b": [1]}}', "[[[[1]]]]", DEEP, "true", "-1", "1e308",
    "9" * 4000, '""', '"' + "x" * 70_000 + '"', "null", '"\\u202e\\ufeff"', '["\\ud800"]', "1e-400", "0.1",
)  # fmt: skip


@pytest.fixture
def writes(cast, wrist, today) -> list[tuple[str, str, dict]]:
    """Return a right body for every address that staff or a patient write to."""
    ids = {"recovery": str(wrist.public_id)}
    fist = recoveries.assign(wrist, "ex-finger-fist", by=cast.thea)[0]
    soon, now = (today + timedelta(days=7)).isoformat(), clock.now().isoformat()
    dose = {
        "exercise_id": "ex-finger-fist",
        "sets": 2,
        "reps": 10,
        "times_per_day": 3,
        "note": "",
        "ends_on": None,
    }
    film = {
        "film_date": today.isoformat(), "modality": "x-ray", "position_vs_last": "unchanged", "film_key": "",
        "clinician_verdict": "healing as expected", "callus": "early", "cortices_bridged": 2, "views": ["AP"],
        "rust_cortices": [1, 2, 3, 1], "next_film_week": 6, "note_for_patient": "", "patient_phoned": None,
    }  # fmt: skip
    below = f"recoveries/{wrist.public_id}"
    return [
        ("recoveries/", "recovery", {
            "patient": str(cast.pat_record.public_id), "site": "ankle", "side": "left", "injured_on": today.isoformat(),
            "is_open": False, "icd10cm": "",
        }),
        (f"{below}/repairs/", "", {
            "method": "open_reduction", "operated_on": today.isoformat(), "hardware": ["plate"], "graft": "none",
            "note": "",
        }),
        (f"{below}/plan/draft/", "", {"protocol": "distal-radius.plate", "load_choice": None, "reason": ""}),
        (f"{below}/plan/confirm/", "", {"plan": str(uuid4()), "seen": "any"}),
        (f"{below}/plan/release/", "", {"phase": "return", "note": ""}),
        (f"{below}/close/", "", {"reason": "bored"}),
        ("logs/", "log", {**ids, "day": today.isoformat(), "done_at": now, "pain_rest": 3, "wound": ["red"]}),
        ("sets/", "set", {"exercise": str(fist.public_id), "day": today.isoformat(), "done_at": now, "pain": 1, "where": ""}),
        ("exercises/", "", {**ids, "exercises": [dose], "starts_on": today.isoformat(), "reason": ""}),
        ("medicines/", "medicine", {
            **ids, "kind": "medicine", "label": "Blue tablet", "every_days": 2, "times": ["08:00", "20:00"],
            "starts_on": today.isoformat(), "ends_on": None,
        }),
        ("visits/", "visit", {
            **ids, "kind": "therapy", "on": soon, "at": "10:30", "minutes": 30, "place": "", "film_key": "", "note": "",
        }),
        ("x-rays/", "film", {**ids, **film}),
        ("alerts/", "", {**ids, "flag_id": "rf-numb-new", "source": "help"}),
    ]  # fmt: skip


class TestAHostileValue:
    def test_is_stored_as_typed_or_refused_and_never_a_fault(self, calls, writes):
        calls["thea"].raise_request_exception = False
        for address, what, body in writes:
            cache.clear()
            for name in (*body, *(["id"] if what else [])):
                for value in VALUES:
                    right = {**body, "id": str(uuid4())} if what else body
                    raw = json.dumps({**right, name: "HOSTILE"}).replace('"HOSTILE"', value).encode()

                    answer = calls["thea"].generic(
                        "POST", f"/api/v1/{address}", raw, content_type="application/json"
                    )

                    assert answer.status_code in {200, 201, 400, 404}, (
                        address,
                        name,
                        value[:40],
                        answer.status_code,
                    )

    def test_in_a_dose_is_refused(self, calls, writes):
        calls["thea"].raise_request_exception = False
        body = next(body for address, _what, body in writes if address == "exercises/")
        for name in body["exercises"][0]:
            for value in VALUES:
                dose = {**body["exercises"][0], name: "HOSTILE"}
                raw = json.dumps({**body, "exercises": [dose]}).replace('"HOSTILE"', value).encode()

                answer = calls["thea"].generic(
                    "POST", "/api/v1/exercises/", raw, content_type="application/json"
                )

                assert answer.status_code in {201, 400}, (name, value[:40])
