"""What is read out of a delivery report, and what no mail may do to its reader."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.domain.reports import MOST_BYTES, MOST_RECIPIENTS, Failure, NotAReport, Report, read_report
from tests.reminders.returned import report

MAIL = "From: recovery@example.org\nMessage-ID:\n <abc@example.org>\nTo: pat@demo.example\n\nHello.\n"
READ = Report("<abc@example.org>", (Failure("pat@demo.example", "5.1.1"),))
AUTO_REPLY = b"From: pat@demo.example\nAuto-Submitted: auto-replied\nSubject: I am away\n\nBack on Monday.\n"


class TestAReport:
    def test_says_which_mail_did_not_reach_whom_and_why(self):
        assert read_report(report(MAIL)) == READ

    def test_may_return_the_headers_alone(self):
        headers = MAIL.partition("\n\n")[0]

        assert read_report(report(headers, only_headers=True)) == READ

    def test_may_have_lines_that_end_in_cr_and_lf(self):
        assert read_report(report(MAIL).replace(b"\n", b"\r\n")) == READ

    def test_of_a_delay_says_of_nobody_that_it_failed(self):
        assert read_report(report(MAIL, action="delayed", status="4.4.1")).failures == ()

    def test_names_each_recipient_that_failed(self):
        block = (
            b"\nFinal-Recipient: RFC822;<otto@demo.example>\nAction: FAILED (for good)\nStatus: 5.2.1 (off)\n"
        )
        raw = report(MAIL).replace(b"\nFinal-Recipient:", block + b"\nFinal-Recipient:", 1)

        assert read_report(raw).failures == (
            Failure("otto@demo.example", "5.2.1"),
            Failure("pat@demo.example", "5.1.1"),
        )

    def test_is_not_read_from_within_the_mail_that_it_returns(self):
        inner = report(MAIL, address="otto@demo.example").decode()

        assert [one.address for one in read_report(report(inner)).failures] == ["pat@demo.example"]

    def test_without_the_mail_returns_none(self):
        assert read_report(report("Hello.", only_headers=True)).message_id == ""

    @pytest.mark.parametrize(
        "wrong", ["<é@example.org>", "abc@example.org", f"<{'a' * 300}@example.org>", "<a b@c>", "<a\0b@c>"]
    )
    def test_returns_no_mail_with_an_id_that_is_none_of_ours(self, wrong):
        assert read_report(report(MAIL.replace("<abc@example.org>", wrong))).message_id == ""

    @pytest.mark.parametrize(
        "raw", [AUTO_REPLY, report(MAIL).replace(b"delivery-status;", b"disposition-notification;")]
    )
    def test_of_another_kind_says_nothing(self, raw):
        assert read_report(raw) == Report()


class TestAFailure:
    @pytest.mark.parametrize(
        ("status", "answer", "is_for_good"),
        [
            ("5.1.1", "", True),
            ("5.2.1", "", True),
            ("5.0.0", "550 no such user", True),
            ("5.0.0", "550 5.1.1 no such user", True),
            ("5.0.0", "550-5.7.26 unsigned", False),
            ("5.0.0", "452 4.2.2 mailbox full", False),
            ("4.4.1", "", False),
            ("5.7.1", "550 5.7.1 not allowed", False),
            ("5.3.4", "552 5.3.4 too large", False),
            ("2.0.0", "", False),
            ("five", "", False),
            ("", "", False),
        ],
    )
    def test_is_for_good_when_it_is_about_the_address(self, status, answer, is_for_good):
        [failure] = read_report(report(MAIL, status=status, answer=answer)).failures

        assert failure.is_for_good == is_for_good


def nested(kind: bytes, count: int) -> bytes:
    return b"".join(b"Content-Type: %s; boundary=b%d\n\n--b%d\n" % (kind, one, one) for one in range(count))


class TestWhatIsNoReport:
    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\0" * 100,
            b"Hello.",
            b"Subject: Hello\n\nHow are you?\n",
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b--\n",
            b"Content-Type: multipart/report; report-type=delivery-status\n\n",
            report(MAIL).replace(b"message/delivery-status", b"text/plain"),
            nested(b"multipart/report; report-type=delivery-status", 5000),
            b"Content-Type: message/rfc822\n\n" * 5000,
            b"x" * (MOST_BYTES + 1),
            report(MAIL + "x" * MOST_BYTES),
        ],
        ids=range(11),
    )
    def test_is_refused_in_a_sentence(self, raw):
        with pytest.raises(NotAReport, match=r"^This [^\n]+\.$"):
            read_report(raw)

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_never_ends_in_another_fault(self, data):
        """Reports that were cut, doubled and overwritten somewhere, and bytes of any kind."""
        whole = report(MAIL)
        at = data.draw(st.integers(0, len(whole)))
        upto = data.draw(st.integers(0, len(whole)))
        noise = data.draw(st.one_of(st.binary(max_size=40), st.just(whole[:upto]), st.just(b'";')))
        raw = whole[:at] + noise + whole[upto:]

        try:
            found = read_report(raw)
        except NotAReport:
            return
        assert len(found.failures) <= MOST_RECIPIENTS
