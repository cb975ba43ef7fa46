"""A database that takes no writes, or is gone: one sentence, what was typed is kept, and never a 500."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as live_settings
from django.db import DatabaseError, InternalError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client

from accounts import clock
from accounts.models import AuditEvent, User
from config import faults
from recovery.models import DailyLog, LogRevision, Recovery
from tests import recoveries

CANNOT = "We cannot save anything just now"
NOTE = 'Slept badly.\r\n<b>"Twice"</b> & it hurt.'


class Refusing:
    """A database that refuses every write until it is told otherwise."""

    def begin(self) -> None:
        self._set("ON")

    def end(self) -> None:
        self._set("OFF")

    def _set(self, state: str) -> None:
        is_sqlite = connection.vendor == "sqlite"
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA query_only = {state}" if is_sqlite else READ_ONLY_SQL.format(state))


READ_ONLY_SQL = "SET default_transaction_read_only = {}"


@pytest.fixture
def refusing(transactional_db) -> Iterator[Refusing]:
    """Return the database, to make it refuse every write for a while."""
    database = Refusing()
    yield database
    database.end()


@pytest.fixture
def recovery(refusing, cast) -> Recovery:
    """Make Pat's wrist with a plate and a plan in force."""
    return recoveries.make_recovery(cast.pat_record, by=cast.thea)


@pytest.fixture
def open_browser(refusing) -> Callable[[User | None], Client]:
    """Return a function that opens a browser that shows faults as people see them, and needs CSRF tokens."""

    def open_one(person: User | None = None) -> Client:
        browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
        if person is not None:
            browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return open_one


@pytest.fixture
def pat(open_browser, cast, recovery) -> Client:
    return open_browser(cast.pat)


@pytest.fixture
def thea(open_browser, cast, recovery) -> Client:
    return open_browser(cast.thea)


class Forms(HTMLParser):
    """Every form of a page: where it goes and what its fields hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((about.get("action", ""), []))
        elif tag == "input" and self.found:
            self.found[-1][1].append((about["name"], about["value"]))


def press_send_again(browser: Client, answer: HttpResponse) -> HttpResponse:
    """Send the one form of a page as a browser does."""
    [(address, fields)] = Forms(answer.content.decode()).found
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return browser.post(address, data)


def csrf_of(browser: Client, address: str = "/help/") -> str:
    return str(browser.get(address).context["csrf_token"])


def is_told(answer: HttpResponse) -> bool:
    """Say whether a page tells that nothing can be saved, whole and with every header of a page."""
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Frame-Options"] == "DENY"
    return CANNOT in answer.content.decode()


@pytest.fixture
def day_log(pat, cast) -> dict[str, str]:
    """Return a log of today as Pat's form sends it."""
    token = csrf_of(pat, "/log/")
    return {
        "csrfmiddlewaretoken": token,
        "save_id": str(uuid4()),
        "filled": "",
        "pain_rest": "7",
        "note": NOTE,
    }


def log_address(cast) -> str:
    return f"/log/{clock.local_day(clock.now(), cast.pat_record.time_zone)}/"


