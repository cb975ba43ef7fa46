"""Pat's and Otto's recoveries, and a caller for each of the cast."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts import clock
from recovery.models import Recovery
from tests import recoveries
from tests.factories import Cast

READERS_OF_PAT = ("pat", "thea", "max")
STRANGERS_TO_PAT = ("otto", "olga", "cleo", "finn")


@pytest.fixture
def wrist(cast: Cast) -> Recovery:
    """Return Pat's recovery, twelve days after the operation, with a plan in force."""
    return recoveries.make_recovery(cast.pat_record, by=cast.thea)


@pytest.fixture
def ankle(cast: Cast) -> Recovery:
    """Return Otto's recovery, without a plan."""
    return recoveries.make_fracture(cast.otto_record, by=cast.olga, kind=recoveries.ANKLE_CAST)


@pytest.fixture
def calls(cast: Cast, api_of: Callable[..., APIClient]) -> dict[str, APIClient]:
    """Return a caller with a key for each of the cast, by first name."""
    return {name: api_of(person) for name, person in cast.people().items()}


@pytest.fixture
def today(wrist: Recovery) -> date:
    """Return Pat's local date."""
    return clock.local_day(clock.now(), wrist.patient.time_zone)


@pytest.fixture
def new_log(wrist: Recovery, today: date) -> Callable[..., dict[str, Any]]:
    """Return a function that makes the body of a save of Pat's day."""

    def make(*, days_ago: int = 0, **answers: object) -> dict[str, Any]:
        head = {
            "id": str(uuid4()),
            "recovery": str(wrist.public_id),
            "day": (today - timedelta(days=days_ago)).isoformat(),
            "done_at": clock.now().isoformat(),
            "pain_rest": 3,
        }
        return {**head, **answers}

    return make


@pytest.fixture
def count_queries() -> Callable[[], CaptureQueriesContext]:
    """Return a context that counts queries."""
    return lambda: CaptureQueriesContext(connection)


@pytest.fixture
def answers_of(calls: dict[str, APIClient]) -> Callable[[str], dict[str, int]]:
    """Return a function that gets an address as each of the cast and returns the statuses by name."""

    def ask(address: str) -> dict[str, int]:
        return {name: caller.get(address).status_code for name, caller in calls.items()}

    return ask
