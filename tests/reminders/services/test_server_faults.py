"""Mail servers that talk nonsense, fall silent, hang up or lie: a mail waits, nobody else's is held, none is lost."""

import time
from datetime import timedelta

import pytest

from recovery.services import alerts
from reminders.models import Message, Reminder, Suppression
from reminders.services import email, smtp
from reminders.services.deliver import Tally, send_due
from reminders.services.email import EmailChannel
from tests.reminders.faulty_server import CLOSE, SILENT, Endless, FaultyServer

pytestmark = pytest.mark.django_db
EMERGENCY = "rf-compartment"
TEN_MB = 10_000_000
TEN_MB_LINE = b"250 " + b"x" * TEN_MB + b"\r\n"
TEN_MB_LINES = (b"250-" + b"x" * 70 + b"\r\n") * (TEN_MB // 76) + b"250 ok\r\n"


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch):
    """Wait for a reply one second, and forget which servers lied."""
    monkeypatch.setattr(smtp, "REPLY_SECONDS", 1)
    monkeypatch.setattr(email, "_liars", {})


@pytest.fixture
def two_letters(recovery, cast, thea, lay_out, hour, day):
    """Have Pat's two carers told of a warning sign at 7, in two mails."""
    alerts.tick_warnings(
        recovery=recovery, flag_ids=[EMERGENCY], source="help", day=day(0), by=cast.pat, now=hour(0, 7)
    )
    lay_out(hour(0, 7))


@pytest.fixture
def one_line(settings) -> None:
    """Send one mail after another."""
    settings.MAIL_CONNECTIONS = 1


def send(now) -> Tally:
    began = time.monotonic()
    tally = send_due(channel=EmailChannel(), now_fn=lambda: now)
    assert time.monotonic() - began < 15
    return tally


def codes() -> set[str]:
    return set(Message.objects.exclude(error_code="").values_list("error_code", flat=True))


def check_all_arrive(server: FaultyServer, now) -> None:
    """Let the fault end: what waited goes out, each mail once, and no address was blamed."""
    server.faults.clear()
    for minute in range(5):
        send(now + timedelta(minutes=2 + minute))
    assert sorted(one.rcpt_to for one in server.taken) == [
        "RCPT TO:<max@demo.example>",
        "RCPT TO:<thea@demo.example>",
    ]
    assert set(Reminder.objects.exclude(state="scheduled").values_list("state", flat=True)) == {"sent"}
    assert not Suppression.objects.exists()


