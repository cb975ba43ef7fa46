"""Pictures of every screen, for readers of the documentation: ``make screens`` writes them to ``docs/screens/``.

The demo people of a fresh installation are shown, so the dates are those of the day the command runs.
"""

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.chromium import ChromiumDriver
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.drivers import Value
from tests.journeys.parts import ROOT, installation, own_database, own_redis, smtp_server
from tests.journeys.test_screens import addresses, sign_in

FOLDER = ROOT / "docs" / "screens"
MOST_BYTES = 100_000
PHONE, DESK = (390, 2200), (1280, 1600)
"""How wide a picture is, and how high at most: what is further down would not be read in a picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A screen as a person sees it. ``sends`` is a form's address and answers: the page that comes is shown."""

    name: str
    who: str
    address: str
    says: str
    size: tuple[int, int] = PHONE
    scheme: str = "light"
    sends: tuple[str, dict[str, Value]] | None = None


PICTURES = [
    Picture("sign-in", "", "/accounts/login/", "Sign in"),
    Picture("sign-in-code", "", "/accounts/login/code/", "Sign in with a code by e-mail"),
    Picture("help-signed-out", "", "/help/", "Help, signed out"),
    Picture("privacy", "", "/privacy/", "What is kept, and who sees it"),
    Picture("not-found", "", "/nowhere/", "A page that is not there"),
    Picture("today", "pat", "/today/", "Today, as it opens", size=(390, 844)),
    Picture("today-whole", "pat", "/today/", "Today, the whole page"),
    Picture("today-dark", "pat", "/today/", "Today, dark", scheme="dark"),
    Picture("today-leg", "vera", "/today/", "Today, with a broken leg"),
    Picture("today-collarbone", "otto", "/today/", "Today, with several things to do"),
    Picture("log", "pat", "/log/", "The daily log"),
    Picture("log-dark", "pat", "/log/", "The daily log, dark", scheme="dark"),
    Picture("log-refused", "pat", "/log/", "The daily log, sent without pain", sends=("/log/", {})),
    Picture("log-photos", "pat", "day:photos/", "Photos of a day"),
    Picture("exercises", "pat", "/exercises/", "All exercises"),
    Picture("exercise", "pat", "link:/exercises/", "An exercise"),
    Picture("exercise-count", "pat", "link:/exercises/ count/", "Counting sets"),
    Picture("exercise-hurt", "pat", "link:/exercises/ hurt/", "An exercise hurt"),
    Picture("timeline", "pat", "/recovery/", "The recovery"),
    Picture("timeline-dark", "pat", "/recovery/", "The recovery, dark", scheme="dark"),
    Picture("timeline-leg", "vera", "/recovery/", "The recovery, with a broken leg"),
    Picture("charts", "pat", "/recovery/charts/", "Charts"),
    Picture("charts-dark", "pat", "/recovery/charts/", "Charts, dark", scheme="dark"),
    Picture("x-rays", "pat", "/recovery/x-rays/", "X-rays"),
    Picture("sheet", "pat", "/recovery/sheet/", "The sheet for a visit"),
    Picture("questions", "pat", "/recovery/questions/", "Questions for the next visit"),
    Picture("visit", "pat", "link:/visits/", "A visit"),
    Picture("medicines", "pat", "/medicines/", "Medicines and bone health"),
    Picture("medicine-new", "pat", "/medicines/new/", "Adding a medicine"),
    Picture("help", "pat", "/help/", "Help: the warning signs of this person's repair"),
    Picture("help-dark", "pat", "/help/", "Help, dark", scheme="dark"),
    Picture("reminders", "pat", "/reminders/", "Reminders"),
    Picture("menu", "pat", "/me/", "The menu"),
    Picture("display", "pat", "/me/display/", "Text size, colours, hand"),
    Picture("access", "pat", "/me/access/", "Who can see me"),
    Picture("data", "pat", "/me/data/", "My data"),
    Picture("devices", "pat", "/me/devices/", "Where I am signed in"),
    Picture("saved", "pat", "/log/", "Saved", sends=("/log/", {"pain_rest": "3", "check": "fine"})),
    Picture("saved-pain", "pat", "/log/", "Saved, with much pain", sends=("/log/", {"pain_rest": "9"})),
    Picture("today-logged", "pat", "/today/", "Today, once it is logged"),
    Picture("clinic-patients", "thea", "/patients/", "The clinic: who needs a look today"),
    Picture("clinic-patients-wide", "thea", "/patients/", "The same on a desk", size=DESK),
    Picture("clinic-patients-wide-dark", "thea", "/patients/", "The same, dark", size=DESK, scheme="dark"),
    Picture("clinic-patients-all", "thea", "/patients/?show=all", "All patients of a therapist", size=DESK),
    Picture("clinic-patient-new", "thea", "/patients/new/", "A new patient"),
    Picture("clinic-patient", "thea", "Pat:", "A patient's record"),
    Picture("clinic-patient-wide", "thea", "Pat:", "The same on a desk", size=DESK),
    Picture("clinic-sheet", "thea", "Pat:sheet/", "The sheet for a visit", size=DESK),
    Picture("clinic-plan", "thea", "Pat:plan/", "The plan in force"),
    Picture("clinic-plan-wide", "thea", "Pat:plan/", "The same on a desk", size=DESK),
    Picture("clinic-plan-draft", "thea", "Samuel:plan/", "A plan that waits for a check", size=DESK),
    Picture("clinic-exercises", "thea", "Pat:exercises/", "Assigning exercises"),
    Picture("clinic-medicines", "thea", "Pat:medicines/", "A patient's medicines"),
    Picture("clinic-visit-new", "thea", "Pat:visits/new/", "Booking a visit"),
    Picture("clinic-x-ray-new", "thea", "Pat:x-rays/new/", "Recording an x-ray"),
    Picture("clinic-fracture", "thea", "Pat:fracture/", "The break"),
    Picture("clinic-repair", "thea", "Pat:repair/", "The repair"),
    Picture("clinic-details", "thea", "Pat:details/", "A patient's details"),
    Picture("clinic-dates", "thea", "Pat:dates/", "The dates of a recovery"),
    Picture("clinic-close", "thea", "Pat:close/", "Closing a recovery"),
    Picture("clinic-log", "thea", "Pat:log/", "Logging for a patient"),
    Picture("clinic-reminders", "thea", "Pat:reminders/", "What a patient was sent"),
    Picture("clinic-unreached", "thea", "/patients/unreached/", "Whom no mail reaches"),
    Picture("clinic-morning", "thea", "/reminders/morning/", "The morning mail of a therapist"),
    Picture("clinic-people", "cleo", "/clinic/", "The clinic: settings and people", size=DESK),
    Picture("clinic-record", "cleo", "link:/clinic/patients/", "Who has access to a patient", size=DESK),
    Picture("api", "cleo", "/api/v1/docs/", "The API's pages", size=DESK),
]


