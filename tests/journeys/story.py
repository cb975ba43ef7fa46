"""The first whole recovery, told once and lived twice: without JavaScript, and in Chromium at phone width.

The six steps of it: invitations; the fracture, its repair and a plan; exercises, a visit and an x-ray; the
reminders of the next morning and of the visit; a day's log with a warning sign; a result and a corrected date.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from tests.journeys.drivers import Driver
from tests.journeys.parts import Installation, Mailbox, until

ZONE = ZoneInfo("Europe/Madrid")
MANAGER, THERAPIST, PATIENT = "cleo@demo.example", "nora@clinic.example", "ada@home.example"
DEMO_PASSWORD, THERAPIST_PASSWORD = "recover-6-weeks", "eleven-blue-herons"
HEALTH_WORDS = re.compile(
    r"wrist|fracture|broken|bone\b|x-ray|exercise|therapy|pain|cast|splint|plate|surg", re.IGNORECASE
)
LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass
class Journey:
    """Who uses which browser, and what the story has found out so far."""

    running: Installation
    mailbox: Mailbox
    browser: Callable[[], Driver]
    began_at: datetime
    patient_path: str = ""
    people: dict[str, Driver] = field(default_factory=dict)
    shifted: timedelta = timedelta()

    def person(self, name: str) -> Driver:
        """Return the browser of a person; each has their own."""
        if name not in self.people:
            self.people[name] = self.browser()
        return self.people[name]

    @property
    def today(self) -> date:
        """Return the local date of the story."""
        return (datetime.now(ZONE) + self.shifted).date()

    def wait_until(self, day: date, hour: int, minute: int = 0) -> None:
        """Let every clock of the installation pass on to a wall time in Madrid."""
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
        self.shifted = at - datetime.now(ZONE)
        self.running.shift_clock(self.shifted.total_seconds())


def link_in(mail: EmailMessage, part: str) -> str:
    """Return the path of the first link of a mail's text that holds ``part``."""
    found = [one for one in LINK.findall(words(mail)) if part in one]
    assert found, words(mail)
    return "/" + found[0].split("/", 3)[3]


def words(mail: EmailMessage) -> str:
    """Return the text part of a mail."""
    body = mail.get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content())


def live(journey: Journey) -> None:
    """Live the whole story, and assert each step as its people see it."""
    _invite(journey)
    _plan(journey)
    _assign_and_book(journey)
    _next_morning(journey)
    _log(journey)
    _before_the_visit(journey)
    _result(journey)
    _correct(journey)
    _take_off(journey)


def _sign_in(driver: Driver, email: str, password: str) -> None:
    driver.open("/accounts/login/")
    driver.submit("/login/$", login=email, password=password)


def _invite(journey: Journey) -> None:
    cleo = journey.person(MANAGER)
    _sign_in(cleo, MANAGER, DEMO_PASSWORD)
    cleo.open("/clinic/")
    cleo.submit("/clinic/invite/", email=THERAPIST, profession="physiotherapist", may_confirm_plans=True)
    (mail,) = journey.mailbox.wait_for(THERAPIST)
    nora = journey.person(THERAPIST)
    link = link_in(mail, "/invitations/")
    nora.open(link)
    nora.submit("/accept/", name="Nora Reyes", password=THERAPIST_PASSWORD, accepts=True)
    assert nora.path == "/patients/"
    nora.open(link)
    assert "has been used" in nora.text


def _plan(journey: Journey) -> None:
    nora = journey.person(THERAPIST)
    operated_on = journey.today - timedelta(days=3)
    nora.open("/patients/new/")
    typed = {
        "name": "Ada Moreno",
        "born_on": "1951-02-03",
        "email": PATIENT,
        "invites": True,
        "site": "distal-radius",
        "side": "left",
        "injured_on": (journey.today + timedelta(days=1)).isoformat(),
        "is_low_energy": True,
        "method": "open_reduction",
        "operated_on": operated_on.isoformat(),
        "hardware": ["plate", "screws", "splint"],
    }
    nora.submit("/patients/new/", **typed)
    assert "in the future" in nora.text
    nora.submit(
        "/patients/new/",
        injured_on=(operated_on - timedelta(days=1)).isoformat(),
    )
    journey.patient_path = nora.path.split("plan/")[0]
    assert nora.path.endswith("/plan/"), nora.text
    nora.submit("/plan/draft/")
    assert "has not checked this plan" in nora.text
    _accept_on_the_phone(journey)
    nora.open(f"{journey.patient_path}plan/")
    nora.submit("/plan/confirm/", checked=True)
    assert "Nora Reyes" in nora.text
    ada = journey.person(PATIENT)
    ada.open("/today/")
    assert "Week 1 of about 6 to 12" in ada.text
    assert "Do not lift, push or lean on this arm." in ada.text


def _accept_on_the_phone(journey: Journey) -> None:
    (mail,) = journey.mailbox.wait_for(PATIENT)
    assert not HEALTH_WORDS.search(str(mail["Subject"]))
    ada = journey.person(PATIENT)
    ada.open(link_in(mail, "/invitations/"))
    ada.submit("/accept/", name="Ada Moreno", accepts=True)
    assert ada.path == "/today/"
    assert "has not checked this plan" in ada.text
    assert "Lift no more" not in ada.text
    ada.open("/me/")
    assert "Times are for Europe/Madrid" in ada.text.replace("Europe/ Madrid", "Europe/Madrid")