class TestALogThatCannotBeSaved:
    def test_is_kept_on_the_page_and_sent_again_by_one_press(self, refusing, pat, day_log, cast):
        refusing.begin()
        answer = pat.post(log_address(cast), day_log)
        still = press_send_again(pat, answer)
        refusing.end()
        saved = press_send_again(pat, still)

        assert is_told(answer)
        assert is_told(still)
        assert saved.status_code == 302
        row = DailyLog.objects.get()
        assert (row.pain_rest, row.answers["note"]) == (7, NOTE)
        assert LogRevision.objects.count() == 1

    def test_is_shown_as_typed_and_without_what_nobody_typed(self, refusing, pat, day_log, cast):
        refusing.begin()

        html = pat.post(log_address(cast), day_log).content.decode()

        shown = html.partition("<dl")[2].partition("</dl>")[0]
        assert "<dt>Pain rest</dt>" in shown
        assert "&lt;b&gt;&quot;Twice&quot;&lt;/b&gt; &amp; it hurt." in shown
        assert "<b>" not in html
        assert day_log["save_id"] not in shown
        assert "Filled" not in shown

    def test_leaves_one_line_with_no_word_of_it_in_the_log(self, refusing, pat, day_log, cast, caplog):
        refusing.begin()
        with caplog.at_level(logging.INFO):
            pat.post(log_address(cast), day_log)

        [line] = [one for one in caplog.records if one.levelno >= logging.WARNING]
        assert line.getMessage() in ("Answered 503: OperationalError", "Answered 503: InternalError")
        assert line.exc_info is None

    def test_of_another_site_is_not_handed_back(self, refusing, pat, day_log, cast):
        refusing.begin()
        forged = pat.post(log_address(cast), {**day_log, "csrfmiddlewaretoken": "f" * 64})

        assert forged.status_code == 403
        assert b"Slept badly" not in forged.content


class TestAClinicFormThatCannotBeSaved:
    def test_is_kept_and_sent_again_with_every_choice(self, refusing, thea, cast, recovery):
        address = f"/patients/{cast.pat_record.public_id}/repair/?recovery={recovery.public_id}"
        sent = {
            "csrfmiddlewaretoken": csrf_of(thea),
            "method": "open_reduction",
            "operated_on": str(recovery.injured_on),
            "hardware": ["plate", "screws"],
            "graft": "none",
            "note": NOTE,
        }
        refusing.begin()
        answer = thea.post(address, sent)
        refusing.end()
        saved = press_send_again(thea, answer)

        assert is_told(answer)
        assert saved.status_code == 302
        recovery.refresh_from_db()
        assert recovery.current_repair.hardware == ["plate", "screws"]
        assert recovery.current_repair.note == NOTE


class TestAPassword:
    def test_is_never_handed_back(self, refusing, open_browser, cast):
        cast.pat.set_password("recover-6-weeks")
        cast.pat.save()
        browser = open_browser()
        data = {
            "csrfmiddlewaretoken": csrf_of(browser, "/accounts/login/"),
            "login": cast.pat.email,
            "password": "recover-6-weeks",
        }
        refusing.begin()

        answer = browser.post("/accounts/login/", data)

        html = answer.content.decode()
        assert is_told(answer)
        assert "recover-6-weeks" not in html
        assert Forms(html).found == []
        assert cast.pat.email in html
        assert "We did not keep your password" in html


class TestARecord:
    def test_is_not_read_without_its_audit_row(self, refusing, thea, cast, recovery):
        before = AuditEvent.objects.count()
        refusing.begin()

        answers = [thea.get("/patients/?show=all"), thea.get(f"/patients/{cast.pat_record.public_id}/")]

        assert all(is_told(one) for one in answers)
        assert all(b"Moreno" not in one.content for one in answers)
        assert AuditEvent.objects.count() == before

    def test_that_a_page_loads_by_script_is_opened_whole(self, refusing, thea):
        refusing.begin()

        answer = thea.get("/patients/?q=mor", headers={"HX-Request": "true"})

        assert answer["HX-Redirect"] == "/patients/?q=mor"

    def test_of_ones_own_is_still_read(self, refusing, pat):
        refusing.begin()

        assert pat.get("/today/").status_code == 200


class TestACall:
    def test_is_answered_in_the_one_shape(self, refusing, api_of, cast, recovery):
        call = api_of(cast.pat)
        call.handler.raise_request_exception = call.raise_request_exception = False
        body = {
            "id": str(uuid4()),
            "recovery": str(recovery.public_id),
            "day": str(clock.local_day(clock.now(), cast.pat_record.time_zone)),
            "done_at": clock.now().isoformat(),
            "pain_rest": 3,
        }
        refusing.begin()
        refused = call.post("/api/v1/logs/", body)
        refusing.end()
        saved = call.post("/api/v1/logs/", body)

        assert refused.status_code == 503
        assert refused["Retry-After"] == "30"
        assert refused.json() == {
            "type": "server_error",
            "errors": [
                {"code": "unavailable", "detail": f"{CANNOT}. Please try again in a minute.", "attr": None}
            ],
        }
        assert saved.status_code == 201


