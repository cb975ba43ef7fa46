"""Pat's reminders, and a caller for each of the cast."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts import clock
from recovery.models import Recovery
from reminders.services.sync import sync
from tests import recoveries
from tests.factories import Cast


@pytest.fixture
def calls(cast: Cast, api_of: Callable[..., APIClient]) -> dict[str, APIClient]:
    """Return a caller with a key for each of the cast, by first name."""
    return {name: api_of(person) for name, person in cast.people().items()}


@pytest.fixture
def reminded(cast: Cast) -> Recovery:
    """Return Pat's recovery with its reminders laid out."""
    recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
    recoveries.assign(recovery, "ex-finger-fist", by=cast.thea)
    sync(recovery_id=recovery.pk, now=clock.now())
    return recovery
