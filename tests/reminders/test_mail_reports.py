"""What a mail provider reports: believed only when it is signed, and then the address is written to no more."""

import hashlib
import hmac
import json
from base64 import b64encode

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from config.env import MAIL_PROVIDERS
from reminders import queries
from reminders.models import Message, Reminder, Suppression
from reminders.views import PROVIDERS
from tests.recoveries import assign

pytestmark = pytest.mark.django_db
PASSWORD = "reports:2kPz0vXr8Qm4"
KEY = "key-0123456789abcdef"
PAT = "pat@demo.example"
HARD = {
    "postmark": {"RecordType": "Bounce", "Type": "HardBounce", "ID": 42, "Email": PAT},
    "brevo": {"event": "hard_bounce", "email": PAT},
    "mailjet": [{"event": "bounce", "email": PAT, "hard_bounce": True, "error": "user unknown"}],
    "sparkpost": [
        {"msys": {"message_event": {"type": "bounce", "bounce_class": "10", "raw_rcpt_to": PAT}}},
        {"msys": {}},
    ],
}
SOFT = {
    "postmark": {"RecordType": "Bounce", "Type": "SoftBounce", "ID": 43, "Email": PAT},
    "brevo": {"event": "soft_bounce", "email": PAT},
    "mailjet": {"event": "bounce", "email": PAT, "hard_bounce": False, "error": "quota exceeded"},
    "sparkpost": [{"msys": {"message_event": {"type": "bounce", "bounce_class": "22", "raw_rcpt_to": PAT}}}],
}
COMPLAINT = {
    "postmark": {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "ID": 44, "Email": PAT},
    "brevo": {"event": "spam", "email": PAT},
    "mailjet": {"event": "spam", "email": PAT},
    "sparkpost": [{"msys": {"message_event": {"type": "spam_complaint", "raw_rcpt_to": PAT}}}],
}


def configure(settings, provider: str) -> None:
    """Set up a provider as the environment would."""
    settings.MAIL_PROVIDER = provider
    settings.ANYMAIL = (
        {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY} if provider == "mailgun" else {"WEBHOOK_SECRET": PASSWORD}
    )


def report(
    provider: str, body: object, *, password: str | None = PASSWORD, raises: bool = True
) -> HttpResponse:
    """Post a report as the provider does, with cross-site checks on."""
    headers = {}
    if password is not None:
        headers["Authorization"] = f"Basic {b64encode(password.encode()).decode()}"
    sent = body if isinstance(body, bytes) else json.dumps(body)
    return Client(enforce_csrf_checks=True, raise_request_exception=raises).post(
        f"/mail/reports/{provider}/", sent, content_type="application/json", headers=headers
    )


def of_mailgun(key: str = KEY, *, event: str = "failed", severity: str = "permanent", **more) -> dict:
    """Return a report of Mailgun, signed with ``key``."""
    token, timestamp = "a" * 50, "1795600000"
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {"event": event, "severity": severity, "reason": "bounce", "recipient": PAT, **more}
    signed = {"token": token, "timestamp": timestamp, "signature": signature}
    return {"signature": signed, "event-data": data}


class TestReports:
    def test_are_read_of_the_providers_that_may_be_configured(self):
        assert set(PROVIDERS) == set(MAIL_PROVIDERS)

    @pytest.mark.parametrize("provider", HARD)
    def test_of_a_bounce_for_good_end_the_writing_to_an_address(self, settings, provider):
        configure(settings, provider)

        assert report(provider, HARD[provider]).status_code == 200

        row = Suppression.objects.get()
        assert (row.address, row.source) == (PAT, "webhook")
        assert row.reason in {"bounced", "invalid"}

    @pytest.mark.parametrize("provider", COMPLAINT)
    def test_of_a_complaint_do_too(self, settings, provider):
        configure(settings, provider)

        report(provider, COMPLAINT[provider])

        assert Suppression.objects.get().reason == "complained"

    @pytest.mark.parametrize("provider", SOFT)
    def test_of_a_bounce_that_may_pass_change_nothing(self, settings, provider):
        configure(settings, provider)

        assert report(provider, SOFT[provider]).status_code == 200
        assert not Suppression.objects.exists()

    @pytest.mark.parametrize("kind", ["Delivery", "Open", "Click", "SubscriptionChange", "Unheard-of"])
    def test_of_anything_else_change_nothing(self, settings, kind):
        configure(settings, "postmark")

        assert report("postmark", {"RecordType": kind, "Recipient": PAT}).status_code == 200
        assert not Suppression.objects.exists()

    def test_may_come_twice_and_the_first_reason_stays(self, settings):
        configure(settings, "postmark")

        for body in (HARD["postmark"], HARD["postmark"], COMPLAINT["postmark"]):
            assert report("postmark", body).status_code == 200

        assert Suppression.objects.get().reason == "bounced"

    @pytest.mark.parametrize(
        "address", ["", None, 5, [PAT], "pat", f"{'p' * 260}@demo.example", "p\0@demo.example"]
    )
    def test_about_what_is_no_address_change_nothing(self, settings, address):
        configure(settings, "postmark")

        assert report("postmark", {**HARD["postmark"], "Email": address}).status_code == 200
        assert not Suppression.objects.exists()

    def test_that_the_database_cannot_take_are_a_fault_of_ours_and_so_sent_again(self, settings):
        configure(settings, "postmark")
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE reminders_suppression RENAME TO elsewhere")

        assert report("postmark", HARD["postmark"], raises=False).status_code in {500, 503}


