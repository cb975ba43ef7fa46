"""Hostile names, addresses and templates end in a named state of their own, and everybody else gets their mail."""

import re
import struct
from datetime import time

import pytest
from icalendar import Calendar

from accounts.models import Clinic, Patient, User
from recovery.services import follow_ups
from reminders.models import Message, Reminder, Suppression
from reminders.services.deliver import Tally, send_due
from reminders.services.email import EmailChannel
from reminders.services.sync import sync
from tests.recoveries import make_recovery
from tests.reminders.faulty_server import FaultyServer
from tests.reminders.services.test_mime import HOSTILE, check_bytes, header_names, one_line, parsed

pytestmark = pytest.mark.django_db
State = Reminder.State
OTTO = "RCPT TO:<otto@demo.example>"


@pytest.fixture
def both(recovery, cast, thea, lay_out, hour):
    """Lay out the reminders of Pat and of Otto: each is asked for the log at 18."""
    others = make_recovery(cast.otto_record, by=thea, now=hour(0, 6))
    lay_out(hour(0, 7))
    sync(recovery_id=others.pk, now=hour(0, 7))


def send(now) -> Tally:
    return send_due(channel=EmailChannel(), now_fn=lambda: now)


def move(user: User, address: str) -> None:
    """Give a person an address that no form would take."""
    User.objects.filter(pk=user.pk).update(email=address)


def of(user: User) -> Reminder:
    """Return what became of the person's reminder."""
    return Reminder.objects.exclude(state=State.SCHEDULED).get(patient__user=user)


class TestAnAddress:
    @pytest.mark.parametrize(
        "address",
        [
            "pat moreno@demo.example",
            'pat"moreno@demo.example',
            "pat@demo.example\r\nRCPT TO:<evil@demo.example>",
            "pat@demo.example>",
            f"pat@{'ä' * 60}.example",
            "p" * 240 + "ñ@demo.example",
        ],
    )
    def test_that_is_none_is_remembered_as_such_and_stops_nobody(self, both, pat, faulty, hour, address):
        move(pat, address)

        tally = send(hour(0, 18))

        assert (tally.suppressed, tally.sent, tally.failed) == (1, 1, 0)
        assert (of(pat).state, of(pat).reason) == (State.SUPPRESSED, "address")
        assert Suppression.objects.get().reason == "address"
        assert [one.rcpt_to for one in faulty.taken] == [OTTO]
        assert not any("evil" in line for line in faulty.commands)

    def test_that_grows_in_lower_case_stops_nobody(self, both, pat, faulty, hour):
        """The list of refused addresses holds 254 letters."""
        address = f"pat@{'İ' * 50}.{'İ' * 50}.{'İ' * 50}.{'İ' * 50}.{'i' * 46}"
        assert len(address) == 254
        assert len(address.lower()) > 254
        move(pat, address)

        tally = send(hour(0, 18))

        assert (tally.suppressed, tally.sent) == (1, 1)

    @pytest.mark.parametrize(
        ("address", "wired"),
        [
            ('"pat moreno"@demo.example', '"pat moreno"@demo.example'),
            ("pat@exämple.example", "pat@xn--exmple-cua.example"),
            (f"{'p' * 64}@{'d' * 61}.{'e' * 61}.{'f' * 57}.example",) * 2,
        ],
    )
    def test_that_is_unusual_is_written_to(self, both, pat, faulty, hour, address, wired):
        move(pat, address)

        assert send(hour(0, 18)).sent == 2
        assert {one.rcpt_to for one in faulty.taken} == {OTTO, f"RCPT TO:<{wired}>"}

    def test_with_letters_that_the_server_does_not_take_is_remembered_as_such(self, both, pat, faulty, hour):
        move(pat, "ñandú@demo.example")

        tally = send(hour(0, 18))

        assert (tally.suppressed, tally.sent) == (1, 1)
        assert of(pat).reason == "address_needs_utf8"

    @pytest.mark.parametrize("pipelining", [(), ("PIPELINING",)], ids=["step by step", "pipelined"])
    def test_with_such_letters_is_written_to_where_the_server_takes_them(
        self, both, pat, settings, hour, pipelining
    ):
        move(pat, "ñandú@demo.example")
        with FaultyServer("8BITMIME", "SMTPUTF8", *pipelining) as server:
            settings.MAIL_SERVER = server.address()
            assert send(hour(0, 18)).sent == 2

        by_recipient = {one.rcpt_to: one for one in server.taken}
        assert by_recipient["RCPT TO:<ñandú@demo.example>"].mail_from.endswith("> BODY=8BITMIME SMTPUTF8")
        assert by_recipient[OTTO].mail_from.endswith(">"), "nobody else's mail needs it"
        assert "To: ñandú@demo.example\r\n".encode() in by_recipient["RCPT TO:<ñandú@demo.example>"].content


