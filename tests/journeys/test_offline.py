"""A phone without a network: nothing that was saved is lost, doubled, shown to others, or left after sign-out."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from tests.journeys.chromium import AXE, AXE_OPTIONS, AXE_RUN, PHONE
from tests.journeys.parts import (
    ROOT,
    Installation,
    installation,
    own_database,
    own_redis,
    smtp_server,
    until,
)

pytestmark = [pytest.mark.real_parts, pytest.mark.browser]

PASSWORD = "recover-6-weeks"
ZONE = ZoneInfo("Europe/Madrid")
LOOKS: dict[str, Any] = {
    "viewport": PHONE,
    "has_touch": True,
    "is_mobile": True,
    "locale": "en-GB",
    "timezone_id": ZONE.key,
    "reduced_motion": "reduce",
}
LEDGER = """
import json, sys
from recovery.models import LogRevision
for note in map(str.strip, sys.stdin):
    rows = LogRevision.objects.filter(body__note=note).select_related("log", "recorded_by").order_by("pk")
    print(json.dumps([[one.pk, str(one.log.day), one.done_at.isoformat(), one.time_zone, one.body["pain_rest"],
        one.recorded_by.email] for one in rows]), flush=True)
"""
"""Answers each note with the saves that carry it, as the database has them."""
NOTE = "journey kitchen"
STORED = """async () => {
    const found = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const asked of await cache.keys()) {
            const answer = await cache.match(asked, {ignoreVary: true});
            if (!/image/.test(answer.headers.get("Content-Type"))) found.push(asked.url, await answer.text());
        }
    }
    for (const {name} of await indexedDB.databases()) {
        const db = await new Promise(done => {
            const asked = indexedDB.open(name);
            asked.onsuccess = () => done(asked.result);
        });
        for (const store of db.objectStoreNames) {
            const rows = await new Promise(done => {
                const asked = db.transaction(store).objectStore(store).getAll();
                asked.onsuccess = () => done(asked.result);
            });
            for (const row of rows) {
                found.push(JSON.stringify(row));
                if (row.data) found.push(new TextDecoder().decode(row.data));
                if (row instanceof CryptoKey) {
                    found.push(await crypto.subtle.exportKey("raw", row).then(() => "the key came out", () => ""));
                }
            }
        }
        db.close();
    }
    return found.join("\\n");
}"""
"""Everything that a page of this site can read of what the browser keeps."""


class Phone:
    """One browser with one page, and what went wrong on it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.page = context.pages[0] if context.pages else context.new_page()
        self.faults: list[str] = []
        context.set_default_timeout(15_000)
        self.page.on("pageerror", lambda fault: self.faults.append(f"{self.page.url}: {fault}"))

    def open(self, path: str) -> None:
        """Go to a page, and wait until its scripts have looked at what waits."""
        self.page.goto(self.url + path)
        if self.page.locator("#queue").count():
            self.page.evaluate("queue.ready")

    def sign_in(self, who: str) -> None:
        """Sign in."""
        self.open("/accounts/login/")
        self.fill_in(who)
        self.settle()

    def settle(self) -> None:
        """Wait until the phone keeps what it needs without a network."""
        self.page.evaluate(
            "new Promise(done => { const look = () => navigator.serviceWorker.controller ? done() :"
            " setTimeout(look, 20); look(); })"
        )

    def fill_in(self, who: str) -> None:
        """Fill in the sign-in page."""
        if not self.page.locator("[name=login]").is_visible():
            self.page.locator("details.more > summary").first.click()
        self.page.locator("[name=login]").fill(f"{who}@demo.example")
        self.page.locator("[name=password]").fill(PASSWORD)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Sign in with password").click()
        self.page.wait_for_load_state()
        self.page.evaluate("queue.ready")

    def go_offline(self, path: str = "/today/") -> None:
        """Lose the network, and open the page that then comes."""
        self.context.set_offline(True)
        self.open(path)

    def go_online(self, path: str = "/today/") -> None:
        """Find the network again, and open a page."""
        self.context.set_offline(False)
        self.open(path)

    def log(self, pain: int, note: str = NOTE, **choices: str) -> None:
        """Keep a log on the offline page."""
        self.page.locator("#day").wait_for()
        for name, value in {"pain_rest": str(pain), **choices}.items():
            self.page.locator(f"#day [name={name}][value='{value}']").check(force=True)
        self.page.locator("#day [name=note]").fill(note)
        self.page.get_by_role("button", name="Keep today").click()

    def kept(self) -> None:
        """Wait until the offline page says that it kept the log."""
        self.page.locator("#saved").wait_for()

    def waiting(self) -> int:
        """Return how many entries wait."""
        return int(self.page.evaluate("queue.all().then(all => all.length)"))

    def sent(self) -> None:
        """Wait until nothing waits any more."""
        until(lambda: self.waiting() == 0, what=lambda: f"all sent: {self.bar}", seconds=15)

    @property
    def bar(self) -> str:
        """Return what the bar says."""
        return " ".join(self.page.locator("#queue").inner_text().split())

    def says(self, words: str) -> None:
        """Wait until the bar says something."""
        until(lambda: words in self.bar, what=lambda: f"{words!r} in {self.bar!r}", seconds=15)

    def day(self) -> dict[str, Any]:
        """Return today's log as the API tells it."""
        today = datetime.now(ZONE).date()
        answer = self.context.request.get(f"{self.url}/api/v1/logs/?day={today}").json()
        return dict((answer["results"] or [{}])[0])


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Installation]:
    """Start an installation with the demo people."""
    var = tmp_path_factory.mktemp("var")
    with (
        own_database() as database_url,
        own_redis(var) as redis_url,
        smtp_server() as (_mailbox, port),
        installation(var, smtp_port=port, database_url=database_url, redis_url=redis_url) as one,
    ):
        yield one


