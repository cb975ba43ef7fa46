"""What a mail looks like on the wire, and what it must never say."""

import re
from datetime import UTC, datetime, time
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from django.test import Client
from icalendar import Calendar

from recovery.services import follow_ups
from reminders.models import Kind, Preference, Reminder
from reminders.services.channel import Letter, Result
from reminders.services.deliver import send_due
from reminders.services.email import EmailChannel, envelope_sender
from reminders.services.preferences import Choice, change_preferences
from tests.recoveries import assign

pytestmark = pytest.mark.django_db
HEALTH = re.compile(
    r"x-?ray|fractur|bone|wrist|ankle|pain|exercis|heal|plate|screw|cast|splint|surg|physio|wound|therapy",
    re.IGNORECASE,
)


@pytest.fixture
def visit(recovery, thea, hour, day):
    """Book an x-ray on day 1 at 10:40."""
    return follow_ups.book_visit(
        recovery=recovery,
        kind="x_ray",
        on=day(1),
        at=time(10, 40),
        by=thea,
        now=hour(0, 6),
        place="Radiology 2",
    )


@pytest.fixture
def mail(visit, lay_out, send, post, hour):
    """Return the mail of the day before the visit."""
    lay_out(hour(0, 7))
    send(hour(0, 9))
    return post.mails[0]


class TestMail:
    def test_has_the_headers_that_mail_programs_and_providers_ask_for(self, mail, hour, settings):
        assert re.fullmatch(r"<[0-9a-f]{40}@[A-Za-z0-9.-]+\.[A-Za-z]{2,}>", mail["Message-ID"])
        assert parsedate_to_datetime(mail["Date"]) == hour(0, 9)
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["List-Unsubscribe"].startswith(f"<{settings.SITE_URL}/reminders/stop/")
        assert mail["From"].addresses[0].display_name == "Riverside clinic"
        assert [one.addr_spec for one in mail["To"].addresses] == ["pat@demo.example"]

    def test_says_when_in_the_subject_without_health_words(self, mail):
        assert re.fullmatch(r"Your visit on \w+ \d+ \w+, 10:40 am", mail["Subject"])

    def test_is_written_in_the_language_of_who_reads_it(
        self, recovery, record, visit, lay_out, send, post, hour
    ):
        record.user.language = "es"
        record.user.save(update_fields=["language"])
        lay_out(hour(0, 7))
        send(hour(0, 9))

        [mail] = post.mails
        assert re.fullmatch(r"Su visita el \w+ \d+ de \w+, 10:40", mail["Subject"])
        plain = mail.get_body(("plain",)).get_content()
        assert "Hola, Pat:" in plain
        assert "Cambiar mis recordatorios" in plain

    def test_has_both_parts_and_a_calendar_entry(self, mail, visit):
        types = [part.get_content_type() for part in mail.walk()]
        assert types == [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "text/calendar",
        ]
        calendar = Calendar.from_ical(list(mail.walk())[-1].get_content())
        [event] = calendar.walk("VEVENT")
        assert str(event["UID"]).startswith(f"visit-{visit.public_id}@")
        assert int(event["SEQUENCE"]) == visit.sequence
        assert event.decoded("DTSTART").minute == 40

    def test_hides_health_details_unless_the_patient_turns_them_on(self, mail):
        own_words = mail.get_body(("plain",)).get_content().replace("Bonestep", "")

        assert not HEALTH.search(own_words)
        assert "Radiology" not in mail.as_string()

    def test_gives_every_link_of_the_html_in_the_text_too(self, mail):
        text, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()

        links = {link.replace("&amp;", "&") for link in re.findall(r'href="(https?://[^"]+)"', html)}
        assert links
        assert all(link in text for link in links)
        assert not re.search(r"&(amp|quot|#)", text)
        assert len(html.encode()) < 10_000

    def test_tells_details_to_who_wants_them(self, visit, record, pat, lay_out, send, post, hour):
        change_preferences(
            patient=record,
            choice=Choice(
                exercise_hours=(time(9),),
                log_at=time(18),
                visit_at=time(9),
                kinds_off=frozenset(),
                hide_details=False,
            ),
            by=pat,
            now=hour(0, 6),
        )
        lay_out(hour(0, 7))

        send(hour(0, 9))

        assert "X-ray, Radiology 2." in post.mails[0].get_body(("plain",)).get_content()
        assert not HEALTH.search(str(post.mails[0]["Subject"]))

    def test_of_every_kind_can_be_written_without_health_words_outside(
        self, recovery, record, lay_out, send, post, thea, hour, day
    ):
        assign(recovery, by=thea, now=hour(0, 6))
        lay_out(hour(0, 7))

        for offset in range(3):
            for hours in (9, 18):
                send(hour(offset, hours))
                lay_out(hour(offset, hours, 1))

        assert {row.kind for row in Reminder.objects.filter(state="sent")} >= {
            Kind.EXERCISES,
            Kind.LOG,
            Kind.X_RAY_BOOK,
        }
        for one in post.mails:
            plain = one.get_body(("plain",)).get_content().replace("Bonestep", "")
            assert not HEALTH.search(str(one["Subject"])), one["Subject"]
            assert not HEALTH.search(plain), plain

    def test_names_a_clinic_with_any_letters(self, recovery, record, visit, lay_out, send, post, hour):
        record.clinic.name = "Clínica Ñandú <b>& Söhne</b>"
        record.clinic.save()
        lay_out(hour(0, 7))

        send(hour(0, 9))

        assert post.mails[0]["From"].addresses[0].display_name == record.clinic.name
        assert "Ñandú &lt;b&gt;" in post.mails[0].get_body(("html",)).get_content()


