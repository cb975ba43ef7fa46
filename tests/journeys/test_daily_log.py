"""The daily log as a patient lives it on a phone: how many taps and seconds it takes, changed, undone, with much pain."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.chromium import ChromiumDriver
from tests.journeys.days import LOG_SECONDS, SWIPE_SECONDS, TAP_SECONDS
from tests.journeys.test_screens import running, sign_in  # noqa: F401  a fixture

pytestmark = [pytest.mark.real_parts, pytest.mark.browser]

MOST_TAPS = 6
"""Opening the log and saving it are two of them."""
EXERCISE = re.compile(r"/exercises/[0-9a-f-]{36}/$")


@pytest.fixture
def pat(running, browser: Browser) -> Iterator[ChromiumDriver]:  # noqa: F811
    """Sign Pat in, who has exercises and has logged nothing today, or has undone it."""
    driver = ChromiumDriver(browser, running.url, checks=False)
    sign_in(driver, "pat")
    yield driver
    driver.close()


def do_every_set(driver: ChromiumDriver) -> int:
    """Tick every set of the day, as a patient does while it goes by; return how many exercises there are."""
    driver.open("/today/")
    exercises = {one for one in driver.links() if EXERCISE.match(one)}
    for one in exercises:
        driver.open(one)
        while "Done for today." not in driver.text:
            driver.submit("/sets/$")
    return len(exercises)


def seconds_of(driver: ChromiumDriver) -> float:
    """Return how long a slow hand took so far: 2 s a tap, 1 s for each screen scrolled, and the waits as measured."""
    return driver.taps * TAP_SECONDS + driver.swipes * SWIPE_SECONDS + driver.waited_seconds


def saved(driver: ChromiumDriver) -> str:
    """Return the sentence of what was saved."""
    assert driver.path.split("?")[0].endswith("/saved/"), driver.text
    return driver.page.locator("main .note.ok").inner_text()


class TestTheDailyLog:
    def test_takes_six_taps_and_twenty_seconds_once_the_sets_are_ticked(self, pat):
        exercises = do_every_set(pat)
        pat.open("/today/")
        pat.taps, pat.swipes, pat.waited_seconds = 0, 0, 0.0

        pat.follow(r"^/log/$")
        ticked = pat.page.locator('[name="exercises_done"]:checked').count()
        pat.submit("/log/", pain_rest="3", exercises_done=True, swelling="none", check="fine")

        assert ticked == exercises > 1
        assert "pain 3 out of 10" in saved(pat)
        assert "all looks fine" in saved(pat)
        assert pat.taps <= MOST_TAPS
        assert seconds_of(pat) < LOG_SECONDS

    def test_can_be_changed_and_the_change_undone(self, pat):
        pat.open("/log/")
        pat.submit("/log/", pain_rest="2", check="fine")
        pat.follow(r"/log/\d{4}-\d\d-\d\d/(\?|$)")
        assert pat.page.locator('[name="pain_rest"]:checked').get_attribute("value") == "2"
        pat.submit("/log/", pain_rest="5")
        assert "pain 5 out of 10" in saved(pat)

        pat.submit("/undo/")

        pat.open("/log/")
        assert pat.page.locator('[name="pain_rest"]:checked').get_attribute("value") == "2"

    def test_of_pain_9_leads_to_the_warning_signs_with_one_tap(self, pat):
        pat.open("/log/")
        pat.submit("/log/", pain_rest="9", check="fine")

        assert "pain 9 out of 10" in saved(pat)
        with pat.page.expect_navigation():
            pat.page.locator("main a.btn").first.click()

        assert pat.path == "/help/"
        assert pat.page.locator('main [type="checkbox"]').count() > 5
