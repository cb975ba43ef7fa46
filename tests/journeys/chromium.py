"""The journey's second browser: Chromium at phone width, with axe at every screen in light and dark."""

import re
from urllib.parse import urljoin

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.journeys.drivers import Value

AXE_OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
EXPECTED = re.compile(r"status of 4(00|04|10|22)")
"""Chromium reports a refusal that the journey provokes as an error of the page."""
PHONE = {"width": 390, "height": 844}


class ChromiumDriver:
    """A phone. Every page it opens is checked, and a fault names the page."""

    def __init__(self, browser: Browser, base: str, *, javascript: bool = True) -> None:
        self.base, self.has_scripts = base, javascript
        self.context = browser.new_context(
            viewport=PHONE,
            has_touch=True,
            is_mobile=True,
            locale="en-GB",
            timezone_id="Europe/Madrid",
            java_script_enabled=javascript,
            reduced_motion="reduce",  # axe must not measure a colour halfway through its change
        )
        self.page: Page = self.context.new_page()
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

    def check(self) -> None:
        """Look at the page as axe does, in light and dark, once per address."""
        if not self.has_scripts:
            return
        screen = re.sub(r"[0-9a-f-]{36}|\d{4}-\d\d-\d\d|[\w-]{40,}", "…", self.path.split("?")[0])
        if screen in self.seen:
            return
        self.seen.add(screen)
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = Axe().run(self.page, options=AXE_OPTIONS).response["violations"]
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
        self._unfold(press)
        with self.page.expect_navigation():
            press.click()
        self.check()

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
                    box.set_checked(on)
        elif kind == "hidden":
            raise AssertionError(f"{name} is hidden: a person cannot fill it in")
        elif first.evaluate("one => one.tagName") == "SELECT":
            first.select_option(value)  # type: ignore[arg-type]
        else:
            first.fill(str(value))

    def _unfold(self, control: Locator) -> None:
        """Open the folds around a control, as a person does who looks for it."""
        for fold in control.locator("xpath=ancestor::details[not(@open)]").all():
            fold.locator("> summary").click()

    @property
    def text(self) -> str:
        """Return the words on the page, folded ones too."""
        words = self.page.locator("body").evaluate("one => one.textContent")
        return re.sub(r"\s+", " ", words).replace("\u00a0", " ")

    @property
    def path(self) -> str:
        """Return the address of the page, without the host."""
        return "/" + self.page.url.split("/", 3)[3] if self.page.url.count("/") > 2 else "/"

    def links(self) -> list[str]:
        """Return where the page links to."""
        found = self.page.locator("a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        return [str(one) for one in found]

    def close(self) -> None:
        """Put the phone away."""
        self.context.close()


def _submit_of(form: Locator, page: Page) -> Locator:
    inside = form.locator('button[type="submit"]:not([name]), button:not([type]):not([name])')
    if inside.count():
        return inside
    return page.locator(f'button[form="{form.get_attribute("id")}"]')


def _where(violation: dict[str, object]) -> str:
    nodes = violation.get("nodes")
    return str([one["html"][:120] for one in nodes][:3]) if isinstance(nodes, list) else ""