def _assign_and_book(journey: Journey) -> None:
    nora = journey.person(THERAPIST)
    nora.open(f"{journey.patient_path}exercises/")
    nora.submit(
        "/exercises/assign/",
        **{"tick-ex-finger-fist": True, "per_day-ex-finger-fist": "2", "tick-ex-thumb-touch": True},
    )
    nora.open(f"{journey.patient_path}visits/new/")
    day = journey.today + timedelta(days=3)
    nora.submit("/visits/new/", kind="therapy", on=day.isoformat(), at="10:40", place="Room 2")
    nora.open(f"{journey.patient_path}visits/new/?film=week-2")
    week_2 = journey.today + timedelta(days=11)
    nora.submit("/visits/new/", kind="x_ray", on=week_2.isoformat(), at="09:20", film_key="week-2")
    assert "week-2" not in nora.text
    ada = journey.person(PATIENT)
    ada.open("/today/")
    assert "Make a fist" in ada.text
    assert "10:40" in ada.text


def _mails(journey: Journey) -> list[str]:
    return [str(one["Subject"]) for one in journey.mailbox.to(PATIENT)]


def _next_morning(journey: Journey) -> None:
    before = len(journey.mailbox.to(PATIENT))
    morning = journey.today + timedelta(days=1)
    journey.wait_until(morning, 9, 1)
    mails = journey.mailbox.wait_for(PATIENT, count=before + 1, what="on the next morning")
    reminder = mails[-1]
    assert not HEALTH_WORDS.search(str(reminder["Subject"]))
    assert not HEALTH_WORDS.search(words(reminder))
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert reminder["Auto-Submitted"] == "auto-generated"
    ada = journey.person(PATIENT)
    ada.open(link_in(reminder, "/today"))
    assert ada.path == "/today/"


def _log(journey: Journey) -> None:
    ada, nora = journey.person(PATIENT), journey.person(THERAPIST)
    nora_mails = len(journey.mailbox.to(THERAPIST))
    exercise = next(one for one in _links_of(ada) if re.fullmatch(r"/exercises/[0-9a-f-]{36}/", one))
    ada.open(exercise)
    ada.submit("/sets/")
    assert "1 of" in ada.text
    ada.open("/log/")
    ada.submit("/log/", check="fine")
    assert "Choose a number for your pain, from 0 to 10" in ada.text
    ada.submit("/log/", pain_rest="4", check="wrong", cast=["tight"], note="Slept badly.")
    assert "Call today" in ada.text
    assert "somebody has seen" not in ada.text.lower()
    ada.open("/today/")
    assert "feels too tight" in ada.text
    journey.mailbox.wait_for(THERAPIST, count=nora_mails + 1, what="about the warning sign")
    alarm = journey.mailbox.to(THERAPIST)[-1]
    assert not HEALTH_WORDS.search(str(alarm["Subject"]))
    nora.open("/patients/")
    assert "Ada Moreno" in nora.text
    nora.open(journey.patient_path)
    assert "Slept badly." in nora.text
    nora.submit("/acknowledge/")
    nora.submit(r"/warnings/[0-9a-f-]+/close/", note="Phoned. Loosened the splint, well now.")
    ada.open("/today/")
    assert "feels too tight" not in ada.text


def _links_of(driver: Driver) -> list[str]:
    return driver.links()


def _before_the_visit(journey: Journey) -> None:
    """Two days on it is the day before the visit; then its morning. The visit's mails come once each."""
    visit_on = journey.today + timedelta(days=2)
    for day in (visit_on - timedelta(days=1), visit_on):
        count = len(_visit_mails(journey))
        journey.wait_until(day, 9, 1)
        until(
            lambda count=count: len(_visit_mails(journey)) > count,
            what=lambda day=day: f"a mail about the visit on {day}; there are {_mails(journey)}",
        )
    assert len(_visit_mails(journey)) == 2
    calendar = [
        part for part in _visit_mails(journey)[-1].walk() if part.get_content_type() == "text/calendar"
    ]
    assert calendar, "a visit's mail brings its calendar entry"
    ids = [str(one["Message-ID"]) for one in journey.mailbox.mails]
    assert len(ids) == len(set(ids)), "something arrived twice"


def _visit_mails(journey: Journey) -> list[EmailMessage]:
    return [one for one in journey.mailbox.to(PATIENT) if "visit" in str(one["Subject"]).lower()]


def _result(journey: Journey) -> None:
    nora, ada = journey.person(THERAPIST), journey.person(PATIENT)
    nora.open(f"{journey.patient_path}x-rays/new/?film=week-2")
    nora.submit(
        "/x-rays/new/",
        film_date=journey.today.isoformat(),
        position_vs_last="unchanged",
        callus="early",
        clinician_verdict="healing as expected",
        note_for_patient="The plate and the bone have not moved.",
    )
    ada.open("/recovery/")
    assert "The plate and the bone have not moved." in ada.text


def _correct(journey: Journey) -> None:
    """The operation was a day earlier: every planned date moves, the film that is done stays and is listed."""
    nora, ada = journey.person(THERAPIST), journey.person(PATIENT)
    ada.open("/recovery/")
    before = ada.text
    nora.open(f"{journey.patient_path}dates/")
    operated_on = journey.began_at.date() - timedelta(days=4)
    nora.submit(
        "/dates/",
        injured_on=operated_on.isoformat(),
        operated_on=operated_on.isoformat(),
        reason="The operation was on the day of the injury.",
    )
    assert "week 2" in nora.text.lower()
    ada.open("/recovery/")
    assert ada.text != before
    assert "Your plan was changed" in ada.text
    assert "The operation was on the day of the injury." in ada.text


def _take_off(journey: Journey) -> None:
    """The manager ends the therapist's membership: from the next second on the record is not there."""
    cleo, nora = journey.person(MANAGER), journey.person(THERAPIST)
    cleo.open("/clinic/")
    nora.open(journey.patient_path)
    assert "Ada Moreno" in nora.text
    cleo.submit("/members/", saying="Nora Reyes")
    nora.open(journey.patient_path)
    assert "Ada Moreno" not in nora.text
