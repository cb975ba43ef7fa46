"""A mail server that can be told to misbehave, a recovery, and the hours of its days."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from accounts import clock
from accounts.models import Patient, User
from config.celery import app
from config.env import MailServer
from recovery.models import Recovery
from reminders.domain import instant_of
from reminders.services.deliver import Tally, send_due
from reminders.services.email import EmailChannel
from reminders.services.sync import sync
from tests.factories import ZONE, Cast
from tests.recoveries import make_recovery
from tests.reminders.faulty_server import FaultyServer, sign_certificate


@pytest.fixture(autouse=True, scope="session")
def _bell_in_this_process() -> None:
    """Ring the bell within the process: these tests look at the rows, which are the truth."""
    app.conf.broker_url = "memory://"
    app.conf.broker_transport_options = {}


class Post:
    """What the mail server got, and how it is to answer."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.rcpt_answers: dict[str, list[str]] = {}
        self.data_answers: list[str] = []
        self.drops_after_data = 0
        self.on_rcpt: Callable[[], None] | None = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        if self.on_rcpt:
            self.on_rcpt()
        answers = self.rcpt_answers.get(address)
        answer = answers.pop(0) if answers else "250 OK"
        if answer == "drop":
            server.transport.abort()
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer == "drop":
            server.transport.abort()
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients += envelope.rcpt_tos
        if self.drops_after_data:
            self.drops_after_data -= 1
            server.transport.abort()
        return answer

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


class Server(Controller):
    """Takes any free port."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def post(settings) -> Iterator[Post]:
    """Run a real mail server on loopback, and have the app send through it."""
    post = Post()
    controller = Server(post, hostname="127.0.0.1", port=0)
    controller.start()
    settings.MAIL_SERVER = MailServer("127.0.0.1", controller.port)
    yield post
    controller.stop()


@pytest.fixture
def faulty(settings) -> Iterator[FaultyServer]:
    """Have the app send through a mail server that goes wrong where a test says so."""
    with FaultyServer() as server:
        settings.MAIL_SERVER = server.address()
        yield server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    """Return a certificate for 127.0.0.1 that nobody else has signed, with its key."""
    if shutil.which("openssl") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("openssl is missing: install the package openssl.")
        pytest.skip("openssl is not installed")
    return sign_certificate(tmp_path_factory.mktemp("certificate"))


Hour = Callable[..., datetime]


@pytest.fixture
def hour() -> Hour:
    """Return a function that gives an instant by local clocks: ``hour(0, 9, 30)``. Day 0 is tomorrow."""
    tomorrow = clock.local_day(clock.now(), ZONE) + timedelta(days=1)

    def at(day: int, hours: int, minutes: int = 0) -> datetime:
        return instant_of(tomorrow + timedelta(days=day), time(hours, minutes), ZONE)

    return at


@pytest.fixture
def day(hour: Hour) -> Callable[[int], date]:
    """Return a function that gives a local date. Day 0 is tomorrow."""
    return lambda number: clock.local_day(hour(number, 12), ZONE)


@pytest.fixture
def thea(cast: Cast) -> User:
    """Return Pat's physiotherapist."""
    return cast.thea


@pytest.fixture
def pat(cast: Cast) -> User:
    """Return Pat, the patient."""
    return cast.pat


@pytest.fixture
def record(cast: Cast) -> Patient:
    """Return Pat's record."""
    return cast.pat_record


@pytest.fixture
def recovery(record: Patient, thea: User, hour: Hour) -> Recovery:
    """Return Pat's recovery, its plan confirmed at 6 am of day 0."""
    return make_recovery(record, by=thea, now=hour(0, 6))


@pytest.fixture
def lay_out(recovery: Recovery) -> Callable[[datetime], int]:
    """Return a function that lays out Pat's reminders."""
    return lambda now: sync(recovery_id=recovery.pk, now=now)


@pytest.fixture
def send(post: Post) -> Callable[[datetime], Tally]:
    """Return a function that sends what is due at an instant."""
    return lambda now: send_due(channel=EmailChannel(), now_fn=lambda: now)
