"""Every screen, as the demo people see it in Chromium: axe in light and dark, no sideways scroll, no console error."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.chromium import PHONE, ChromiumDriver
from tests.journeys.drivers import Value
from tests.journeys.parts import Installation, installation, own_database, own_redis, smtp_server

pytestmark = [pytest.mark.real_parts, pytest.mark.browser]

PASSWORD = "recover-6-weeks"
NARROW = (320, 195)
OF_THIS_VISIT = {"/me/data/", "/me/devices/"}
"""Screens that tell of the sign-in itself, and so differ with each."""
SCREENS = {
    "": [
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
        "/help/",
        "/offline/",
        "/offline/help/",
        "/privacy/",
        "/nowhere/",
    ],
    "pat": [
        "/today/",
        "/log/",
        "day:saved/",
        "day:photos/",
        "/recovery/",
        "/recovery/charts/",
        "/recovery/charts/?weeks=2",
        "/recovery/x-rays/",
        "/recovery/sheet/",
        "/recovery/questions/",
        "/help/",
        "/reminders/",
        "/medicines/",
        "/medicines/new/",
        "/me/",
        "/me/display/",
        "/me/data/",
        "/me/access/",
        "/me/devices/",
        "link:/exercises/",
        "link:/exercises/ hurt/",
        "link:/exercises/ count/",
        "/exercises/",
        "link:/visits/",
    ],
    "otto": ["/today/", "/log/", "/recovery/", "/recovery/charts/", "/recovery/x-rays/"],
    "vera": ["/medicines/", "link:/medicines/", "/today/", "/log/", "/recovery/"],
    "thea": [
        "/patients/",
        "/patients/?show=all",
        "/patients/?q=Nobody",
        "/patients/new/",
        "Pat:",
        "Pat:sheet/",
        "Pat:plan/",
        "Pat:exercises/",
        "Pat:medicines/",
        "Pat:medicines/new/",
        "Pat:visits/new/",
        "Pat:x-rays/new/",
        "Pat:fracture/",
        "Pat:repair/",
        "Pat:details/",
        "Pat:dates/",
        "Pat:close/",
        "Pat:log/",
        "Pat:reminders/",
        "/patients/unreached/",
        "/reminders/morning/",
        "Jonas:",
        "Samuel:",
        "Samuel:plan/",
    ],
    "cleo": ["/clinic/", "/patients/", "link:/clinic/patients/", "/api/v1/docs/"],
}
REFUSED: dict[str, list[tuple[str, str, dict[str, Value]]]] = {
    "": [("/accounts/login/", "/login/$", {"login": "pat@demo.example", "password": "wrong"})],
    "pat": [
        ("/log/", "/log/", {}),
        ("day:photos/", "/photos/$", {}),
        ("/help/", "/help/", {}),
        ("/recovery/questions/", "/questions/$", {}),
        ("link:/exercises/ hurt/", "/hurt/", {}),
    ],
    "thea": [
        ("/patients/new/", "/new/", {}),
        ("Pat:visits/new/", "/visits/new/", {}),
        ("Pat:x-rays/new/", "/x-rays/new/", {}),
        ("Pat:fracture/", "/fracture/", {}),
        ("Pat:repair/", "/repair/", {}),
        ("Pat:details/", "/details/", {"name": ""}),
        ("Pat:dates/", "/dates/", {"injured_on": ""}),
        ("Pat:close/", "/close/", {}),
        ("Pat:log/", "/log/", {}),
        ("Samuel:plan/", "/plan/confirm/", {}),
    ],
}
"""Forms by the page they stand on and by their address; with these answers they come back."""

WITHOUT_EXTRAS = """main => {
    main.querySelectorAll("[data-script]").forEach(one => one.remove());
    return main.innerText;
}"""
"""The words of a page but for the buttons that only a script can offer: to read aloud, to time, to print."""


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


def sign_in(driver: ChromiumDriver, who: str) -> None:
    driver.open("/accounts/login/")
    driver.submit("/login/$", login=f"{who}@demo.example", password=PASSWORD)


def addresses(driver: ChromiumDriver, screens: list[str]) -> Iterator[str]:
    """Return where to go: ``link:`` is the first link of the first screen that begins so, ``Pat:`` Pat's
    record, ``day:`` yesterday's log.
    """
    records: dict[str, str] = {}
    for screen in screens:
        kind, colon, rest = screen.partition(":")
        if kind == "link":
            driver.open(screens[0])
            start, _space, end = rest.partition(" ")
            yield next(one for one in driver.links() if one.startswith(start) and one != start) + end
        elif kind == "day":
            driver.open("/log/")
            days = [one.partition("?")[0] for one in driver.links() if re.match(r"/log/\d{4}", one)]
            yield days[1] + rest
        elif colon:
            if kind not in records:
                records[kind] = record_of(driver, kind)
            yield records[kind] + rest
        else:
            yield screen


def record_of(driver: ChromiumDriver, name: str) -> str:
    """Return the address of the record that staff find by a name."""
    driver.open(f"/patients/?q={name}")
    record = next(one for one in driver.links() if one.startswith("/patients/") and len(one) > 40)
    return record.split("?")[0]


def fit_every_width(driver: ChromiumDriver) -> None:
    """Note a fault where the page is wider than a narrow phone, or than a wide one zoomed in twice."""
    for width in NARROW:
        driver.page.set_viewport_size({"width": width, "height": 640})
        wide = driver.page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            driver.faults.append(f"{driver.path}: {wide} px wide at {width} px")
    driver.page.set_viewport_size(PHONE)


class TestEveryScreen:
    @pytest.mark.parametrize("who", SCREENS, ids=lambda who: who or "visitor")
    def test_has_no_fault_that_axe_finds_and_fits_every_width(self, running, browser: Browser, who):
        driver = ChromiumDriver(browser, running.url)
        if who:
            sign_in(driver, who)
        for address in list(addresses(driver, SCREENS[who])):
            driver.open(address)
            fit_every_width(driver)
        driver.close()

        assert "\n".join(driver.faults) == ""

    @pytest.mark.parametrize("who", SCREENS, ids=lambda who: who or "visitor")
    def test_says_the_same_with_javascript_off(self, running, browser: Browser, who):
        # The first round reads what is new (an x-ray result, say): from then on the screens stand still.
        words = [self.words(running, browser, who, javascript=on) for on in (True, True, False)]

        assert words[1] == words[2]

    def words(self, running, browser: Browser, who: str, *, javascript: bool) -> dict[str, str]:
        """Return the words of each screen, read in order."""
        driver = ChromiumDriver(browser, running.url, javascript=javascript, checks=False)
        if who:
            sign_in(driver, who)
        seen = {}
        for address in [one for one in addresses(driver, SCREENS[who]) if one not in OF_THIS_VISIT]:
            driver.page.goto(running.url + address)
            seen[address] = driver.page.locator("main").evaluate(WITHOUT_EXTRAS)
        driver.close()
        return seen


class TestForms:
    @pytest.mark.parametrize("who", REFUSED, ids=lambda who: who or "visitor")
    def test_have_no_fault_that_axe_finds_once_they_are_refused(self, running, browser: Browser, who):
        driver = ChromiumDriver(browser, running.url)
        if who:
            sign_in(driver, who)
        for screen, action, answers in REFUSED[who]:
            *_start, address = addresses(driver, [SCREENS[who][0], screen])
            driver.open(address)
            driver.submit(action, **answers)
            assert driver.page.locator(".errors").count(), f"{screen} shows no error: {driver.text}"
            fit_every_width(driver)
        driver.close()

        assert "\n".join(driver.faults) == ""

    @pytest.mark.parametrize("pain", ["9", "3"], ids=["of much pain", "of little pain"])
    def test_that_save_a_log_end_on_a_page_with_no_fault(self, running, browser: Browser, pain):
        driver = ChromiumDriver(browser, running.url)
        sign_in(driver, "pat")
        driver.open("/log/")
        driver.submit("/log/", pain_rest=pain, check="fine")
        fit_every_width(driver)
        driver.close()

        assert driver.path.endswith("/saved/")
        assert "\n".join(driver.faults) == ""