def small(png: bytes) -> bytes:
    """Return a picture with a palette, of as many of its commonest colours as stay below the limit."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    commonest = {}
    for _count, colour in sorted(image.getcolors(maxcolors=2**24) or [], reverse=True):
        commonest.setdefault(tuple(part // 16 for part in colour), colour)  # Pillow mixes up nearer ones
    for most in (256, 128, 64, 32):
        palette = Image.new("P", (1, 1))
        palette.putpalette([part for colour in list(commonest.values())[:most] for part in colour])
        kept = io.BytesIO()
        image.quantize(palette=palette, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
        if kept.tell() < MOST_BYTES:
            return kept.getvalue()
    raise ValueError(f"still {kept.tell()} bytes with {most} colours")


def take(driver: ChromiumDriver, picture: Picture) -> bytes:
    """Open a screen and return its picture, as high as the page is but for the limit."""
    width, most = picture.size
    page = driver.page
    page.emulate_media(color_scheme=picture.scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    start = {"thea": "/patients/", "cleo": "/clinic/"}.get(picture.who, "/today/")
    *_rest, address = addresses(driver, [start, picture.address])
    driver.open(address)
    if picture.sends:
        action, answers = picture.sends
        driver.submit(action, **answers)
    high = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": min(high, most)})
    page.wait_for_load_state("networkidle")  # what waited on the phone has been sent
    page.evaluate("scrollTo(0, 0)")
    return small(page.screenshot(animations="disabled"))


def take_all(browser: Browser, url: str, folder: Path) -> None:
    """Write every picture, and the page that lists them."""
    drivers: dict[str, ChromiumDriver] = {}
    for picture in PICTURES:
        if picture.who not in drivers:
            drivers[picture.who] = ChromiumDriver(browser, url, checks=False)
            if picture.who:
                sign_in(drivers[picture.who], picture.who)
        data = take(drivers[picture.who], picture)
        (folder / f"{picture.name}.png").write_bytes(data)
        print(f"{picture.name:28} {len(data) / 1000:5.0f} KB")
    for old in set(folder.glob("*.png")) - {folder / f"{one.name}.png" for one in PICTURES}:
        old.unlink()
    (folder / "README.md").write_text(listed(), encoding="utf-8")


def listed() -> str:
    """Return the page that lists the pictures."""
    lines = [f"| {one.says} | [{one.name}.png]({one.name}.png) | {one.size[0]} |" for one in PICTURES]
    return "\n".join(
        [
            "# Every screen",
            "",
            "`make screens` makes these pictures from the demo people. Do not edit them by hand: the list is in",
            "`tests/journeys/pictures.py`. A long page is cut off at the foot.",
            "",
            "| Screen | Picture | Width in CSS pixels |",
            "| --- | --- | --- |",
            *lines,
            "",
        ]
    )


def main() -> None:
    """Start an installation with the demo people and take the pictures."""
    if CHROMIUM is None:
        sys.exit("Chromium is missing: install the package chromium.")
    with (
        tempfile.TemporaryDirectory() as kept,
        own_database() as database_url,
        own_redis(Path(kept)) as redis_url,
        smtp_server() as (_mailbox, port),
        installation(Path(kept), smtp_port=port, database_url=database_url, redis_url=redis_url) as running,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        take_all(browser, running.url, FOLDER)
        browser.close()


if __name__ == "__main__":
    main()
