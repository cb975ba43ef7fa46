"""Kept mails are shown in a demo on this machine and nowhere else."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from config.env import MailServer


@pytest.fixture
def kept(db, settings, tmp_path):
    """Two mails, written as Django's file backend writes them."""
    settings.MAIL_SERVER, settings.IS_LOOPBACK, settings.DEMO = MailServer(), True, True
    settings.MAIL_DIR = tmp_path / "mail"
    backend = get_connection(
        "django.core.mail.backends.filebased.EmailBackend", file_path=str(settings.MAIL_DIR)
    )
    mails = []
    for subject in ("Your code", "A message for you"):
        mail = EmailMultiAlternatives(
            subject, "Open https://recovery.example.org/x/?a=1&b=2 now", to=["pat@demo.example"]
        )
        mail.attach_alternative("<p>Only in the HTML part</p>", "text/html")
        mails.append(mail)
    backend.send_messages(mails)
    return settings


class TestKeptMails:
    def test_are_listed_the_newest_first(self, client, kept):
        page = client.get("/dev/mail/").content.decode()

        assert page.index("A message for you") < page.index("Your code")

    def test_show_their_text_with_its_links(self, client, kept):
        listed = client.get("/dev/mail/").context["mails"]

        page = client.get(f"/dev/mail/{listed[0].name}/{listed[0].number}/").content.decode()

        assert "A message for you" in page
        assert 'href="https://recovery.example.org/x/?a=1&amp;b=2"' in page
        assert "Only in the HTML part" not in page

    def test_are_also_read_from_single_files(self, client, kept):
        (kept.MAIL_DIR / "one.eml").write_bytes(
            b"Subject: From a file\r\nTo: pat@demo.example\r\n\r\nHello\r\n"
        )

        assert b"Hello" in client.get("/dev/mail/one.eml/1/").content

    def test_are_nothing_else_on_the_disk(self, client, kept):
        (kept.MAIL_DIR.parent / "secret.eml").write_text("Subject: no\n\nno")

        assert client.get("/dev/mail/..%2Fsecret.eml/1/").status_code == 404
        assert client.get("/dev/mail/missing.eml/1/").status_code == 404

    @pytest.mark.parametrize(
        ("name", "value"),
        [("DEMO", False), ("IS_LOOPBACK", False), ("MAIL_SERVER", MailServer("mail.example.org"))],
    )
    def test_are_hidden_outside_a_demo_on_this_machine(self, client, kept, name, value):
        listed = client.get("/dev/mail/").context["mails"]
        setattr(kept, name, value)

        assert client.get("/dev/mail/").status_code == 404
        assert client.get(f"/dev/mail/{listed[0].name}/1/").status_code == 404
