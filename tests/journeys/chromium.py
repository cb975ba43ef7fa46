"""The journey's second browser: Chromium at phone width, with axe at every screen in light and dark."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any
from urllib.parse import urljoin

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.journeys.drivers import Value

AXE = Axe()
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}
AXE_RUN = "options => axe.run(document, options).then(found => found.violations)"
EXPECTED = re.compile(r"status of 4(00|04|10|22)")
"""Chromium reports a refusal that the journey provokes as an error of the page."""
POLICY = """addEventListener("securitypolicyviolation", one =>
    console.error(`the policy refused ${one.blockedURI} by ${one.violatedDirective}`))"""
PHONE = {"width": 390, "height": 844}
ONE_OF_MANY = re.compile(r"[0-9a-f-]{36}|\d{4}-\d\d-\d\d|[\w-]{40,}")
STATE = r"""() => {
    const words = one => one.textContent.replace(/\d+/g, "#").replace(/\s+/g, " ").trim();
    const has = found => document.querySelector(found) !== null;
    const headings = [...document.querySelectorAll("h1, h2")].map(words);
    const marks = {errors: "[aria-invalid=true], .has-err, .errors", message: "[role=status]", empty: ".empty"};
    return [...headings, ...Object.keys(marks).filter(name => has(marks[name]))].join(" / ");
}"""
"""What tells two states of one address apart: its headings, and whether it shows errors, a message, nothing."""


class ChromiumDriver:
    """A phone. Every page it opens is checked, and a fault names the page."""

    def __init__(self, browser: Browser, base: str, *, javascript: bool = True, checks: bool = True) -> None:
        self.base, self.checks = base, checks and javascript
        self.context = browser.new_context(
            viewport=PHONE,
            has_touch=True,
            is_mobile=True,
            locale="en-GB",
            timezone_id="Europe/Madrid",
            java_script_enabled=javascript,
            reduced_motion="reduce",  # axe must not measure a colour halfway through its change
        )
        self.context.add_init_script(POLICY)
        self.page: Page = self.context.new_page()
        self.taps, self.swipes, self.waited_seconds = 0, 0, 0.0
        self.faults: list[str] = []
        self.seen: set[str] = set()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.path}: {error}"))

    def _console(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind == "error" and not EXPECTED.search(text):
            self.faults.append(f"{self.path}: {text}")

    def open(self, path: str) -> None:
        """Go to a page and check it."""
        answer = self.page.goto(urljoin(self.base, path))
        assert answer is None or answer.status < 500, f"{path} answered {answer.status}"
        self.check()

    def follow(self, address: str) -> None:
        """Press the first link of the page whose address matches ``address``."""
        found = [one for one in self.links() if re.search(address, one)]
        assert found, f"no link to {address} on {self.path}; there are {self.links()}"
        with self._waiting():
            self._tap(self.page.locator(f'a[href="{found[0]}"]').first)
        self.check()

    def check(self) -> None:
        """Look at the page as axe does, in light and dark, once per address and state."""
        if not self.checks:
            return
        screen = f"{ONE_OF_MANY.sub('…', self.path.split('?')[0])} {self.page.evaluate(STATE)}"
        if screen in self.seen:
            return
        self.seen.add(screen)
        self.page.evaluate(AXE.axe_script)
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = self.page.evaluate(AXE_RUN, AXE_OPTIONS)
            self.faults += [f"{screen} {scheme}: {one['id']} {_where(one)}" for one in found]
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.faults.append(f"{screen}: scrolls sideways")

    def submit(self, action: str, *, button: str = "", saying: str = "", **values: Value) -> None:
        """Fill in the form by its labels' controls and press its button."""
        forms = self.page.locator("form")
        path = self.path
        for number in range(forms.count()):
            form = forms.nth(number)
            says = form.text_content() or ""
            if re.search(action, form.get_attribute("action") or path) and saying in says:
                break
        else:
            raise AssertionError(f"no form for {action} on {path}")
        for name, value in values.items():
            self._fill(form, name, value)
        named = form.locator(f'button[value="{button}"], button[name="{button}"]')
        press = (named if button else _submit_of(form, self.page)).first
        with self._waiting():
            self._tap(press)
        self.check()

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Wait for the page that a press brings, and count how long."""
        since = time.monotonic()
        with self.page.expect_navigation():
            yield
        self.waited_seconds += time.monotonic() - since

    def _tap(self, control: Locator) -> None:
        """Press a control, once its folds are open and it has been scrolled to; each of that counts too."""
        self._unfold(control)
        before = self.page.evaluate("window.scrollY")
        control.scroll_into_view_if_needed()
        moved = abs(self.page.evaluate("window.scrollY") - before)
        self.swipes += ceil(moved / PHONE["height"])
        self.taps += 1
        control.click()

    def _fill(self, form: Locator, name: str, value: Value) -> None:
        controls = form.locator(f'[name="{name}"]')
        assert controls.count(), f"{name} is not on the form"
        first = controls.first
        self._unfold(first)
        kind = first.get_attribute("type") or ""
        if kind in {"radio", "checkbox"}:
            wanted = (
                []
                if value is False
                else None
                if value is True
                else [value]
                if isinstance(value, str)
                else value
            )
            for box in controls.all():
                on = wanted is None or (box.get_attribute("value") or "on") in wanted
                if on != box.is_checked() and (on or kind == "checkbox"):
                    self._tap(box)
        elif kind == "hidden":
            raise AssertionError(f"{name} is hidden: a person cannot fill it in")
        elif first.evaluate("one => one.tagName") == "SELECT":
            first.select_option(value)  # type: ignore[arg-type]
            self.taps += 2
        else:
            self.taps += 1
            first.fill(str(value))

    def _unfold(self, control: Locator) -> None:
        """Open the folds around a control, as a person does who looks for it."""
        for fold in control.locator("xpath=ancestor::details[not(@open)]").all():
            fold.locator("> summary").click()
            self.taps += 1

    @property
    def text(self) -> str:
        """Return the words on the page, folded ones too."""
        words = self.page.locator("body").evaluate("one => one.textContent")
        return re.sub(r"\s+", " ", words).replace("\u00a0", " ")

    @property
    def html(self) -> str:
        """Return the page as it stands."""
        return self.page.content()

    @property
    def path(self) -> str:
        """Return the address of the page, without the host."""
        return "/" + self.page.url.split("/", 3)[3] if self.page.url.count("/") > 2 else "/"

    def links(self) -> list[str]:
        """Return where the page links to."""
        found = self.page.locator("a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        return [str(one) for one in found]

    def read(self, path: str) -> Any:
        """Return what the API answers at an address, in this person's session."""
        return self.context.request.get(urljoin(self.base, path)).json()

    def close(self) -> None:
        """Put the phone away."""
        self.context.close()


def _submit_of(form: Locator, page: Page) -> Locator:
    inside = form.locator('button[type="submit"]:not([name], [aria-hidden]), button:not([type], [name])')
    if inside.count():
        return inside
    return page.locator(f'button[form="{form.get_attribute("id")}"]')


def _where(violation: dict[str, object]) -> str:
    nodes = violation.get("nodes")
    return str([one["html"][:120] for one in nodes][:3]) if isinstance(nodes, list) else ""
