"""What the clinic's pages cost: as many queries for a patient with 1,000 logs as for one with 10.

A new page of the clinic fails here until it stands in the list. The patient's own pages are counted beside their
tests, in ``tests/recovery/screens/`` and ``tests/reminders/``.
"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from recovery.models import Recovery
from tests.addresses import ELSEWHERE, address_of, names, things_of_pat
from tests.factories import Cast
from tests.recoveries import fill_with_logs

pytestmark = pytest.mark.django_db

FEW, MANY = 10, 1000
ROOTS = ("/patients/", "/clinic/")
PAGES = (
    "accounts:carers",
    "accounts:clinic",
    "recovery:clinic_medicine",
    "recovery:clinic_medicine_new",
    "recovery:clinic_medicines",
    "recovery:clinic_sheet",
    "recovery:close",
    "recovery:dates",
    "recovery:details",
    "recovery:exercises",
    "recovery:fracture",
    "recovery:log_for",
    "recovery:new_patient",
    "recovery:patient",
    "recovery:patients",
    "recovery:plan",
    "recovery:repair",
    "recovery:visit_move",
    "recovery:visit_new",
    "recovery:x_ray_correct",
    "recovery:x_ray_new",
    "reminders:receipts",
    "reminders:unreached",
)
"""The addresses below ``ROOTS`` that answer GET."""


@pytest.fixture
def things(cast) -> dict[str, object]:
    """Make one of each thing of Pat's, so long after the injury that each of many logs is a legal one."""
    return things_of_pat(cast, day=MANY + 1)


@pytest.fixture
def recovery(things) -> Recovery:
    """Return Pat's recovery, with today's log."""
    return Recovery.objects.get(public_id=things["recovery_id"])


def count(browser: Client, address: str) -> int:
    """Return how many queries a page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)


def reader_of(cast: Cast, name: str) -> User:
    """Return who reads a page: the manager the clinic's own, Thea what is about patients."""
    return cast.cleo if name == "accounts:clinic" else cast.thea


class TestAPageOfTheClinic:
    def test_is_counted_here(self, cast, browser_of, things):
        places = {name: address_of(name, things)[0] for name in names() if name not in ELSEWHERE}
        found = {
            name
            for name, place in places.items()
            if place.startswith(ROOTS) and browser_of(reader_of(cast, name)).get(place).status_code != 405
        }

        assert found == set(PAGES)

    @pytest.mark.parametrize(
        ("name", "query"), [*((name, "") for name in PAGES), ("recovery:patients", "?show=all")]
    )
    def test_costs_the_same_with_ten_and_a_thousand_logs(
        self, cast, browser_of, things, recovery, name, query
    ):
        browser, address = browser_of(reader_of(cast, name)), address_of(name, things)[0] + query
        fill_with_logs(recovery, FEW - 1)
        few = count(browser, address)
        fill_with_logs(recovery, MANY - FEW, from_days_ago=FEW)

        assert recovery.logs.count() == MANY
        assert few == count(browser, address)