@contextmanager
def phone_of(browser: Browser, running: Installation, who: str = "") -> Iterator[Phone]:
    """Give somebody a phone."""
    context = browser.new_context(**LOOKS)
    phone = Phone(context, running.url)
    if who:
        phone.sign_in(who)
    yield phone
    context.close()
    assert phone.faults == []


@pytest.fixture(scope="module")
def cookies(browser: Browser, running: Installation) -> list[Any]:
    """Return the cookies of Pat's session, which no test ends."""
    with phone_of(browser, running, "pat") as phone:
        return list(phone.context.cookies())


@pytest.fixture
def pat(browser: Browser, running: Installation, cookies: list[Any]) -> Iterator[Phone]:
    """Give Pat a phone on which they are signed in."""
    with phone_of(browser, running) as phone:
        phone.context.add_cookies(cookies)
        phone.open("/today/")
        phone.settle()
        yield phone


@pytest.fixture
def leaving(browser: Browser, running: Installation) -> Iterator[Phone]:
    """Give Pat a phone with a session of its own, to sign out of."""
    with phone_of(browser, running, "pat") as phone:
        yield phone


class Ledger:
    """The saves that the server has, read in the database itself."""

    def __init__(self, running: Installation) -> None:
        words = [sys.executable, "manage.py", "shell", "--no-imports", "-c", LEDGER]
        pipe = subprocess.PIPE
        self.reader = subprocess.Popen(words, cwd=ROOT, env=running.env, stdin=pipe, stdout=pipe, text=True)

    def __call__(self, note: str) -> list[list[Any]]:
        """Return the saves with a note, in the order in which they came."""
        assert self.reader.stdin
        assert self.reader.stdout
        self.reader.stdin.write(note + "\n")
        self.reader.stdin.flush()
        rows: list[list[Any]] = json.loads(self.reader.stdout.readline())
        return rows

    def close(self) -> None:
        """Let the reader end."""
        self.reader.communicate(timeout=30)


