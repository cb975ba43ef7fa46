"""Every screen, as the demo people see it in Chromium: axe in light and dark, no sideways scroll, no console error."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.chromium import ChromiumDriver
from tests.journeys.parts import Installation, installation, own_database, own_redis, smtp_server

pytestmark = [pytest.mark.real_parts, pytest.mark.browser]

PASSWORD = "recover-6-weeks"
NARROW = (320, 195)
SCREENS = {
    "": [
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
        "/help/",
        "/privacy/",
        "/nowhere/",
    ],
    "pat": [
        "/today/",
        "/log/",
        "/recovery/",
        "/help/",
        "/reminders/",
        "/medicines/",
        "/medicines/new/",
        "/me/",
        "link:/exercises/",
        "link:/visits/",
    ],
    "otto": ["/today/", "/log/", "/recovery/"],
    "vera": ["/medicines/", "link:/medicines/", "/today/", "/log/", "/recovery/"],
    "thea": [
        "/patients/",
        "/patients/?show=all",
        "/patients/new/",
        "record:",
        "record:plan/",
        "record:exercises/",
        "record:medicines/",
        "record:medicines/new/",
        "record:visits/new/",
        "record:x-rays/new/",
        "record:fracture/",
        "record:repair/",
        "record:details/",
        "record:dates/",
        "record:close/",
        "record:log/",
        "record:reminders/",
        "/patients/unreached/",
        "/reminders/morning/",
    ],
    "cleo": ["/clinic/", "/patients/", "link:/clinic/patients/", "/api/v1/docs/"],
}


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
    """Return where to go; ``link:`` is the first link of the page before that begins so, ``record:`` is Pat's."""
    record = ""
    for screen in screens:
        kind, _, rest = screen.partition(":")
        if kind == "link":
            start = screens[0]
            driver.open(start)
            yield next(one for one in driver.links() if one.startswith(rest) and one != rest)
        elif kind == "record":
            if not record:
                driver.open("/patients/?q=Pat")
                record = next(one for one in driver.links() if one.startswith("/patients/") and len(one) > 40)
            yield record.split("?")[0] + rest
        else:
            yield screen


class TestEveryScreen:
    @pytest.mark.parametrize("who", SCREENS, ids=lambda who: who or "visitor")
    def test_has_no_fault_that_axe_finds_and_fits_every_width(self, running, browser: Browser, who):
        driver = ChromiumDriver(browser, running.url)
        if who:
            sign_in(driver, who)
        for address in list(addresses(driver, SCREENS[who])):
            driver.open(address)
            for width in NARROW:
                driver.page.set_viewport_size({"width": width, "height": 640})
                wide = driver.page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    driver.faults.append(f"{address}: {wide} px wide at {width} px")
            driver.page.set_viewport_size({"width": 390, "height": 844})
        driver.close()

        assert "\n".join(driver.faults) == ""

    @pytest.mark.parametrize("who", ["pat", "thea"])
    def test_says_the_same_with_javascript_off(self, running, browser: Browser, who):
        # The first round reads what is new (an x-ray result, say): from then on the screens stand still.
        words = [self.words(running, browser, who, javascript=on) for on in (True, True, False)]

        assert words[1] == words[2]

    def words(self, running, browser: Browser, who: str, *, javascript: bool) -> dict[str, str]:
        """Return the words of each screen, read in order."""
        driver = ChromiumDriver(browser, running.url, javascript=javascript)
        sign_in(driver, who)
        seen = {}
        for address in list(addresses(driver, SCREENS[who])):
            driver.page.goto(running.url + address)
            seen[address] = driver.page.locator("main").inner_text()
        driver.close()
        return seen
