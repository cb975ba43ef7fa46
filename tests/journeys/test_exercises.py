"""What a phone's own clock and voice add to an exercise: a timer that survives a lock, and steps read aloud."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.journeys.chromium import ChromiumDriver
from tests.journeys.test_screens import fit_every_width, running, sign_in  # noqa: F401

pytestmark = [pytest.mark.real_parts, pytest.mark.browser]

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
VOICE = """
    window.said = [];
    Object.defineProperty(window, "speechSynthesis", {value: {
        speak: one => said.push(one.lang + ": " + one.text),
        cancel: () => said.push("silence"),
    }});
"""
NO_VOICE = "Object.defineProperty(window, 'speechSynthesis', {value: undefined});"


@pytest.fixture
def vera(running, browser: Browser) -> Iterator[ChromiumDriver]:  # noqa: F811
    """Sign Vera in, who walks for 5 minutes."""
    driver = ChromiumDriver(browser, running.url)
    sign_in(driver, "vera")
    yield driver
    driver.close()


def open_walk(driver: ChromiumDriver, end: str = "") -> None:
    """Open Vera's walk, or a page of it."""
    driver.open("/exercises/")
    driver.page.get_by_role("link", name="Short walks").click()
    driver.page.wait_for_url("**/exercises/*-*/")
    if end:
        driver.open(f"{driver.path}{end}")
    else:
        driver.check()


def button_of(driver: ChromiumDriver, name: str) -> Locator:
    return driver.page.get_by_role("button", name=name, exact=True)


class TestTheTimer:
    @pytest.fixture
    def at(self, vera):
        """Return a function that sets the phone's clock to so many seconds past noon."""
        return lambda seconds: vera.page.clock.set_fixed_time(NOON + timedelta(seconds=seconds))

    @pytest.fixture
    def shown(self, vera) -> Locator:
        return vera.page.get_by_role("timer")

    def test_shows_what_is_left_after_the_phone_was_locked_or_the_page_reloaded(self, vera, at, shown):
        at(0)
        open_walk(vera, "count/")
        button_of(vera, "Start the timer").click()
        expect(shown).to_have_text("5:00")

        at(100)
        expect(shown).to_have_text("3:20")
        at(130)
        vera.page.reload()

        expect(shown).to_have_text("2:50")
        expect(button_of(vera, "Stop the timer")).to_be_visible()

    def test_says_that_the_time_is_up_where_it_ended_while_the_phone_slept(self, vera, at, shown):
        at(0)
        open_walk(vera, "count/")
        button_of(vera, "Start the timer").click()

        at(1000)
        vera.page.reload()

        expect(shown).to_have_text("Time is up.")
        expect(button_of(vera, "Start the timer")).to_be_visible()

    def test_stops_at_a_second_press_and_stays_stopped(self, vera, at, shown):
        at(0)
        open_walk(vera, "count/")
        button_of(vera, "Start the timer").click()
        button_of(vera, "Stop the timer").click()

        at(50)
        vera.page.reload()

        expect(shown).to_have_text("5:00")
        assert vera.page.evaluate("sessionStorage.length") == 0

    def test_begins_anew_with_the_next_set_and_the_page_fits_every_width(self, vera, at, shown):
        at(0)
        open_walk(vera, "count/")
        button_of(vera, "Start the timer").click()
        fit_every_width(vera)
        at(60)
        expect(shown).to_have_text("4:00")
        vera.submit("/sets/$")

        expect(vera.page.get_by_role("heading", level=1)).to_contain_text("Set 2 of 3")
        expect(shown).to_have_text("5:00")
        vera.submit("/undo/$")

        expect(vera.page.get_by_role("heading", level=1)).to_contain_text("Set 1 of 3")
        assert "\n".join(vera.faults) == ""


class TestTheVoice:
    def said(self, driver: ChromiumDriver) -> list[str]:
        return driver.page.evaluate("said")

    def test_says_nothing_until_it_is_asked(self, vera):
        vera.page.add_init_script(VOICE)
        open_walk(vera)

        assert self.said(vera) == []
        expect(button_of(vera, "Read aloud")).to_be_visible()

    def test_reads_each_step_in_the_language_of_the_page_and_stops_at_a_second_press(self, vera):
        vera.page.add_init_script(VOICE)
        open_walk(vera)
        button_of(vera, "Read aloud").click()

        language = vera.page.evaluate("document.documentElement.lang")
        assert self.said(vera)[-3:] == [
            f"{language}: Use your walking aid.",
            f"{language}: Put only the weight your plan allows.",
            f"{language}: Walk 5 minutes. Add 1 to 2 minutes every few days.",
        ]
        button_of(vera, "Stop reading").click()

        assert self.said(vera)[-1] == "silence"
        expect(button_of(vera, "Read aloud")).to_be_visible()
        assert "\n".join(vera.faults) == ""

    def test_is_not_offered_where_the_phone_has_none(self, vera):
        vera.page.add_init_script(NO_VOICE)
        open_walk(vera)

        expect(button_of(vera, "Read aloud")).to_be_hidden()
