"""A patient tries out whether mails arrive: by the button on the page, and by the API."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import AuditEvent
from reminders.models import Kind, Preference, Reminder, Suppression
from reminders.services.trial import EVERY

pytestmark = pytest.mark.django_db
PAGE, URL, API = "/reminders/", "/reminders/test/", "/api/v1/preferences/test/"
PAT = "pat@demo.example"


@pytest.fixture
def ask(browser_of):
    """Return a function that presses the button as a person and gives the text of the page that follows."""
    return lambda person: browser_of(person).post(URL, follow=True).content.decode()


def count_of(record) -> int:
    return Reminder.objects.filter(patient=record, kind=Kind.TEST).count()


class TestTheButton:
    def test_stands_on_the_page(self, pat, browser_of):
        page = browser_of(pat).get(PAGE).content.decode()

        assert f'action="{URL}"' in page
        assert "Send me a test reminder now" in page

    def test_is_for_patients(self, cast, browser_of):
        found = {name: browser_of(one).post(URL).status_code for name, one in cast.people().items()}

        assert found == {
            "pat": 302, "otto": 302, "thea": 404, "olga": 404, "max": 404, "cleo": 404, "finn": 404, "visitor": 302
        }  # fmt: skip
        assert browser_of(cast.pat).get(URL).status_code == 405
        assert set(Reminder.objects.values_list("patient__user", flat=True)) == {cast.pat.pk, cast.otto.pk}

    def test_sends_a_mail_at_once_that_says_it_worked(self, pat, record, ask, send, post, browser_of):
        assert f"A test e-mail is on its way to {PAT}." in ask(pat)

        assert send(clock.now()).sent == 1

        [mail] = post.mails
        assert (post.recipients, mail["Subject"]) == ([PAT], "Test reminder")
        text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        for words in (text, html):
            assert "You asked for a test. It worked: your reminders come to this address." in words
            assert "/reminders/" in words
        assert "Hello Pat," in text
        assert "Test reminder: Sent" in browser_of(pat).get(PAGE).content.decode()

    def test_sends_at_any_hour_and_in_a_pause(self, pat, record, ask, send, post, hour, shift_clock):
        shift_clock(hour(0, 3) - clock.now())
        pause_until = clock.local_day(hour(5, 9), record.time_zone)
        Preference.objects.create(patient=record, paused_until_on=pause_until)

        ask(pat)

        assert send(clock.now()).sent == 1

    def test_waits_ten_minutes_for_the_next(self, pat, record, ask, shift_clock):
        ask(pat)
        assert "A test is on its way. Wait 10 minutes for the next." in ask(pat)
        assert count_of(record) == 1

        shift_clock(EVERY + timedelta(seconds=5))
        assert "is on its way to" in ask(pat)
        assert count_of(record) == 2

    def test_is_not_there_while_no_address_works(self, pat, record, ask, browser_of):
        Suppression.objects.create(address=PAT, reason="smtp_550", suppressed_at=clock.now())

        assert "Send me a test reminder now" not in browser_of(pat).get(PAGE).content.decode()
        assert "We have no e-mail address that works. Ask your clinic." in ask(pat)
        assert count_of(record) == 0

    def test_leaves_an_audit_row(self, pat, record, ask):
        ask(pat)

        row = AuditEvent.objects.get(action="reminders.test_asked")
        assert (row.actor_id, row.patient_id) == (pat.public_id, record.public_id)

    def test_keeps_to_the_record_of_the_clinic_that_was_chosen(self, pat, record, browser_of):
        chosen = f"?clinic={record.clinic.public_id}"
        browser = browser_of(pat)

        assert f'action="{URL}{chosen}"' in browser.get(f"{PAGE}{chosen}").content.decode()
        assert browser.post(f"{URL}{chosen}").url == f"{PAGE}{chosen}"
        assert browser.post(f"{URL}?clinic=none").status_code == 404


class TestTheCall:
    def test_answers_with_the_reminder(self, cast, record, api_of, send, post):
        answer = api_of(cast.pat, "log").post(API)

        assert answer.status_code == 201, answer.data
        row = Reminder.objects.get(kind=Kind.TEST)
        assert (answer.data["id"], answer.data["kind"]) == (str(row.public_id), "test")
        assert answer.data["patient"] == str(record.public_id)
        assert send(clock.now()).sent == 1
        assert post.recipients == [PAT]

    def test_refuses_the_next_for_ten_minutes(self, cast, api_of):
        caller = api_of(cast.pat)
        caller.post(API)

        answer = caller.post(API)

        assert (answer.status_code, answer.data["errors"][0]["code"]) == (400, "just_sent")

    def test_is_for_patients_with_a_key_that_may_write(self, cast, api_of):
        found = {name: api_of(one).post(API).status_code for name, one in cast.people().items()}

        assert found == {
            "pat": 201, "otto": 201, "thea": 404, "olga": 404, "max": 404, "cleo": 404, "finn": 404, "visitor": 401
        }  # fmt: skip
        assert api_of(cast.pat, "read").post(API).status_code == 403

    def test_is_about_ones_own_record(self, cast, record, api_of):
        assert api_of(cast.otto).post(f"{API}?patient={record.public_id}").status_code == 404
        assert count_of(record) == 0
