"""Every screen, as the demo people see it in Chromium: axe in light and dark, no sideways scroll, no console error."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Request

from tests.journeys.chromium import AXE, AXE_OPTIONS, AXE_RUN, PHONE, ChromiumDriver
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

PATIENTS = ("", "pat", "vera", "otto")
SMALL = r"""() => {
    document.querySelectorAll("details").forEach(fold => { fold.open = true; });
    const words = one => one.textContent.replace(/\s+/g, " ").trim();
    const isInline = one => getComputedStyle(one).display.startsWith("inline");
    const block = one => isInline(one) ? block(one.parentElement) : one;
    const inSentence = one => one.tagName === "A" && getComputedStyle(one).display === "inline"
        && /\w/.test(words(block(one)).replace(words(one), ""));
    const isOffered = one => one.checkVisibility({visibilityProperty: true})
        && !one.matches(".skip, [aria-hidden=true]") && !inSentence(one);
    const target = one => one.closest("label") || (one.matches("[type=radio], [type=checkbox]") && one.labels[0]) || one;
    const all = document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])");
    return [...all].filter(isOffered).map(one => [one, target(one).getBoundingClientRect()])
        .filter(([, box]) => Math.min(box.width, box.height) < 43.9)
        .map(([one, box]) => `${Math.round(box.width)} x ${Math.round(box.height)} px: ${one.outerHTML.slice(0, 120)}`);
}"""
"""What is offered to a finger and is smaller than 44 px, with all folds open. Links inside a sentence may be."""
FLAT = """() => [...document.querySelectorAll("main .btn:not(.plain), .urgent")].filter(one => one.checkVisibility())
    .filter(one => {
        const style = getComputedStyle(one), behind = getComputedStyle(document.body).backgroundColor;
        return parseFloat(style.borderTopWidth) < 1 || style.borderTopColor === behind;
    }).map(one => `no edge: ${one.outerHTML.slice(0, 120)}`)"""
"""The buttons that nothing sets off from the page once its own colours are gone."""
MOVING = """() => [...document.querySelectorAll("*")].filter(one => {
    const style = getComputedStyle(one);
    return style.animationName !== "none" || /[1-9]/.test(style.transitionDuration);
}).map(one => `moves: ${one.outerHTML.slice(0, 120)}`)"""
OWN_COLOURS = """() => [...document.querySelectorAll("body *")].filter(one => !one.closest("svg"))
    .filter(one => getComputedStyle(one).forcedColorAdjust !== "auto")
    .map(one => `keeps its own colours: ${one.outerHTML.slice(0, 120)}`)"""
"""What the phone may not give its own colours. All other words take them, so axe's rule of contrast says nothing here."""
NOT_COLOURS = {**AXE_OPTIONS, "rules": {"color-contrast": {"enabled": False}}}


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


def words_of(driver: ChromiumDriver, address: str) -> str:
    """Return what a screen says, but for the buttons that only a script can offer."""
    driver.open(address)
    return driver.page.locator("main").evaluate(WITHOUT_EXTRAS)


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
        drivers = [ChromiumDriver(browser, running.url, javascript=on, checks=False) for on in (True, False)]
        for driver in drivers if who else []:
            sign_in(driver, who)
        screens = [one for one in addresses(drivers[0], SCREENS[who]) if one not in OF_THIS_VISIT]
        for (
            address
        ) in screens:  # read what is new (an x-ray result, say): from then on the screens stand still
            drivers[0].open(address)
        for address in screens:
            # One right after the other: the worker sends mails all the time, and staff read of them.
            with_javascript, without = (words_of(driver, address) for driver in drivers)
            assert with_javascript == without, address
        for driver in drivers:
            driver.close()


class TestEveryPageOfAPatient:
    def faults(
        self, browser: Browser, url: str, who: str, look: Callable[[ChromiumDriver], list[str]]
    ) -> str:
        """Return what is wrong on a person's pages, with what the console and the policy reported."""
        driver = ChromiumDriver(browser, url, checks=False)
        if who:
            sign_in(driver, who)
        for address in list(addresses(driver, SCREENS[who])):
            driver.open(address)
            driver.faults += [f"{address}: {one}" for one in look(driver)]
        driver.close()
        return "\n".join(driver.faults)

    @pytest.mark.parametrize("who", PATIENTS, ids=lambda who: who or "visitor")
    def test_offers_nothing_that_a_thumb_would_miss_and_stands_still(self, running, browser: Browser, who):
        def look(driver: ChromiumDriver) -> list[str]:
            return driver.page.evaluate(SMALL) + driver.page.evaluate(MOVING)

        assert self.faults(browser, running.url, who, look) == ""

    @pytest.mark.parametrize("who", PATIENTS, ids=lambda who: who or "visitor")
    def test_can_be_read_and_pressed_in_the_colours_of_the_phone(self, running, browser: Browser, who):
        def look(driver: ChromiumDriver) -> list[str]:
            driver.page.emulate_media(forced_colors="active")
            driver.page.evaluate(AXE.axe_script)
            found = driver.page.evaluate(AXE_RUN, NOT_COLOURS)
            flat = driver.page.evaluate(FLAT) + driver.page.evaluate(OWN_COLOURS)
            return flat + [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]

        assert self.faults(browser, running.url, who, look) == ""

    def test_loads_its_static_files_only_once(self, running, browser: Browser):
        driver = ChromiumDriver(browser, running.url, checks=False)
        sign_in(driver, "pat")
        driver.open("/today/")
        again: list[Request] = []
        driver.page.on("requestfinished", lambda one: again.append(one))  # noqa: PLW0108  Playwright needs a function
        driver.open("/log/")
        driver.open("/today/")
        sent = [one.url for one in again if "/static/" in one.url and one.sizes()["responseBodySize"] > 0]
        driver.close()

        assert any("/static/" in one.url for one in again)
        assert sent == []


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