NO_LINE = [
    ("connect", [b"hello, who is there?\r\n"]),
    ("connect", [b"\x16\x03\x01\x02\x00\xff\xfe\r\n"]),
    ("connect", [b"554 5.7.1 not you\r\n"]),
    ("connect", [b"421 too busy\r\n"]),
    ("connect", [CLOSE]),
    ("connect", [SILENT]),
    ("connect", [b"220 " + b"x" * TEN_MB + b"\r\n"]),
    ("connect", [b"220-" + b"x" * TEN_MB]),
    ("connect", [b"220-hello\r\n" * (TEN_MB // 11)]),
    ("EHLO", [CLOSE]),
    ("EHLO", [SILENT]),
    ("EHLO", [TEN_MB_LINE]),
]
WITHIN_A_MAIL = [
    ("MAIL", [b"what?\r\n"], "nonsense"),
    ("RCPT", [b"\xff\xfe\xfd\r\n"], "nonsense"),
    ("RCPT", [b"999 good\r\n"], "nonsense"),
    ("DATA", [b"\r\n"], "nonsense"),
    ("end", [b"250\x00 ok\r\n250 ok\r\n250 ok\r\n"], "nonsense"),
    ("RCPT", [TEN_MB_LINE], "nonsense"),
    ("RCPT", [TEN_MB_LINES], "nonsense"),
    ("end", [b"250-" + b"x" * TEN_MB], "nonsense"),
    ("RCPT", [CLOSE], "dropped"),
    ("DATA", [CLOSE], "dropped"),
    ("end", [CLOSE], "dropped"),
    ("RCPT", [SILENT], "timeout"),
    ("DATA", [SILENT], "timeout"),
    ("end", [SILENT], "timeout"),
    ("RCPT", [b"421 4.3.2 going down\r\n"], "smtp_421"),
    ("end", [b"421 4.3.2 going down\r\n"], "smtp_421"),
]


def names(cases: list) -> list[str]:
    return [
        f"{stage}-{fault if isinstance(fault, str) else fault[:16]!r}" for stage, [fault], *_code in cases
    ]


class TestAServerThatGivesNoLine:
    @pytest.mark.parametrize(("stage", "faults"), NO_LINE, ids=names(NO_LINE))
    def test_is_asked_again_soon_and_costs_nothing(self, two_letters, faulty, hour, stage, faults):
        faulty.faults[stage] = list(faults)

        tally = send(hour(0, 7))

        assert (tally.sent, tally.failed, tally.suppressed) == (0, 0, 0)
        assert not Message.objects.exists(), "nothing is taken while there is no line"
        check_all_arrive(faulty, hour(0, 7))


class TestAGreetingWithoutEnd:
    @pytest.mark.parametrize("what", [b"220-hello\r\n", b"2"], ids=["lines", "letters"])
    @pytest.mark.parametrize("pause", [0, 0.3], ids=["as fast as it can", "one after another"])
    def test_holds_nobody(self, two_letters, faulty, hour, what, pause):
        faulty.faults["connect"] = [Endless(what, pause)]

        began = time.monotonic()
        tally = send(hour(0, 7))

        assert tally.sent == 0
        assert time.monotonic() - began < 4
        check_all_arrive(faulty, hour(0, 7))


@pytest.mark.parametrize("pipelining", [(), ("PIPELINING",)], ids=["step by step", "pipelined"])
class TestAServerThatFailsWithinAMail:
    @pytest.mark.parametrize(("stage", "faults", "code"), WITHIN_A_MAIL, ids=names(WITHIN_A_MAIL))
    def test_makes_that_mail_wait_and_no_other(
        self, two_letters, one_line, settings, hour, pipelining, stage, faults, code
    ):
        with FaultyServer(*pipelining) as server:
            settings.MAIL_SERVER = server.address()
            server.faults[stage] = list(faults)

            tally = send(hour(0, 7))

            assert (tally.sent, tally.retried, tally.failed, tally.suppressed) == (1, 1, 0, 0)
            assert codes() == {code}
            check_all_arrive(server, hour(0, 7))


class TestAServerThatLiesAboutPipelining:
    """It offers it, and answers only the first of three commands."""

    def test_is_found_out_and_spoken_to_step_by_step(self, two_letters, settings, hour):
        with FaultyServer("PIPELINING", flushes=True) as server:
            settings.MAIL_SERVER = server.address()

            tally = send(hour(0, 7))

            assert tally.sent + tally.retried == 2
            assert email._lies(server.address())
            check_all_arrive(server, hour(0, 7))

    def test_is_not_taken_for_one_where_it_only_refuses(self, two_letters, settings, hour):
        with FaultyServer("PIPELINING") as server:
            settings.MAIL_SERVER = server.address()
            server.faults["RCPT"] = [b"451 later\r\n"] * 2

            assert send(hour(0, 7)).retried == 2
            assert not email._lies(server.address())
            check_all_arrive(server, hour(0, 7))


class TestAServerThatTakesDataForARecipientItRefused:
    """RFC 2920 lets a pipelining server answer 354 although nobody is to get the mail."""

    @pytest.mark.parametrize("end", [b"554 no valid recipients\r\n", b"250 ok\r\n"])
    def test_gets_an_empty_mail_and_the_next_one_whole(self, two_letters, one_line, settings, hour, end):
        with FaultyServer("PIPELINING") as server:
            settings.MAIL_SERVER = server.address()
            server.faults["RCPT"] = [b"451 later\r\n"]
            server.faults["DATA"] = [b"354 go on\r\n"]
            server.faults["end"] = [end]

            tally = send(hour(0, 7))

            assert (tally.sent, tally.retried) == (1, 1)
            assert server.offered[0].content == b"\r\n"
            assert server.offered[1].content.startswith(b"Message-ID: ")
