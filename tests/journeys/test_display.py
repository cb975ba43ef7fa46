"""Text size and usable hand, as a patient chooses them: where the main button stands, and that every page still fits."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.chromium import ChromiumDriver
from tests.journeys.test_screens import addresses, fit_every_width, running, sign_in  # noqa: F401  a fixture

pytestmark = [pytest.mark.real_parts, pytest.mark.browser]
PAGES = ["/today/", "/log/", "/recovery/", "/help/", "/me/display/", "/me/access/", "link:/exercises/"]
WIDTH = 390


def choose(driver: ChromiumDriver, **choice: str) -> None:
    driver.open("/me/display/")
    driver.submit("", **{"text_size": "normal", "hand": "both", "theme": "system", **choice})


def middle_of(driver: ChromiumDriver, selector: str) -> float:
    """Return where the middle of the main button stands, from 0 (left) to 1 (right)."""
    box = driver.page.locator(selector).first.bounding_box()
    return (box["x"] + box["width"] / 2) / WIDTH


class TestTheLargestText:
    @pytest.mark.parametrize("hand", ["both", "left", "right"])
    def test_fits_every_width_on_every_page_a_patient_uses_daily(self, running, browser: Browser, hand):  # noqa: F811
        driver = ChromiumDriver(browser, running.url)
        sign_in(driver, "pat")
        choose(driver, text_size="largest", hand=hand)
        for address in list(addresses(driver, PAGES)):
            driver.open(address)
            fit_every_width(driver)
        choose(driver)
        driver.close()

        assert "\n".join(driver.faults) == ""


class TestTheUsableHand:
    def test_has_the_main_buttons_on_its_side(self, running, browser: Browser):  # noqa: F811
        driver = ChromiumDriver(browser, running.url, checks=False)
        sign_in(driver, "pat")
        *_rest, exercise = addresses(driver, ["/today/", "link:/exercises/"])
        found = {}
        for hand in ("both", "left", "right"):
            choose(driver, hand=hand)
            driver.page.set_viewport_size({"width": WIDTH, "height": 844})
            for name, address, selector in (
                ("log", "/log/", ".dock .btn.wide"),
                ("set", exercise, ".dock .grow .btn"),
                ("menu", "/today/", ".top a.iconlink"),
            ):
                driver.open(address)
                found[name, hand] = middle_of(driver, selector)
        choose(driver)
        driver.close()

        for name in ("log", "set", "menu"):
            assert found[name, "left"] < 0.5 < found[name, "right"], name
        assert found["log", "both"] == pytest.approx(0.5, abs=0.01)
