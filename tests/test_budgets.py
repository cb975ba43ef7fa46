"""What a first and a second visit may weigh and cost, for a patient who has used the app for two months."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from accounts import clock
from accounts.models import User
from benchmarks.pages import Weight, first_visit, second_visit
from recovery.domain.questions import MOST_OPEN
from recovery.models import Recovery
from recovery.queries.clinic_caseload import PAGE_SIZE
from recovery.services import exercises, follow_ups
from tests import factories, recoveries

pytestmark = pytest.mark.django_db

KB = 1000
MOST_REQUESTS, MOST_QUERIES = 6, 8
LOGS = 60
MOVES = (
    "ex-finger-fist",
    "ex-thumb-touch",
    "ex-tendon-glide",
    "ex-wrist-flex-ext",
    "ex-forearm-turn",
    "ex-walk",
)
NOTE = "The plate and the bone have not moved. Go on as before."
LOGIN = "/accounts/login/"
MOST_BYTES = {"/log/": 40 * KB}
MOST_BYTES_AGAIN = {"/today/": 8 * KB, "/log/": 6 * KB}
PAGES = {
    "/today/": "pat",
    "/log/": "pat",
    "/recovery/": "pat",
    "/recovery/charts/": "pat",
    "/recovery/charts/?weeks=all": "pat",
    "/recovery/x-rays/": "pat",
    "/recovery/questions/": "pat",
    "/recovery/sheet/": "pat",
    "/patients/": "thea",
    "/patients/?show=all": "thea",
}


def use_for_two_months(recovery: Recovery, *, by: User) -> None:
    """Put 60 logs, six exercises with their sets, six visits and a result into a patient's record."""
    now, patient = clock.now(), recovery.patient
    today = clock.local_day(now, patient.time_zone)
    recoveries.fill_with_logs(recovery, LOGS)
    for number in range(MOST_OPEN):
        recoveries.ask(recovery, f"Question {number}? {NOTE * 4}", by=by)
    moves = recoveries.assign(recovery, *MOVES, by=by, days_ago=30)
    for number in range(1, 7):
        exercises.do_set(
            assignment=moves[0], set_id=uuid4(), day=today - timedelta(days=number), done_at=now,
            time_zone=patient.time_zone, pain=3, where="thumb", by=by, now=now,
        )  # fmt: skip
        follow_ups.book_visit(
            recovery=recovery, kind="therapy", on=today + timedelta(days=7 * number), at=time(10, 40),
            place="Room 2, second floor", by=by, now=now,
        )  # fmt: skip
    values = {
        "film_date": today - timedelta(days=20),
        "modality": "x-ray",
        "position_vs_last": "unchanged",
        "callus": "early",
        "clinician_verdict": "healing as expected",
        "note_for_patient": NOTE,
    }
    follow_ups.record_x_ray(recovery=recovery, values=values, film_key="week-6", by=by, now=now)


@pytest.fixture
def used(cast) -> None:
    """Make two months of Pat's use, and fill a page of Thea's caseload."""
    use_for_two_months(recoveries.make_recovery(cast.pat_record, by=cast.thea, day=LOGS + 1), by=cast.thea)
    thea = cast.thea.memberships.get()
    for number in range(PAGE_SIZE):
        patient = factories.patient(f"Patient{number} Moreno", of=thea, has_account=False)
        recovery = recoveries.make_recovery(patient, by=cast.thea, day=30)
        recoveries.fill_with_logs(recovery, 20)


@pytest.fixture
def visit(cast, used, browser_of) -> Callable[[str], Weight]:
    """Return a function that opens a page for the first time, as whom it is for, and weighs it."""

    def first(path: str) -> Weight:
        return first_visit(browser_of(getattr(cast, PAGES[path])), path)

    return first


class TestAFirstVisit:
    def test_of_the_login_page_weighs_at_most_25_kb_and_brings_no_htmx(self, client):
        weight = first_visit(client, LOGIN)

        assert weight.total <= 25 * KB
        assert weight.requests <= MOST_REQUESTS
        assert "htmx" not in client.get(LOGIN).content.decode()

    @pytest.mark.parametrize("path", PAGES)
    def test_of_a_page_in_use_keeps_to_its_budget(self, visit, path):
        weight = visit(path)

        assert weight.total <= MOST_BYTES.get(path, 45 * KB)
        assert weight.html <= 12 * KB
        assert weight.requests <= MOST_REQUESTS
        assert weight.queries <= MOST_QUERIES

    def test_is_weighed_with_all_that_the_pages_show(self, cast, used, browser_of):
        """A page that lost its style sheet or its content would be light too."""
        pat, thea = browser_of(cast.pat), browser_of(cast.thea)

        assert first_visit(pat, "/today/").assets >= 5 * KB
        assert "Room 2, second floor" in pat.get("/today/").content.decode()
        assert NOTE in pat.get("/recovery/").content.decode()
        assert pat.get("/log/").content.decode().count('name="exercises_done"') == len(MOVES)
        assert thea.get("/patients/?show=all").content.decode().count("Moreno</a>") == PAGE_SIZE


class TestASecondVisit:
    @pytest.mark.parametrize("path", MOST_BYTES_AGAIN)
    def test_brings_the_page_and_little_else(self, cast, used, browser_of, path):
        weight = second_visit(browser_of(getattr(cast, PAGES[path])), path)

        assert weight.total <= MOST_BYTES_AGAIN[path]
        assert weight.requests <= MOST_REQUESTS
        assert weight.queries <= MOST_QUERIES

    def test_is_weighed_with_what_the_browser_asks_for_again(self, cast, used, browser_of):
        weight = second_visit(browser_of(cast.pat), "/today/")

        assert weight.requests == 2  # the page and the manifest
        assert weight.assets > 100


class TestStaticFiles:
    @pytest.fixture
    def production(self, settings, tmp_path) -> None:
        """Collect the static files under hashed names and serve those, as ``HASHED_STATIC=1`` does."""
        storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
        settings.STATIC_ROOT = tmp_path / "static"
        settings.WHITENOISE_USE_FINDERS = False
        settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}
        call_command("collectstatic", verbosity=0, interactive=False)

    @pytest.mark.parametrize("path", [LOGIN, "/today/", "/patients/"])
    def test_may_be_kept_for_years_because_their_names_change_with_them(
        self, production, cast, browser_of, path
    ):
        browser: Client = browser_of({LOGIN: None, "/today/": cast.pat}.get(path, cast.thea))
        named = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.get(path).content.decode())

        assert len(named) >= 5
        for address in named:
            answer = browser.get(address, headers={"accept-encoding": "gzip"})
            assert answer.status_code == 200
            assert re.search(r"\.[0-9a-f]{12}\.\w+$", address), f"{address} has no hash in its name"
            assert answer["Cache-Control"] == "max-age=315360000, public, immutable"

    def test_are_sent_compressed(self, production, client):
        sheet = re.search(r'"(/static/css/[^"]+)"', client.get(LOGIN).content.decode())[1]

        assert client.get(sheet, headers={"accept-encoding": "gzip"})["Content-Encoding"] == "gzip"