@pytest.mark.parametrize(
    "name", [name for name, one in HOSTILE.items() if len(one) <= 120 and "\0" not in one]
)
class TestHostileNames:
    @pytest.fixture
    def visit(self, recovery, thea, hour, day):
        """Book a visit on day 1."""
        return follow_ups.book_visit(
            recovery=recovery,
            kind="therapy",
            on=day(1),
            at=time(10, 40),
            by=thea,
            now=hour(0, 6),
            place="Room 2",
        )

    def test_of_a_clinic_and_a_patient_add_no_header_and_no_line(
        self, visit, record, lay_out, faulty, hour, name
    ):
        text = HOSTILE[name]
        Clinic.objects.filter(pk=record.clinic_id).update(name=text)
        Patient.objects.filter(pk=record.pk).update(name=text)
        lay_out(hour(0, 7))

        assert send(hour(0, 9)).sent == 1

        [taken] = faulty.taken
        check_bytes(taken.content)
        mail = parsed(taken.content)
        names = header_names(taken.content)
        assert len(names) == len(set(names))
        assert "Bcc" not in names
        assert taken.rcpt_to == "RCPT TO:<pat@demo.example>"
        [event] = Calendar.from_ical(next(mail.iter_attachments()).get_content()).walk("VEVENT")
        assert str(event["SUMMARY"]) == one_line(f"Visit: {text}")


class TestATemplateThatFailsInOneLanguage:
    @pytest.fixture
    def broken_german(self, settings, tmp_path):
        """Translate the greeting into German, with a slip in the name that it is to say."""
        folder = tmp_path / "de" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        words = {"": "Content-Type: text/plain; charset=UTF-8\n", "Hello %(name)s,": "Hallo %(nmae)s,"}
        (folder / "django.mo").write_bytes(compiled(words))
        settings.LOCALE_PATHS = [tmp_path, *settings.LOCALE_PATHS]

    def test_stops_only_those_who_read_it(self, both, pat, record, broken_german, faulty, hour, caplog):
        User.objects.filter(pk=record.user_id).update(language="de")

        tally = send(hour(0, 18))

        assert (tally.failed, tally.sent) == (1, 1)
        assert (of(pat).state, of(pat).reason) == (State.FAILED, "render_error")
        assert Message.objects.get(state="failed").error_code == "render_error"
        assert [one.rcpt_to for one in faulty.taken] == [OTTO]
        assert "could not be written" in caplog.text
        assert "pat@" not in caplog.text


class TestEveryTry:
    def test_has_the_same_message_id_and_the_same_words(self, recovery, lay_out, faulty, hour):
        lay_out(hour(0, 7))
        faulty.faults["end"] = [b"451 later\r\n"] * 5

        for minute in range(0, 30, 5):
            send(hour(0, 18, minute))

        assert len(faulty.offered) == 6
        assert len(faulty.taken) == 1
        ids = {re.search(rb"(?m)^Message-ID: (\S+)\r$", one.content)[1] for one in faulty.offered}
        bodies = {parsed(one.content).get_body(("plain",)).get_content() for one in faulty.offered}
        assert len(ids) == 1
        assert ids == {Message.objects.get().message_id.encode()}
        assert len({re.sub(r"/stop/\S+", "", body) for body in bodies}) == 1


def compiled(words: dict[str, str]) -> bytes:
    """Return a catalogue as gettext reads it (the GNU .mo format)."""
    pairs = sorted((key.encode(), value.encode()) for key, value in words.items())
    texts, tables, at = b"", [b"", b""], 28 + 16 * len(pairs)
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<II", len(pair[column]), at + len(texts))
            texts += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + tables[0] + tables[1] + texts
