"""The cast by first name, for tests of services."""

import pytest

from accounts.models import Patient, User
from tests.factories import Cast


@pytest.fixture
def pat(cast: Cast) -> User:
    """Return Pat, a patient."""
    return cast.pat


@pytest.fixture
def thea(cast: Cast) -> User:
    """Return Thea, Pat's physiotherapist, who may confirm plans."""
    return cast.thea


@pytest.fixture
def olga(cast: Cast) -> User:
    """Return Olga, a physiotherapist of the same clinic, who may not confirm plans."""
    return cast.olga


@pytest.fixture
def pat_record(cast: Cast) -> Patient:
    """Return Pat's record at the clinic."""
    return cast.pat_record