class TestHelp:
    def test_shows_its_advice_although_nobody_can_be_told(self, refusing, pat):
        data = {"csrfmiddlewaretoken": csrf_of(pat), "sign": "rf-pe"}
        refusing.begin()

        answer = pat.post("/help/", data)

        assert answer.status_code == 200
        assert b"Get help now" in answer.content
        assert b"This was not sent to anyone" in answer.content

    def test_keeps_its_way_once_the_database_is_back(self, refusing, pat):
        data = {"csrfmiddlewaretoken": csrf_of(pat), "sign": "rf-pe"}
        refusing.begin()
        pat.post("/help/", data)
        refusing.end()

        answer = pat.post("/help/", data, follow=True)

        assert b"on your care team" in answer.content


GONE = """
import sys
import time
import django
django.setup()
from django.conf import settings
from django.test import Client
browsers = {"forge": Client(raise_request_exception=False, enforce_csrf_checks=True)}
for ask in sys.argv[1:]:
    method, path = ask.split()
    browser = browsers.get(method) or Client(raise_request_exception=False)
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    asked_at = time.monotonic()
    if method == "get":
        answer = browser.get(path)
    else:
        answer = browser.post(path, {"sign": "rf-pe", "note": "Slept"})
    known = ("Tick all", "This was not sent to anyone", "We cannot save", "Slept")
    told = [one for one in known if one in answer.content.decode()]
    if settings.SESSION_COOKIE_NAME in answer.cookies:
        told.append("touched the session")
    if time.monotonic() - asked_at > 15:
        told.append("waited for long")
    print(ask, answer.status_code, *told, sep="|")
"""


class TestADatabaseThatIsGone:
    """Asked by somebody with a session, in a process of its own that never had a database."""

    def test_leaves_help_open_and_every_other_page_with_one_sentence(self, tmp_path):
        gone = f"sqlite:///{tmp_path}/nowhere/bonestep.sqlite3"
        asks = (
            "get /help/",
            "post /help/",
            "get /today/",
            "get /nowhere/",
            "get /api/v1/recoveries/",
            "post /log/",
        )

        told, log = self.ask(tmp_path, gone, *asks, "forge /log/")

        assert told == [
            "get /help/|200|Tick all",
            "post /help/|200|This was not sent to anyone",
            "get /today/|503|We cannot save",
            "get /nowhere/|503|We cannot save",
            "get /api/v1/recoveries/|503|We cannot save",
            "post /log/|503|We cannot save|Slept",
            "forge /log/|503|We cannot save",
        ]
        assert log.count("Answered 503: OperationalError") == 5
        assert "Traceback" not in log

    def test_is_not_waited_for_by_a_page_for_long(self, tmp_path, unused_port):
        told, log = self.ask(tmp_path, f"postgresql://nobody@127.0.0.1:{unused_port}/none", "post /log/")

        assert told == ["post /log/|503|We cannot save|Slept"]
        assert "Traceback" not in log

    def ask(self, var: Path, database: str, *asks: str) -> tuple[list[str], str]:
        own = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings"}
        where = {"DATABASE_URL": database, "VAR_DIR": str(var), "PUBLIC_URL": "http://testserver"}
        done = subprocess.run(
            [sys.executable, "-c", GONE, *asks],
            cwd=live_settings.BASE_DIR,
            env={**own, **where},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout.splitlines(), done.stderr


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestWhatIsNoFault:
    @pytest.mark.parametrize(
        "problem",
        [
            ValueError(),
            DatabaseError("Save with update_fields did not affect any rows."),
            InternalError(),
            None,
        ],
    )
    def test_of_the_database_stays_an_error_of_ours(self, problem):
        assert faults.behind(problem) is None

    def test_is_told_from_one_that_is(self):
        assert faults.behind(OperationalError("disk I/O error"))