def letter(**changes) -> Letter:
    usual = {
        "address": "pat@demo.example", "sender_name": "Clinic", "subject": "Hello", "text": "Text\n", "html": "<p>Text</p>",
        "message_id": "<x@demo.example>", "written_at": datetime(2026, 11, 22, tzinfo=UTC),
    }  # fmt: skip
    return Letter(**(usual | changes))


class TestCompose:
    def test_keeps_lines_short_and_ended_by_crlf(self):
        packed = EmailChannel().compose(letter(text="é" * 3000 + "\n", html="<p>" + "x" * 5000 + "</p>"))

        assert max(map(len, packed.split(b"\r\n"))) <= 998
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", packed)

    def test_leaves_a_long_link_as_it_is(self):
        url = "https://recovery.example.org/reminders/stop/" + "abcDEF0123_-:" * 20

        mail = message_from_bytes(EmailChannel().compose(letter(stop_url=url)), policy=policy.default)

        assert mail["List-Unsubscribe"] == f"<{url}>"
        assert b"=?utf-8?" not in EmailChannel().compose(letter(stop_url=url))

    def test_lets_no_header_in_through_a_name(self):
        packed = EmailChannel().compose(
            letter(sender_name="Clinic\r\nBcc: evil@demo.example", subject="Hi\nX-Evil: 1")
        )

        mail = message_from_bytes(packed, policy=policy.default)
        assert mail["Bcc"] is None
        assert mail["X-Evil"] is None

    def test_bounces_go_to_their_own_address(self, settings):
        settings.EMAIL_BOUNCES = "bounces@recovery.example.org"
        assert envelope_sender() == "bounces@recovery.example.org"

        settings.EMAIL_BOUNCES, settings.EMAIL_FROM = "", "Bonestep <noreply@recovery.example.org>"
        assert envelope_sender() == "noreply@recovery.example.org"


class TestWithoutAServer:
    def test_mails_are_kept_as_files_and_a_repeat_replaces_its_own(self, settings, tmp_path):
        settings.MAIL_DIR = tmp_path / "mail"
        channel = EmailChannel()
        packed = channel.compose(letter())

        for key in (1, 2):
            channel.hand_over(key, "pat@demo.example", packed)

        assert [(key, how.result) for key, how in channel.outcomes(wait=True)] == [
            (1, Result.SENT),
            (2, Result.SENT),
        ]
        [file] = settings.MAIL_DIR.iterdir()
        assert file.suffix == ".eml"
        assert file.read_bytes() == packed

    def test_reminders_are_kept_too(self, visit, lay_out, settings, tmp_path, hour):
        settings.MAIL_DIR = tmp_path / "mail"
        lay_out(hour(0, 7))

        assert send_due(channel=EmailChannel(), now_fn=lambda: hour(0, 9)).sent == 1
        assert len(list(settings.MAIL_DIR.glob("*.eml"))) == 1


class TestStopLink:
    def test_asks_first_and_stops_by_a_post_without_a_cookie(
        self, mail, record, lay_out, send, post, hour, visit
    ):
        path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
        browser = Client(enforce_csrf_checks=True)

        page = browser.get(path)
        assert page.status_code == 200
        assert "csrftoken" not in page.cookies
        assert self.kinds_off(record) == []

        for _ in range(2):
            answer = browser.post(path, {"List-Unsubscribe": "One-Click"})
            assert answer.status_code == 200
        assert self.kinds_off(record) == ["visit"]

    def test_no_longer_works_for_a_former_address(self, mail, pat, record):
        path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
        pat.email = "new@demo.example"
        pat.save()

        assert Client().post(path).status_code == 404
        assert self.kinds_off(record) == []

    def test_that_was_tampered_with_stops_nothing(self, mail, record):
        path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path

        assert Client().post(path[:-3] + "xx/").status_code == 404
        assert self.kinds_off(record) == []

    @staticmethod
    def kinds_off(record) -> list[str]:
        return [kind for one in Preference.objects.filter(patient=record) for kind in one.kinds_off]
