"""``send_test_mail`` sends one real mail, or says in one sentence why it cannot; against real servers."""

import os
import socket
import subprocess
import sys
import time as stopwatch
from email import message_from_bytes, policy
from io import StringIO

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from config.env import MailServer
from reminders.services import smtp
from tests.reminders.faulty_server import CLOSE, SILENT, FaultyServer, under

PASSWORD = "not-to-be-printed"
PAT = "pat@demo.example"


@pytest.fixture
def server():
    with FaultyServer() as server:
        yield server


@pytest.fixture
def trusting(monkeypatch, certificate):
    """Trust the servers' own certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    smtp._trusted.cache_clear()
    yield
    smtp._trusted.cache_clear()


def send(settings, to: MailServer, address: str = PAT) -> str:
    """Run the command and return all it said: what it printed, and why it failed."""
    settings.MAIL_SERVER, out = to, StringIO()
    try:
        call_command("send_test_mail", address, stdout=out)
    except CommandError as refusal:
        out.write(f"FAILED {refusal}")
    said = out.getvalue()
    assert PASSWORD not in said
    return said


class TestAMailThatArrives:
    def test_goes_to_that_address_and_says_where_it_comes_from(self, settings, server):
        said = send(settings, server.address())

        assert f"127.0.0.1, port {server.port}, no TLS, without a login" in said
        assert "The server took the mail." in said
        [taken] = server.taken
        mail = message_from_bytes(taken.content, policy=policy.SMTP)
        assert taken.rcpt_to == f"RCPT TO:<{PAT}>"
        assert mail["Subject"] == "Test mail from Bonestep"
        assert settings.SITE_URL in mail.get_body(("plain",)).get_content()
        assert settings.SITE_URL in mail.get_body(("html",)).get_content()

    def test_is_taken_by_another_make_of_server(self, settings, post):
        assert "The server took the mail." in send(settings, settings.MAIL_SERVER)
        assert post.recipients == [PAT]

    @pytest.mark.parametrize("security", ["tls", "starttls"])
    def test_goes_over_tls_and_a_login(self, settings, certificate, trusting, security):
        login = {"user": "me", "password": PASSWORD, "security": security}
        offers = ("AUTH PLAIN", "STARTTLS", "PIPELINING")
        with FaultyServer(*offers, **{security: under(certificate)}) as server:
            said = send(settings, server.address(**login))

        assert f"port {server.port}, {security.upper()}, with a login" in said
        assert "The server took the mail." in said
        assert len(server.taken) == 1

    def test_does_not_believe_words_from_before_tls(self, settings, certificate, trusting):
        with FaultyServer("STARTTLS", starttls=under(certificate)) as server:
            server.faults["STARTTLS"] = [b"220 go on\r\n550 injected\r\n"]
            said = send(settings, server.address(security="starttls"))

        assert "The server took the mail." in said

    def test_ends_with_status_0_and_one_that_does_not_with_1_and_no_traceback(self, server, tmp_path):
        def run(url: str) -> subprocess.CompletedProcess:
            surroundings = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "EMAIL_URL": url}
            return subprocess.run(
                [sys.executable, "manage.py", "send_test_mail", PAT],
                cwd=project.BASE_DIR, env=surroundings, capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip

        good = run(f"smtp://127.0.0.1:{server.port}")
        bad = run(f"smtp://me:{PASSWORD}@127.0.0.1:{closed_port()}")

        assert (good.returncode, good.stderr) == (0, "")
        assert bad.returncode == 1
        assert len(bad.stderr.splitlines()) == 1
        assert "the connection was refused" in bad.stderr
        assert PASSWORD not in bad.stdout + bad.stderr


class TestAMailThatDoesNot:
    def test_names_a_host_that_is_not_there(self, settings):
        said = send(settings, MailServer("no-such-host.invalid", 25))

        assert "The host no-such-host.invalid was not found." in said

    def test_names_a_port_in_which_nobody_listens(self, settings):
        port = closed_port()

        said = send(settings, MailServer("127.0.0.1", port))

        assert f"Nothing listens at 127.0.0.1, port {port}: the connection was refused." in said

    def test_waits_for_a_server_that_never_answers_no_longer_than_a_reply_may_take(self, settings, server):
        server.faults["connect"] = [SILENT]
        began = stopwatch.monotonic()

        said = send(settings, server.address())

        assert "The server did not answer within 10 seconds." in said
        assert stopwatch.monotonic() - began < 12

    def test_tells_of_a_certificate_that_nobody_signed(self, settings, certificate):
        with FaultyServer(tls=under(certificate)) as server:
            said = send(settings, server.address(security="tls"))

        assert "The server's TLS certificate is not valid: self-signed certificate." in said

    def test_tells_of_a_certificate_of_another_host(self, settings, certificate, trusting):
        with FaultyServer(tls=under(certificate)) as server:
            said = send(settings, MailServer("localhost", server.port, security="tls"))

        assert "certificate is not valid: Hostname mismatch" in said

    def test_tells_of_starttls_that_is_not_offered(self, settings, server):
        assert "does not offer STARTTLS." in send(settings, server.address(security="starttls"))

    def test_tells_of_starttls_that_is_refused(self, settings):
        with FaultyServer("STARTTLS") as server:
            server.faults["STARTTLS"] = [b"454 TLS is not available\r\n"]
            said = send(settings, server.address(security="starttls"))

        assert "The server refused STARTTLS: 454 TLS is not available." in said

    def test_tells_of_tls_at_a_port_without(self, settings, server):
        server.faults["connect"] = [b"220 no TLS here\r\n"]

        assert "does not speak TLS at this port." in send(settings, server.address(security="tls"))

    @pytest.mark.parametrize(
        ("offers", "sentence"),
        [
            (("AUTH PLAIN LOGIN",), "The server refused the login (check user and password in EMAIL_URL): 535 5.7.8 no."),
            ((), "The server does not offer a login that can be used here."),
            (("AUTH XOAUTH",), "The server does not offer a login that can be used here."),
        ],
    )  # fmt: skip
    def test_tells_of_a_login(self, settings, offers, sentence):
        with FaultyServer(*offers) as server:
            server.faults["AUTH"] = [b"535 5.7.8 no.\r\n"] * 5
            said = send(settings, server.address(user="me", password=PASSWORD))

        assert sentence in said

    def test_tells_of_a_password_that_no_server_can_be_told(self, settings):
        with FaultyServer("AUTH PLAIN") as server:
            said = send(settings, server.address(user="me", password="ñandú"))

        assert "User and password in EMAIL_URL may hold plain letters" in said
        assert "ñandú" not in said

    @pytest.mark.parametrize("pipelining", [(), ("PIPELINING",)], ids=["step by step", "pipelined"])
    @pytest.mark.parametrize(
        ("stage", "reply", "sentence"),
        [
            ("connect", b"554 5.7.1 not you\r\n", "turned the connection away: 554 5.7.1 not you."),
            ("MAIL", b"550 5.7.1 not this one\r\n", "(EMAIL_BOUNCES or EMAIL_FROM): 550 5.7.1 not this one."),
            ("RCPT", b"550 5.1.1 no such user\r\n", "refused the recipient: 550 5.1.1 no such user."),
            ("RCPT", b"451-4.7.1 wait\r\n451 4.7.1 a bit\r\n", "refused the recipient: 451 4.7.1 a bit."),
            ("DATA", b"554 5.7.1 no mail today\r\n", "refused the message: 554 5.7.1 no mail today."),
            ("end", b"552 5.3.4 \x1b[31mtoo big\r\n", "refused the message: 552 5.3.4 [31mtoo big."),
            ("end", b"421 bye\r\n", "said goodbye in the middle (421)."),
            ("RCPT", b"hello\r\n", "made no sense."),
            ("connect", b"HTTP/1.1 400 Bad Request\r\n", "made no sense."),
        ],
    )  # fmt: skip
    def test_quotes_the_server(self, settings, pipelining, stage, reply, sentence):
        with FaultyServer(*pipelining) as server:
            server.faults[stage] = [reply]
            said = send(settings, server.address())

        assert "FAILED The server" in said
        assert sentence in said
        assert server.taken == []

    @pytest.mark.parametrize(
        ("stage", "sentence"),
        [("connect", "closed the connection at once."), ("end", "closed the connection in the middle.")],
    )
    def test_tells_of_a_server_that_hangs_up(self, settings, server, stage, sentence):
        server.faults[stage] = [CLOSE]

        assert sentence in send(settings, server.address())

    @pytest.mark.parametrize(
        "address", ["pat", "pat@", "@demo.example", "a b@demo.example", "a@b\r\nRCPT TO:<c@d>"]
    )
    def test_asks_no_server_about_what_is_no_address(self, settings, server, address):
        said = send(settings, server.address(), address)

        assert "is not an e-mail address." in said
        assert "\r" not in said
        assert server.commands == []

    def test_tells_of_letters_that_the_server_does_not_take(self, settings, server):
        assert "it does not offer SMTPUTF8." in send(settings, server.address(), "ñandú@demo.example")

    def test_needs_a_server(self, settings):
        assert "No mail leaves this machine: EMAIL_URL is not set." in send(settings, MailServer())


def closed_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