@pytest.fixture(scope="module")
def saves(running: Installation) -> Iterator[Ledger]:
    """Open the ledger."""
    ledger = Ledger(running)
    yield ledger
    ledger.close()


class TestTwoWeeksWithoutANetwork:
    def test_arrive_each_once_in_order_with_their_own_day_instant_and_zone(self, running, saves, browser):
        today = datetime.now(ZONE).replace(hour=21, minute=5, second=0, microsecond=0)
        evenings = [today - timedelta(days=back) for back in range(14, 0, -1)]
        with phone_of(browser, running, "otto") as phone:
            self.log_each(phone, evenings)
            phone.page.clock.set_fixed_time(datetime.now(ZONE))
            phone.go_online()
            phone.sent()

        expected = [
            [f"{at:%Y-%m-%d}", at, ZONE.key, number % 7, "otto@demo.example"]
            for number, at in enumerate(evenings)
        ]
        found = [row for number in range(14) for row in saves(f"journey {number}")]
        assert [[day, datetime.fromisoformat(at), *more] for _pk, day, at, *more in found] == expected
        assert found == sorted(found), "in order"

    def log_each(self, phone: Phone, evenings: list[datetime]) -> None:
        phone.context.set_offline(True)
        for number, at in enumerate(evenings):
            phone.page.clock.set_fixed_time(at)
            phone.open("/log/")
            phone.log(number % 7, f"journey {number}")
            phone.kept()
        phone.says("14 entries waiting")


class TestAnActAfterMidnight:
    def test_has_the_patients_own_day_and_the_instant_with_its_offset(self, pat):
        pat.page.clock.set_fixed_time(datetime(2026, 7, 20, 0, 40, tzinfo=ZONE))

        days = {zone: pat.page.evaluate(f"queue.dayIn('{zone}')") for zone in (ZONE.key, "UTC", "Asia/Tokyo")}

        assert days == {ZONE.key: "2026-07-20", "UTC": "2026-07-19", "Asia/Tokyo": "2026-07-20"}
        assert pat.page.evaluate("queue.stamp()") == {
            "done_at": "2026-07-20T00:40:00.000+02:00",
            "time_zone": ZONE.key,
        }


class TestABrowserThatIsKilled:
    def test_still_has_what_waited_and_sends_it(
        self, running, saves, playwright, browser_type_launch_args, tmp_path
    ):
        folder = tmp_path / "profile"

        def start() -> Phone:
            launch = {**browser_type_launch_args, **LOOKS}
            return Phone(playwright.chromium.launch_persistent_context(folder, **launch), running.url)

        phone = start()
        phone.sign_in("vera")
        phone.go_offline()
        phone.log(2, "journey killed")
        phone.kept()
        kill(folder)

        phone = start()
        phone.open("/today/")
        if "/login/" in phone.page.url:  # Chromium writes its cookies only now and then
            phone.says("Sign in to send 1 entry")
            phone.fill_in("vera")
        phone.sent()
        phone.context.close()

        assert [row[4] for row in saves("journey killed")] == [2]


