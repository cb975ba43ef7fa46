"""While the mail server is away or refuses, pages about accounts say so in a sentence, and nothing is lost."""

import re
import socket
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Invitation, Membership
from tests import factories
from tests.reminders.faulty_server import CLOSE, SILENT, Endless, FaultyServer

pytestmark = pytest.mark.django_db
LINK = re.compile(r"/invitations/[A-Za-z0-9_-]{43}/")
NOT_SENT = "The invitation is saved, but the mail could not be sent. Try again."
LATER = b"451 4.3.0 later\r\n"
TROUBLES = {
    "refused for now": ("RCPT", [LATER] * 9),
    "refused after the mail": ("end", [LATER] * 9),
    "turned away": ("connect", [b"421 too busy\r\n"] * 9),
    "hangs up": ("EHLO", [CLOSE] * 9),
    "never answers": ("connect", [SILENT] * 9),
    "never comes to an end": ("connect", [Endless(b"220-hello\r\n", 0.3)] * 9),
}


@pytest.fixture
def server(settings):
    """Have account mails go to a server of this test."""
    settings.EMAIL_BACKEND = "accounts.services.smtp.EmailBackend"
    assert 0 < settings.EMAIL_TIMEOUT <= 15, "no page may wait for a mail server without end"
    settings.EMAIL_TIMEOUT = 1
    with FaultyServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture(params=["nobody listens", *TROUBLES])
def away(request, server, settings):
    """Return a function that ends the trouble."""
    if request.param == "nobody listens":
        settings.EMAIL_PORT = closed_port()
    else:
        stage, faults = TROUBLES[request.param]
        server.faults[stage] = list(faults)

    def back() -> None:
        server.faults.clear()
        settings.EMAIL_PORT = server.port

    return back


@pytest.fixture
def act():
    """Return a function that posts a form and gives the page that follows."""

    def act(browser: Client, name: str, *args: object, **data: str) -> str:
        began = time.monotonic()
        answer = browser.post(reverse(name, args=args), data)
        assert answer.status_code == 302
        assert time.monotonic() - began < 5
        return browser.get(answer.url).content.decode()

    return act


@pytest.mark.django_db(transaction=True)
class TestAnInvitation:
    """Its mail leaves after commit, so these tests commit."""

    def test_is_kept_and_goes_out_later(self, cast, browser_of, server, away, act):
        browser = browser_of(cast.cleo)

        page = act(browser, "accounts:invite_staff", email="new@staff.example", profession="nurse")

        assert page.count(NOT_SENT) == 1
        row = Invitation.objects.get(email="new@staff.example")
        assert row.sent_at is None
        away()
        assert "on its way." in act(browser, "accounts:resend", row.public_id)
        assert Client().get(link_in(server.taken[-1].content)).status_code == 200

    def test_of_a_patient_is_kept_too(self, cast, browser_of, server, away, act):
        thea = Membership.objects.get(user=cast.thea)
        nora = factories.patient("Nora Vale", of=thea, email="nora@new.example", has_account=False)
        browser = browser_of(cast.cleo)

        page = act(browser, "accounts:invite_patient", nora.public_id)

        assert page.count(NOT_SENT) == 1
        assert Invitation.objects.get(patient=nora).sent_at is None

    def test_sent_before_goes_on_working_when_a_new_one_cannot_go_out(
        self, cast, browser_of, server, act, now
    ):
        browser = browser_of(cast.cleo)
        act(browser, "accounts:invite_staff", email="new@staff.example", profession="nurse")
        row = Invitation.objects.get(email="new@staff.example")
        first = link_in(server.taken[-1].content)
        Invitation.objects.update(sent_at=now - timedelta(minutes=5))
        server.faults["MAIL"] = [LATER]

        assert NOT_SENT in act(browser, "accounts:resend", row.public_id)
        assert Client().get(first).status_code == 200

        assert "on its way." in act(browser, "accounts:resend", row.public_id)
        assert Client().get(first).status_code == 404
        assert Client().get(link_in(server.taken[-1].content)).status_code == 200

    def test_to_an_address_that_no_server_can_be_told_fails_in_a_sentence(
        self, cast, browser_of, server, act
    ):
        address = f"new@{'ä' * 60}.example"

        page = act(browser_of(cast.cleo), "accounts:invite_staff", email=address, profession="nurse")

        assert NOT_SENT in page
        assert server.taken == []


class TestASignInCode:
    def ask(self, browser: Client, email: str = "pat@demo.example"):
        return browser.post(reverse("account_request_login_code"), {"email": email}, follow=True)

    def test_that_cannot_go_out_ends_in_a_page_that_says_what_to_do(self, cast, client, away):
        page = self.ask(client)

        assert page.status_code == 200
        assert (
            page.content.decode().count("Nothing came? Go back and ask for a new code, or call your clinic.")
            == 1
        )

    def test_says_the_same_to_who_has_no_account(self, cast, away):
        known, unknown = self.ask(Client()), self.ask(Client(), "nobody@demo.example")

        assert without_address(known) == without_address(unknown)

    def test_is_tried_again_and_works(self, cast, client, server, settings):
        settings.ACCOUNT_MAIL_AGAIN_SECONDS = (0.1, 0.1)
        server.faults["RCPT"] = [LATER, LATER]

        self.ask(client)

        mail = next_mail(server)
        code = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", mail.get_body(("plain",)).get_content(), re.MULTILINE)
        client.post(reverse("account_confirm_login_code"), {"code": code[1]})
        assert client.get(reverse("accounts:me")).status_code == 200


class TestANewPassword:
    def ask(self, browser: Client):
        return browser.post(reverse("account_reset_password"), {"email": "pat@demo.example"}, follow=True)

    def test_that_cannot_be_mailed_ends_in_a_page_that_says_what_to_do(self, cast, client, away):
        page = self.ask(client)

        assert page.status_code == 200
        assert page.content.decode().count("Nothing came? Call your clinic.") == 1

    def test_is_mailed_by_a_later_try(self, cast, client, server, settings):
        settings.ACCOUNT_MAIL_AGAIN_SECONDS = (0.1,)
        server.faults["end"] = [LATER]

        self.ask(client)

        assert next_mail(server)["Subject"] == "Set a new password"


def next_mail(server: FaultyServer):
    """Wait for the mail that leaves beside the answer."""
    deadline = time.monotonic() + 10
    while not server.taken and time.monotonic() < deadline:
        time.sleep(0.01)
    return message_from_bytes(server.taken[0].content, policy=policy.default)


def link_in(content: bytes) -> str:
    mail = message_from_bytes(content, policy=policy.default)
    return LINK.search(mail.get_body(("plain",)).get_content())[0]


def without_address(answer) -> str:
    main = answer.content.decode().split("<main")[1].split("</main>")[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|\S+@demo.example', "", main)


def closed_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
