"""Who lives a journey, in which browsers and at what time, and how they read what they get."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from tests.journeys.drivers import Driver, HtmlDriver
from tests.journeys.parts import Installation, Mailbox, until

ZONE = ZoneInfo("Europe/Madrid")
DEMO_PASSWORD = "recover-6-weeks"
MANAGER, THERAPIST, PATIENT = "cleo@demo.example", "nora@clinic.example", "ada@home.example"
OPERATED, VISIT, WEEK_2, WEEK_12 = -1, 8, 16, 83
"""Days of the story: the operation as it was first told, the therapy, and the two x-rays that are booked."""
HEALTH_WORDS = re.compile(
    r"wrist|fracture|broken|bone\b|x-ray|exercise|therapy|pain|cast|splint|plate|surg", re.IGNORECASE
)
LINK = re.compile(r"https?://[^\s<>\"]+")
CODE = re.compile(r"^([A-Z0-9-]{6,9})\s*$", re.MULTILINE)


@dataclass
class Journey:
    """Who uses which browser, and what the story has found out so far. It begins on ``first_on``, at ten."""

    running: Installation
    mailbox: Mailbox
    browser: Callable[[], Driver]
    first_on: date
    patient_path: str = ""
    people: dict[str, Driver] = field(default_factory=dict)
    mails_read: int = 0
    bell: HtmlDriver | None = None

    def person(self, name: str) -> Driver:
        """Return the browser of a person; each has their own."""
        if name not in self.people:
            self.people[name] = self.browser()
        return self.people[name]

    def day(self, number: int) -> date:
        """Return a day of the story by its number; the first is 0."""
        return self.first_on + timedelta(days=number)

    def pass_to(self, day: date, hour: int, minute: int = 0) -> None:
        """Let every clock of the installation pass on to a wall time in Madrid, between two tasks.

        A sender that hours pass by in the midst of a hand-over loses its lease, and another sends again.
        """
        until(lambda: not self.running.is_working(), what="a pause of the worker")
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
        self.running.shift_clock((at - datetime.now(ZONE)).total_seconds())

    def mails_by(self, day: date, hour: int, minute: int) -> list[EmailMessage]:
        """Pass on to a wall time, wait until beat has had the sender run there, and return the new mails."""
        since = time.monotonic()
        self.pass_to(day, hour, minute)
        until(
            lambda: self.running.seconds_since_sending() < time.monotonic() - since - 1,
            what=f"a run of the sender on {day} at {hour}:{minute:02}",
        )
        until(lambda: not self.running.is_working(), what="the end of what the worker does")
        return self.new_mails()

    def mails_at_a_ring(self, day: date, hour: int, minute: int) -> list[EmailMessage]:
        """Pass on to a wall time, where another patient's act has the sender run; return the new mails.

        Every change queues a task that sends all that is due: nobody has to wait for beat.
        """
        if self.bell is None:
            self.bell = _at_an_exercise(self.running.url)
        self.pass_to(day, hour, minute)
        ended = self.running.tasks_ended("sync_one")
        self.bell.submit("/sets/$")
        until(
            lambda: self.running.tasks_ended("sync_one") > ended and not self.running.is_working(),
            what=f"the task that another patient's act queued on {day} at {hour}:{minute:02}",
        )
        return self.new_mails()

    def new_mails(self) -> list[EmailMessage]:
        """Return the mails to the patient that nobody has looked at yet."""
        new = self.mailbox.to(PATIENT)[self.mails_read :]
        self.mails_read += len(new)
        return new

    def next_mail(self) -> EmailMessage:
        """Wait for the next mail to the patient; it comes alone."""
        (mail,) = until(self.new_mails, what="a mail to the patient")
        return mail


def sign_in(driver: Driver, email: str, password: str) -> None:
    """Sign in with a password."""
    driver.open("/accounts/login/")
    driver.submit("/login/$", login=email, password=password)


def _at_an_exercise(url: str) -> HtmlDriver:
    """Return the browser of a demo patient, at one of their exercises."""
    pat = HtmlDriver(url)
    sign_in(pat, "pat@demo.example", DEMO_PASSWORD)
    pat.open("/today/")
    pat.follow("^/exercises/")
    return pat


def link_in(mail: EmailMessage, part: str) -> str:
    """Return the path of the first link of a mail's text that holds ``part``."""
    found = [one for one in LINK.findall(words(mail)) if part in one]
    assert found, words(mail)
    return "/" + found[0].split("/", 3)[3]


def code_in(mail: EmailMessage) -> str:
    """Return the sign-in code that stands in a mail, on a line of its own."""
    found = CODE.search(words(mail))
    assert found, words(mail)
    return found[1]


def words(mail: EmailMessage) -> str:
    """Return the text part of a mail."""
    body = mail.get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content())
