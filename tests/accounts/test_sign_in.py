import re
import socket
import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db
EMAIL = "pat@demo.example"


@pytest.fixture
def pat(db):
    return factories.user("Pat Moreno", password=factories.PASSWORD)


def sign_in(browser, email=EMAIL, password=factories.PASSWORD):
    return browser.post(reverse("account_login"), {"login": email, "password": password})


def is_in(browser):
    return browser.get(reverse("accounts:me")).status_code == 200


def text_of(answer):
    main = answer.content.decode().split("<main")[1].split("</main>")[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|value="[^"]*@[^"]*"', "", main)


def next_mail(subject):
    """Wait for the mail that leaves beside the answer."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for message in mail.outbox:
            if message.subject == subject:
                return message
        time.sleep(0.01)
    raise AssertionError(f"no mail {subject!r}")


class TestSigningInByPassword:
    def test_works(self, pat, client):
        assert sign_in(client).status_code == 302
        assert is_in(client)

    def test_takes_the_address_in_any_case(self, pat, client):
        sign_in(client, email="PAT@demo.example")
        assert is_in(client)

    def test_says_the_same_for_a_wrong_password_and_an_unknown_address(self, pat):
        wrong = sign_in(Client(), password="wrong-password")
        unknown = sign_in(Client(), email="nobody@demo.example")
        assert wrong.status_code == unknown.status_code == 200
        assert text_of(wrong) == text_of(unknown)
        assert "do not go together" in text_of(wrong)

    def test_is_slowed_down_after_five_wrong_passwords(self, pat, client):
        for number in range(5):
            sign_in(client, password=f"wrong-{number}")
        assert "Too many tries." in text_of(sign_in(client))
        assert not is_in(client)

    def test_gives_a_new_session(self, pat, client):
        client.get(reverse("account_login"))
        client.cookies["sessionid"] = "chosen-by-somebody-else"
        sign_in(client)
        assert client.cookies["sessionid"].value != "chosen-by-somebody-else"


class TestSigningInByCode:
    def ask(self, browser, email=EMAIL):
        return browser.post(reverse("account_request_login_code"), {"email": email}, follow=True)

    def test_works_without_a_password(self, client, db):
        factories.user("Nora Vale")
        self.ask(client, "nora@demo.example")
        message = next_mail("Your sign-in code")
        code = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", message.body, re.MULTILINE).group(1)
        client.post(reverse("account_confirm_login_code"), {"code": code})
        assert is_in(client)

    def test_works_for_an_operator_made_on_the_command_line(self, client, db):
        User.objects.create_superuser("op@demo.example", "six-calm-otters", name="Op")
        self.ask(client, "op@demo.example")
        assert next_mail("Your sign-in code").to == ["op@demo.example"]

    def test_says_the_same_for_an_unknown_address(self, pat):
        known, unknown = self.ask(Client()), self.ask(Client(), "nobody@demo.example")
        assert known.redirect_chain == unknown.redirect_chain
        assert known.status_code == unknown.status_code == 200
        assert text_of(known).replace(EMAIL, "") == text_of(unknown).replace("nobody@demo.example", "")
        next_mail("Your sign-in code")
        assert [message.to for message in mail.outbox] == [[EMAIL]]

    def test_answers_before_the_mail_server_does(self, pat, client, settings):
        """Only known addresses get a mail: a slow server must not tell them apart by time."""
        with socket.socket() as slow:
            slow.bind(("127.0.0.1", 0))
            slow.listen()
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = slow.getsockname()
            settings.EMAIL_TIMEOUT = 3
            start = time.monotonic()
            assert self.ask(client).status_code == 200
            assert time.monotonic() - start < 2
            connection, _address = slow.accept()
            connection.close()

    def test_refuses_a_wrong_code_three_times_and_then_all(self, pat, client):
        self.ask(client)
        code = re.search(
            r"^\s*([A-Z0-9-]{6,12})\s*$", next_mail("Your sign-in code").body, re.MULTILINE
        ).group(1)
        for _try in range(3):
            client.post(reverse("account_confirm_login_code"), {"code": "ZZZ-ZZZ"})
        client.post(reverse("account_confirm_login_code"), {"code": code})
        assert not is_in(client)

    def test_sends_a_mail_in_both_parts_without_health_words(self, pat, client):
        self.ask(client)
        message = next_mail("Your sign-in code")
        (html, kind) = message.alternatives[0]
        assert kind == "text/html"
        assert "Bonestep" in message.body
        assert not re.search(r"fracture|broken|recover|x-ray", message.body + html, re.IGNORECASE)


class TestAForgottenPassword:
    def test_is_set_again_by_the_mailed_link(self, pat, client):
        client.post(reverse("account_reset_password"), {"email": EMAIL})
        link = re.search(
            r"https?://\S+?(/accounts/password/reset/key/\S+)", next_mail("Set a new password").body
        )
        page = client.get(link.group(1), follow=True)
        new = "seven-calm-otters"
        client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
        sign_in(client, password=new)
        assert is_in(client)
        assert not is_in_with_old_password()

    def test_says_the_same_for_an_unknown_address(self, pat):
        address = reverse("account_reset_password")
        known = Client().post(address, {"email": EMAIL}, follow=True)
        unknown = Client().post(address, {"email": "nobody@demo.example"}, follow=True)
        assert text_of(known) == text_of(unknown)
        assert next_mail("Set a new password").to == [EMAIL]
        assert len(mail.outbox) == 1


class TestSigningOut:
    def test_ends_the_session(self, pat, client):
        sign_in(client)
        cookie = client.cookies["sessionid"].value
        client.post(reverse("account_logout"))
        client.cookies["sessionid"] = cookie
        assert not is_in(client)

    def test_never_happens_by_a_link(self, pat, client):
        sign_in(client)
        client.get(reverse("account_logout"))
        assert is_in(client)


class TestAChangedPassword:
    def test_ends_the_other_sessions(self, pat):
        here, there = Client(), Client()
        sign_in(here)
        sign_in(there)
        new = "seven-calm-otters"
        data = {"oldpassword": factories.PASSWORD, "password1": new, "password2": new}
        assert here.post(reverse("account_change_password"), data).status_code == 302
        assert is_in(here)
        assert not is_in(there)


class TestSigningUp:
    def test_is_closed(self, client, db):
        data = {"email": "new@demo.example", "password1": "six-calm-otters"}
        page = client.post("/accounts/signup/", data)
        assert not User.objects.filter(email="new@demo.example").exists()
        assert not EmailAddress.objects.filter(email="new@demo.example").exists()
        assert page.status_code in {200, 404}


class TestTheOperatorsDesk:
    @pytest.fixture
    def desk(self, client, cast):
        client.force_login(
            User.objects.create_superuser("op@demo.example", name="Op"),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        return client

    @pytest.mark.parametrize("model", ["clinic", "user", "membership", "invitation", "auditevent"])
    def test_lists(self, desk, model):
        assert desk.get(f"/admin/accounts/{model}/").status_code == 200

    @pytest.mark.parametrize("model", ["patient", "carelink", "apitoken"])
    def test_has_no_patients_and_no_keys(self, desk, model):
        assert desk.get(f"/admin/accounts/{model}/").status_code == 404

    def test_shows_audit_rows_and_changes_none(self, desk):
        from accounts.models import AuditEvent

        row = AuditEvent.objects.latest("pk")
        assert desk.get(f"/admin/accounts/auditevent/{row.pk}/change/").status_code == 200
        assert desk.post(f"/admin/accounts/auditevent/{row.pk}/change/", {"action": "x"}).status_code == 403
        assert desk.get("/admin/accounts/auditevent/add/").status_code == 403
        assert desk.post(f"/admin/accounts/auditevent/{row.pk}/delete/").status_code == 403

    def test_never_shows_a_password(self, desk, cast):
        page = desk.get(f"/admin/accounts/user/{cast.pat.pk}/change/").content.decode()
        assert 'name="name"' in page
        assert "password" not in page.split('id="user_form"')[1]

    def test_is_closed_to_everybody_else(self, cast, browser_of):
        for person in (cast.pat, cast.thea, cast.cleo, None):
            assert browser_of(person).get("/admin/accounts/user/").status_code in {302, 403}


def is_in_with_old_password():
    browser = Client()
    sign_in(browser)
    return is_in(browser)
