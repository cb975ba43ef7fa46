"""Pat's recovery and Pat's browser, and the rules every page keeps."""

import re
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import User
from recovery.models import Recovery
from tests.recoveries import fill_with_logs, make_recovery

PAGE_BUDGET = 8


@pytest.fixture
def recovery(pat_record, thea) -> Recovery:
    """Make Pat's wrist with a plate and a plan in force, on day 12."""
    return make_recovery(pat_record, by=thea)


@pytest.fixture
def pat_browser(browser_of, pat) -> Client:
    """Open Pat's browser."""
    return browser_of(pat)


@pytest.fixture
def today(pat_record) -> date:
    """Return Pat's local date."""
    return clock.local_day(clock.now(), pat_record.time_zone)


@pytest.fixture
def save(pat_browser, recovery, today) -> Callable[..., HttpResponse]:
    """Return a function that sends Pat's log, by default of today, as the form does."""

    def post(*, day: date | str | None = None, of: str = "", **answers: object) -> HttpResponse:
        data = {"save_id": str(uuid4()), "filled": "", "pain_rest": "3", **answers}
        return pat_browser.post(f"/log/{day or today}/{of}", data)

    return post


@pytest.fixture
def text_of() -> Callable[[HttpResponse], str]:
    """Return a function that reads a page as a person does: its words, without markup, on one line."""

    def read(answer: HttpResponse) -> str:
        html = answer.content.decode()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", html), "strict CSP"
        main = html.partition("<main")[2].partition("</main>")[0]
        words = re.sub(r"<[^>]+>", " ", main.partition(">")[2])
        for code, sign in {"&#x27;": "'", "&quot;": '"', "&amp;": "&", "\xa0": " "}.items():
            words = words.replace(code, sign)
        return " ".join(words.split())

    return read


@pytest.fixture
def statuses(browser_of, cast) -> Callable[[str], dict[str, int]]:
    """Return a function that says how an address answers each member of the cast."""

    def ask(address: str) -> dict[str, int]:
        people: dict[str, User | None] = cast.people()
        return {name: browser_of(person).get(address).status_code for name, person in people.items()}

    return ask


@pytest.fixture
def stays_cheap(pat_browser) -> Callable[[Recovery, str], None]:
    """Return a function that shows a page costs at most 8 queries, with 10 logs and with 1,000 alike."""

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert pat_browser.get(address).status_code == 200
        return len(queries)

    def show(recovery: Recovery, address: str) -> None:
        fill_with_logs(recovery, 10)
        with_ten = count(address)
        recovery.logs.all().delete()
        fill_with_logs(recovery, 1000)

        assert with_ten == count(address) <= PAGE_BUDGET

    return show