def kill(folder: Path) -> None:
    """Kill the browser that uses a profile, as the system does: without a word."""
    for one in Path("/proc").iterdir():
        try:
            if one.name.isdigit() and str(folder).encode() in (one / "cmdline").read_bytes():
                os.kill(int(one.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue


class TestTwoPhones:
    def test_that_log_one_day_make_one_day_and_the_patient_chooses_where_they_differ(
        self, running, browser, pat
    ):
        pat.go_offline()
        pat.log(3, "journey two", swelling="a lot")
        pat.kept()
        with phone_of(browser, running, "pat") as other:
            other.open("/log/")
            other.page.locator("[name=pain_rest][value='6']").check(force=True)
            with other.page.expect_navigation():
                other.page.get_by_role("button", name="Save today").click()

        pat.go_online()
        pat.says("Saved differently on another device.")
        pat.says("There it is 6.")
        merged = pat.day()
        pat.page.get_by_role("button", name="Keep mine").click()
        pat.sent()

        assert (merged["pain_rest"], merged["swelling"], len(merged["saves"])) == (6, "a lot", 2)
        assert (pat.day()["pain_rest"], len(pat.day()["saves"])) == (3, 3)


class TestASessionThatEnds:
    def test_while_an_entry_waits_loses_nothing(self, running, saves, pat):
        pat.go_offline()
        pat.log(4, "journey ended")
        pat.kept()
        pat.context.clear_cookies(name="sessionid")
        pat.context.set_offline(False)
        pat.says("Sign in to send 1 entry")
        pat.open("/today/")
        pat.says("Sign in to send 1 entry")

        pat.fill_in("pat")
        pat.sent()

        assert [row[4] for row in saves("journey ended")] == [4]

    def test_while_the_log_is_filled_in_loses_nothing(self, running, saves, pat):
        pat.open("/log/")
        pat.page.locator("[name=pain_rest][value='5']").check(force=True)
        pat.page.locator("[name=note]").fill("journey form")
        pat.context.clear_cookies(name="sessionid")
        with pat.page.expect_navigation():
            pat.page.get_by_role("button", name="Save today").click()

        pat.fill_in("pat")
        pat.sent()

        assert [row[4] for row in saves("journey form")] == [5]


class TestSomebodyElse:
    def test_who_signs_in_on_the_phone_neither_sees_nor_sends_what_waits(self, running, saves, pat):
        pat.go_offline()
        pat.log(1, "journey shared")
        pat.kept()
        pat.context.clear_cookies(name="sessionid")
        pat.context.set_offline(False)
        pat.open("/accounts/login/")
        posted: list[str] = []
        pat.context.on("request", lambda one: posted.append(one.url) if "/api/" in one.url else None)
        pat.fill_in("otto")
        pat.page.evaluate("queue.send()")

        assert posted == []
        assert pat.bar == ""
        assert pat.waiting() == 1
        assert saves("journey shared") == []

        pat.context.clear_cookies(name="sessionid")
        pat.open("/accounts/login/")
        pat.fill_in("pat")
        pat.sent()

        assert [row[5] for row in saves("journey shared")] == ["pat@demo.example"]


class TestThePagesForms:
    def test_that_meet_no_network_are_kept_and_sent_once(self, running, saves, pat):
        pat.open("/log/")
        pat.context.set_offline(True)
        pat.page.locator("[name=pain_rest][value='2']").check(force=True)
        pat.page.locator("[name=note]").fill("journey page")
        pat.page.get_by_role("button", name="Save today").click()
        pat.page.locator(".queue-note").wait_for()
        pat.context.set_offline(False)
        pat.sent()

        assert [row[4] for row in saves("journey page")] == [2]

    def test_that_are_sent_leave_nothing_waiting(self, running, saves, pat):
        pat.open("/log/")
        pat.page.locator("[name=pain_rest][value='2']").check(force=True)
        pat.page.locator("[name=note]").fill("journey plain")
        with pat.page.expect_navigation():
            pat.page.get_by_role("button", name="Save today").click()
        pat.sent()

        assert pat.page.url.endswith("/saved/")
        assert len(saves("journey plain")) == 1

    def test_that_are_saved_never_say_that_they_wait(self, pat):
        pat.context.add_init_script(
            "addEventListener('DOMContentLoaded', () => { const bar = document.getElementById('queue');"
            " new MutationObserver(() => sessionStorage.setItem('said', (sessionStorage.getItem('said') || '')"
            " + bar.textContent)).observe(bar, {childList: true, subtree: true}); })"
        )
        pat.open("/log/")
        pat.page.locator("[name=pain_rest][value='2']").check(force=True)
        with pat.page.expect_navigation():
            pat.page.get_by_role("button", name="Save today").click()
        pat.sent()

        assert pat.page.url.endswith("/saved/")
        assert "waiting" not in (pat.page.evaluate("sessionStorage.getItem('said')") or "")

    def test_that_lack_an_answer_come_back(self, pat):
        pat.open("/log/")
        for radio in pat.page.locator("[name=pain_rest]").all():
            radio.evaluate("one => { one.checked = false; }")
        with pat.page.expect_navigation():
            pat.page.get_by_role("button", name="Save today").click()

        assert pat.page.locator(".errors").count() == 1
        assert pat.waiting() == 0

    def test_of_a_set_are_kept_and_counted_once(self, running, saves, pat):
        move = pat.context.request.get(f"{running.url}/offline/programme/").json()["exercises"][-1]
        pat.open(f"/exercises/{move['id']}/")
        pat.context.set_offline(True)
        pat.page.get_by_role("button", name=re.compile("Set done|One more set")).click()
        pat.page.locator(".queue-note").wait_for()
        pat.open("/today/")
        pat.page.get_by_role("button", name=f"Set done: {move['name']}").click()
        pat.says("2 entries waiting")
        pat.go_online()
        pat.sent()

        after = pat.context.request.get(f"{running.url}/offline/programme/").json()["exercises"]
        assert {one["id"]: one["done"] for one in after}[move["id"]] == move["done"] + 2


class TestAnAnswerThatIsCut:
    def test_after_the_server_has_saved_makes_no_second_entry(self, running, saves, pat):
        cut: list[int] = []

        def answer(route: Route) -> None:
            if route.request.method != "POST" or cut:
                return route.continue_()
            cut.append(route.fetch().status)
            return route.abort()

        pat.go_offline()
        pat.log(4, "journey cut")
        pat.kept()
        pat.context.route("**/api/v1/logs/", answer)
        pat.go_online()
        pat.sent()

        # A page that goes away in the middle leaves the entry to the next one: it is answered as done.
        assert (cut[0], set(cut[1:]) - {200}) == (201, set())
        assert len(saves("journey cut")) == 1

    def test_and_a_page_of_a_wi_fi_in_its_place_keep_the_entry(self, running, saves, pat):
        pat.go_offline()
        pat.log(4, "journey portal")
        pat.kept()
        portal = {"status": 200, "content_type": "text/html", "body": "<h1>Welcome to our Wi-Fi</h1>"}
        pat.context.route("**/api/v1/logs/", lambda route: route.fulfill(**portal))
        pat.go_online()
        pat.says("1 entry waiting")
        pat.context.unroute_all()
        pat.page.get_by_role("button", name="Send now").click()
        pat.sent()

        assert len(saves("journey portal")) == 1


class TestAStoreThatThePhoneCleared:
    def test_breaks_nothing(self, running, saves, pat):
        pat.go_offline()
        pat.log(4, "journey cleared")
        pat.kept()
        pat.context.set_offline(False)
        phone = pat.context.new_cdp_session(pat.page)
        # Not "all": a phone that clears a site's store keeps its cookies.
        kinds = "indexeddb,cache_storage,service_workers,local_storage"
        pat.context.route("**/api/v1/logs/", lambda route: route.abort())
        phone.send("Storage.clearDataForOrigin", {"origin": running.url, "storageTypes": kinds})
        pat.context.unroute_all()
        pat.open("/today/")

        assert pat.waiting() == 0
        assert "waiting" not in pat.bar
        assert pat.page.locator("h1").count() == 1


class TestHelp:
    def test_opens_without_a_network_and_without_an_account(self, running, browser):
        with phone_of(browser, running) as phone:
            phone.open("/accounts/login/")
            phone.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
            phone.go_offline("/help/")

            assert phone.page.locator("h1").inner_text() == "Is something wrong?"
            assert phone.page.locator("a.btn.bad").get_attribute("href") == "tel:112"
            phone.page.locator("summary").first.click()
            assert phone.page.locator("details[open] p").inner_text()
            assert faults_of(phone) == []

    def test_comes_at_once_when_something_is_wrong(self, pat):
        pat.go_offline()
        assert faults_of(pat) == []
        pat.log(9, "journey wrong", check="wrong")
        pat.page.wait_for_url("**/help/")

        assert pat.page.locator("h1").inner_text() == "Is something wrong?"


def faults_of(phone: Phone) -> list[str]:
    """Return what axe finds on the page in light and dark, and whether it is too wide for a narrow phone."""
    found = []
    phone.page.evaluate(AXE.axe_script)
    for scheme in ("light", "dark"):
        phone.page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {one['id']}" for one in phone.page.evaluate(AXE_RUN, AXE_OPTIONS)]
    for width in (320, 195):
        phone.page.set_viewport_size({"width": width, "height": 640})
        wide = phone.page.evaluate("document.documentElement.scrollWidth")
        found += [f"{wide} px wide at {width}"] if wide > width else []
    phone.page.set_viewport_size(PHONE)
    return found


class TestSigningOut:
    def test_asks_about_what_waits_and_leaves_no_private_word(self, running, saves, leaving):
        leaving.context.route("**/api/v1/**", lambda route: route.abort())
        leaving.go_offline()
        leaving.log(4, "journey secret")
        leaving.kept()
        before = leaving.page.evaluate(STORED)
        leaving.go_online()
        words = private_words(leaving)
        leaving.open("/accounts/logout/")
        leaving.page.locator("form[data-queue] button").click()
        leaving.page.get_by_text("1 entry is not sent yet.").wait_for()
        assert faults_of(leaving) == []
        with leaving.page.expect_navigation():
            leaving.page.get_by_role("button", name="Sign out and delete 1 entry").click()
        leaving.page.wait_for_url("**/accounts/login/")
        leaving.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")

        found = [*words, "journey secret", "Make a fist"]
        assert [one for one in found if one.lower() in before.lower()] == []
        assert "the key came out" not in before
        after = leaving.page.evaluate(STORED)
        assert "112" in after, "Help is there again"
        assert [one for one in found if one.lower() in after.lower()] == []
        assert self.words_behind(leaving, found) == []
        assert saves("journey secret") == []

    def words_behind(self, phone: Phone, words: list[str]) -> list[str]:
        """Go back through the history, and return the private words that come up, with and without a network."""
        found = []
        for is_away in (False, True):
            phone.context.set_offline(is_away)
            for _step in range(4):
                phone.page.go_back(wait_until="load")
                text = phone.page.content()
                found += [f"{phone.page.url}: {one}" for one in words if one.lower() in text.lower()]
            phone.context.set_offline(False)
            phone.open("/accounts/login/")
        return found

    def test_can_send_first(self, running, saves, leaving):
        leaving.go_offline()
        leaving.log(4, "journey first")
        leaving.kept()
        leaving.context.route("**/api/v1/**", lambda route: route.abort())
        leaving.go_online("/accounts/logout/")
        leaving.page.locator("form[data-queue] button").click()
        leaving.page.get_by_role("button", name="Send first").wait_for()
        leaving.context.unroute_all()
        leaving.page.get_by_role("button", name="Send first").click()
        leaving.sent()
        with leaving.page.expect_navigation():
            leaving.page.locator("form[data-queue] button").click()

        assert "/login/" in leaving.page.url
        assert len(saves("journey first")) == 1


def private_words(phone: Phone) -> list[str]:
    """Return words that only Pat's own pages hold."""
    recoveries = phone.page.locator("main").inner_text()
    assert "Broken wrist" in recoveries
    return ["Broken wrist", "pat@demo.example", "Good morning, Pat", "Good afternoon, Pat", "Thea Lindqvist"]