class TestReportsOfMailgun:
    def test_are_believed_when_they_are_signed(self, settings):
        configure(settings, "mailgun")

        assert report("mailgun", of_mailgun(), password=None).status_code == 200
        assert Suppression.objects.get().reason == "bounced"

    def test_change_nothing_when_they_say_that_it_may_pass(self, settings):
        configure(settings, "mailgun")

        assert report("mailgun", of_mailgun(severity="temporary"), password=None).status_code == 200
        assert not Suppression.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [
            of_mailgun("another-key-0123456789"),
            {**of_mailgun(), "signature": {"token": "é", "timestamp": "1", "signature": "x"}},
            {**of_mailgun(), "signature": {"token": None, "timestamp": [], "signature": {}}},
            {**of_mailgun(), "signature": "none"},
            {},
            [],
            None,
            b"",
            b"{",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"signature":' * 50_000,
        ],
        ids=range(12),
    )
    def test_are_refused_otherwise_and_never_a_fault(self, settings, body):
        configure(settings, "mailgun")

        assert report("mailgun", body, password=None).status_code == 400
        assert not Suppression.objects.exists()

    def test_are_refused_when_the_body_was_changed_into_a_form(self, settings):
        configure(settings, "mailgun")
        fields = {"token": "é", "timestamp": "1", "signature": "x", "recipient": PAT, "event": "bounced"}

        assert Client().post("/mail/reports/mailgun/", fields).status_code == 400

    def test_write_beside_the_reminder_that_it_came_back(
        self, settings, record, recovery, thea, lay_out, send, post, hour
    ):
        configure(settings, "mailgun")
        assign(recovery, by=thea, now=hour(0, 6), times_per_day=1)
        lay_out(hour(0, 7))
        send(hour(0, 9))
        name = str(post.mails[0]["Message-ID"]).strip("<>")

        report("mailgun", of_mailgun(message={"headers": {"message-id": name}}), password=None)

        row = Reminder.objects.get(message__message_id=f"<{name}>")
        assert (row.state, row.reason, row.message.state) == ("sent", "came_back", "sent")
        assert Message.objects.get().sent_at == hour(0, 9)
        assert queries.receipts(record, now=hour(0, 9))[0].words == "Could not reach: the mail came back"


class TestWhatIsRefused:
    @pytest.mark.parametrize("provider", HARD)
    @pytest.mark.parametrize("password", [None, "", "reports:wrong", "None", PASSWORD[:-1], "é"])
    def test_is_a_report_without_the_password(self, settings, provider, password):
        configure(settings, provider)

        assert report(provider, HARD[provider], password=password).status_code == 400
        assert not Suppression.objects.exists()

    @pytest.mark.parametrize("provider", HARD)
    @pytest.mark.parametrize("body", [b"", b"{", b"null", b"5", b'"a"', b"[[]]", b"\xff", b"[" * 100_000])
    def test_is_a_report_that_makes_no_sense(self, settings, provider, body):
        configure(settings, provider)

        assert report(provider, body).status_code == 400

    def test_is_a_report_that_is_too_large(self, settings):
        configure(settings, "postmark")

        assert report("postmark", b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)).status_code == 400

    def test_is_every_other_way_of_asking(self, settings):
        configure(settings, "postmark")

        for method in ("get", "put", "patch", "delete", "options"):
            assert getattr(Client(), method)("/mail/reports/postmark/").status_code == 405

    @pytest.mark.parametrize("provider", MAIL_PROVIDERS)
    def test_is_everything_while_no_provider_is_configured(self, provider):
        assert report(provider, HARD.get(provider, of_mailgun())).status_code == 404

    @pytest.mark.parametrize("other", [*MAIL_PROVIDERS, "sendgrid", "amazon_ses"])
    def test_is_every_provider_but_the_configured_one(self, settings, other):
        configure(settings, "mailgun")

        assert (report(other, HARD["postmark"]).status_code == 404) == (other != "mailgun")


class TestTheLog:
    def test_names_no_address(self, settings, caplog):
        configure(settings, "postmark")

        with caplog.at_level("DEBUG", logger="reminders"):
            report("postmark", HARD["postmark"])
            report("postmark", {"RecordType": "Bounce", "FromFull": PAT, "Type": []})
            report("postmark", [PAT])

        assert "suppression" in caplog.text
        assert "demo.example" not in caplog.text
