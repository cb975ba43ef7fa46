"""Whatever JSON a program sends, the answer is an answer and never a fault."""

import json
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts import clock
from recovery.api.answers import log_answers
from recovery.models import Recovery

NAMES = ["id", "recovery", "day", "done_at", "time_zone", *log_answers()]
TEXTS = st.text(st.characters(), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just("\ud800") | st.just("\x00"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)


def body_of(recovery: Recovery) -> dict[str, Any]:
    """Return a save that is right, for the wrong values to stand beside right ones."""
    day = clock.local_day(clock.now(), recovery.patient.time_zone)
    head = {"id": str(uuid4()), "recovery": str(recovery.public_id), "day": day.isoformat()}
    return {**head, "done_at": clock.now().isoformat(), "pain_rest": 3}


@pytest.fixture
def pat_calls(calls: dict[str, APIClient]) -> APIClient:
    """Return a caller with Pat's key that passes faults on as 500."""
    calls["pat"].raise_request_exception = False
    return calls["pat"]


class TestAnyBody:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(parts=BODIES)
    def test_of_a_log_is_never_a_fault(self, pat_calls, wrist, parts):
        raw = json.dumps({**body_of(wrist), **parts}).encode()

        answer = pat_calls.generic("POST", "/api/v1/logs/", raw, content_type="application/json")

        assert answer.status_code in {200, 201, 400, 404, 409}, answer.content

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(value=VALUES)
    def test_is_never_a_fault_as_a_whole(self, pat_calls, wrist, value):
        raw = json.dumps(value).encode()

        for address in (
            "logs/",
            "sets/",
            "alerts/",
            "visits/",
            "x-rays/",
            "exercises/",
            "medicines/",
            "recoveries/",
        ):
            answer = pat_calls.generic("POST", f"/api/v1/{address}", raw, content_type="application/json")
            assert answer.status_code == 400, (address, answer.content)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        name=st.sampled_from(["recovery", "day", "from_on", "limit", "offset", "state", "kind", "patient"]),
        text=TEXTS,
    )
    def test_nor_is_any_query(self, pat_calls, wrist, name, text):
        for address in ("logs/", "visits/", "medicines/", "recoveries/", "reminders/"):
            hostile = quote(text, errors="surrogatepass")
            assert pat_calls.get(f"/api/v1/{address}?{name}={hostile}").status_code in {200, 400}
