"""A report is believed about a mail of ours that went to that very address; an address can be tried again."""

import pytest

from accounts.services import care
from reminders import queries
from reminders.domain.reports import NotAReport
from reminders.models import Message, Reminder, Suppression
from reminders.services.bounces import Taken, take_report
from tests.recoveries import assign
from tests.reminders.returned import report

pytestmark = pytest.mark.django_db
State = Reminder.State


@pytest.fixture
def sent(recovery, thea, lay_out, send, post, hour) -> str:
    """Send Pat a mail at 9 and return it as it went over the wire."""
    assign(recovery, by=thea, now=hour(0, 6), times_per_day=1)
    lay_out(hour(0, 7))
    send(hour(0, 9))
    return post.mails[0].as_string()


class TestTakeReport:
    def test_ends_the_writing_to_an_address_that_does_not_work(self, sent, send, post, hour):
        assert take_report(raw=report(sent), now=hour(0, 10)) == Taken.SUPPRESSED

        row = Suppression.objects.get()
        assert (row.address, row.reason, row.source) == ("pat@demo.example", "status_5.1.1", "report")
        assert row.suppressed_at == hour(0, 10)
        assert send(hour(0, 18)).suppressed == 1
        assert len(post.mails) == 1

    def test_leaves_the_mail_sent_and_says_that_it_came_back(self, sent, record, hour):
        take_report(raw=report(sent), now=hour(0, 10))

        row = Reminder.objects.get(message__isnull=False)
        assert (row.state, row.reason) == (State.SENT, "came_back")
        assert (row.message.state, row.message.sent_at) == (Message.State.SENT, hour(0, 9))
        assert queries.receipts(record, now=hour(0, 10))[0].words == "Could not reach: the mail came back"

    def test_may_come_twice(self, sent, hour):
        for minute in (0, 5):
            assert take_report(raw=report(sent), now=hour(0, 10, minute)) == Taken.SUPPRESSED

        assert Suppression.objects.get().suppressed_at == hour(0, 10)

    def test_takes_the_headers_alone_and_any_letter_case(self, sent, hour):
        headers = sent.partition("\n\n")[0]
        raw = report(headers, only_headers=True, address="Pat@Demo.Example")

        assert take_report(raw=raw, now=hour(0, 10)) == Taken.SUPPRESSED

    @pytest.mark.parametrize(
        ("status", "action"), [("4.4.1", "delayed"), ("5.1.1", "relayed"), ("2.0.0", "delivered")]
    )
    def test_changes_nothing_when_nothing_failed(self, sent, hour, status, action):
        raw = report(sent, status=status, action=action)

        assert take_report(raw=raw, now=hour(0, 10)) == Taken.NOTHING_FAILED
        assert not Suppression.objects.exists()
        assert not Reminder.objects.filter(reason="came_back").exists()

    @pytest.mark.parametrize("status", ["4.4.7", "5.7.1"])
    def test_goes_on_writing_when_it_is_not_the_address_s_fault(self, sent, hour, status):
        raw = report(sent, status=status, answer="")

        assert take_report(raw=raw, now=hour(0, 10)) == Taken.CAME_BACK
        assert not Suppression.objects.exists()
        assert Reminder.objects.filter(reason="came_back").count() == 1

    def test_does_not_believe_a_report_that_returns_no_mail_of_ours(self, sent, hour):
        forged = "Message-ID: <0123456789abcdef0123456789abcdef01234567@localhost.localdomain>\n\nHello.\n"

        for returned in (forged, "Subject: none\n\n", "\n"):
            assert take_report(raw=report(returned), now=hour(0, 10)) == Taken.NOT_OURS
        assert not Suppression.objects.exists()

    def test_does_not_believe_a_report_about_somebody_elses_address(self, sent, hour):
        raw = report(sent, address="otto@demo.example")

        assert take_report(raw=raw, now=hour(0, 10)) == Taken.NOT_OURS
        assert not Suppression.objects.exists()
        assert not Reminder.objects.filter(reason="came_back").exists()

    def test_does_not_blame_the_address_that_came_after(self, sent, record, thea, hour):
        """The patient has no account, and the clinic corrected the address while the report was on its way."""
        type(record).objects.filter(pk=record.pk).update(user=None)
        record.refresh_from_db()
        care.change_patient(
            patient=record, name=record.name, born_on=record.born_on, clinic_number=record.clinic_number,
            email="pat@new.example", language="en", time_zone=record.time_zone, by=thea, now=hour(0, 9, 30),
        )  # fmt: skip

        assert take_report(raw=report(sent), now=hour(0, 10)) == Taken.NOT_OURS
        assert not Suppression.objects.exists()

    def test_refuses_what_is_no_report(self, hour):
        with pytest.raises(NotAReport):
            take_report(raw=b"Hello.", now=hour(0, 10))
