"""Every patient's screen holds longer words and a script from right to left, at every width, as Chromium draws it.

The languages are made up (``translations/pseudo.py``): the server of this test speaks them, no other does.
"""

import pytest
from django.conf import settings as site
from playwright.sync_api import Browser, BrowserContext

from accounts import clock
from accounts.models import User
from recovery.management import demo as demo_clinic
from tests.journeys.chromium import AXE, AXE_OPTIONS, AXE_RUN, _where
from tests.words.screens import screens
from translations import extract, pseudo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (390, 320, 195)
WHO = ("pat", "vera")
OF_THE_OTHER = 3
"""Today, Log and Recovery are what differs most from one recovery to another."""
FAULTS = r"""() => {
    const found = [], root = document.documentElement, name = one => `${one.tagName} ${one.className} ${one.textContent.replace(/\s+/g, ' ').trim().slice(0, 40)}`;
    if (root.scrollWidth > innerWidth) found.push(`${root.scrollWidth} px wide`);
    for (const one of document.querySelectorAll(".btn, .tile .t, .tabs a, .seg a, .tag, .link-row, .urgent, .filters a, h1, h2, summary, .nrs span"))
        if (one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1) found.push(`words stick out of ${name(one)}`);
    window.scrollTo(0, document.body.scrollHeight);
    const tabs = document.querySelector(".tabs"), dock = document.querySelector(".dock");
    const bars = [tabs, dock].filter(one => one && ["fixed", "sticky"].includes(getComputedStyle(one).position));
    for (const bar of bars)
        for (const one of document.querySelectorAll("main > *, main .btn, .foot > *")) {
            if (bar.contains(one) || one.contains(bar) || !one.checkVisibility()) continue;
            const a = one.getBoundingClientRect(), b = bar.getBoundingClientRect();
            if (a.height && a.bottom > b.top + 1 && a.top < b.bottom - 1) found.push(`${name(bar)} covers ${name(one)}`);
        }
    if (tabs && dock && bars.length === 2 && dock.getBoundingClientRect().bottom > tabs.getBoundingClientRect().top + 1) found.push("the dock lies under the tabs");
    window.scrollTo(0, 0);
    return found;
}"""


@pytest.fixture
def made_up(settings, tmp_path) -> None:
    """Let the server of this test speak the made-up languages."""
    pseudo.write_catalogs(extract.messages(), tmp_path)
    settings.LOCALE_PATHS = [tmp_path, *settings.LOCALE_PATHS]
    settings.LANGUAGES = [*settings.LANGUAGES, (pseudo.LONG, "Long"), (pseudo.MIRRORED, "Mirrored")]


@pytest.fixture
def phone(browser: Browser, live_server, browser_of, made_up):
    """Return a function that opens a demo person's phone in a language, with the addresses of all their screens."""
    demo_clinic.load(now=clock.now())
    opened: list[BrowserContext] = []

    def open_phone(who: str, language: str) -> tuple[BrowserContext, list[str]]:
        user = User.objects.get(email=f"{who}@demo.example")
        user.language = language
        user.save(update_fields=["language"])
        client = browser_of(user)
        context = browser.new_context(base_url=live_server.url, has_touch=True, reduced_motion="reduce")
        session = client.cookies[site.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        opened.append(context)
        return context, [path for path, _html in screens(client)]

    yield open_phone
    for one in opened:
        one.close()


class TestEveryScreen:
    @pytest.mark.parametrize("language", [pseudo.LONG, pseudo.MIRRORED])
    def test_holds_the_words_at_every_width(self, phone, language):
        faults = []
        for who in WHO:
            context, addresses = phone(who, language)
            page = context.new_page()
            for address in addresses if who == WHO[0] else addresses[:OF_THE_OTHER]:
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 844})
                    if width == WIDTHS[0]:
                        page.goto(address)
                        page.evaluate(AXE.axe_script)
                        found = page.evaluate(AXE_RUN, AXE_OPTIONS)
                        faults += [f"{who} {address}: {one['id']} {_where(one)}" for one in found]
                    faults += [f"{who} {address} at {width}: {one}" for one in page.evaluate(FAULTS)]
            assert len(addresses) >= 12

        assert "\n".join(faults) == ""


class TestRightToLeft:
    def test_mirrors_the_page_and_leaves_numbers_alone(self, phone):
        context, _addresses = phone("pat", pseudo.MIRRORED)
        page = context.new_page()
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/today/")

        mark, urgent = (page.locator(one).first.bounding_box()["x"] for one in (".top .mark", ".top .urgent"))
        chevron = page.locator(".link-row .chev").first
        assert mark > urgent, "the mark stands where reading begins"
        assert chevron.evaluate("one => getComputedStyle(one).transform").startswith("matrix(-1")
        assert chevron.bounding_box()["x"] < 195
        page.goto("/help/")
        for number in page.locator('a[href^="tel:"]').all():
            assert number.evaluate("one => getComputedStyle(one).unicodeBidi") == "plaintext"
