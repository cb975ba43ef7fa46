"""A mail on the wire, byte by byte, whatever stands in names, subjects, texts and addresses."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from reminders.services import mime
from reminders.services.channel import AddressDoesNotFit, Letter

STRICT = policy.SMTP.clone(raise_on_defect=True)
HOSTILE = {
    "a line feed": "Clinic\nBcc: evil@demo.example",
    "a carriage return": "Clinic\rBcc: evil@demo.example",
    "both": "Clinic\r\nBcc: evil@demo.example\r\n\r\nThe body",
    "a null": "Clinic\0Bcc: evil@demo.example",
    "a line separator": "Clinic\u2028Bcc: evil@demo.example",
    "a paragraph separator": "Clinic\u2029Bcc: evil@demo.example",
    "a next line": "Clinic\x85Bcc: evil@demo.example",
    "a form feed and an escape": "Clinic\x0c\x1b[31mBcc: evil@demo.example",
    "5,000 letters": "Clinic " * 700 + "e",
    "5,000 letters in one word": "e" * 5000,
    "5,000 letters beyond ASCII": "ñ" * 5000,
    "emoji": "Clinic 🦴🩻👩🏽‍⚕️",
    "right to left": "\u200fעברית\u200f עם \u202eabc\u202c",
    "an encoded word": "=?utf-8?q?Bcc=3A_evil?= clinic",
    "quotes": 'Dr. "Bones" \\ Sons, (Ltd) <evil@demo.example>; x: y@z',
    "nothing": "",
    "spaces only": " \t ",
}
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
"""Whatever Unicode has, but halves of pairs, which no database keeps."""


def letter(**changes) -> Letter:
    usual = {
        "address": "pat@demo.example", "sender_name": "Clinic", "subject": "Hello", "text": "Text\n", "html": "<p>Text</p>\n",
        "message_id": "<x@demo.example>", "written_at": datetime(2026, 11, 22, tzinfo=UTC),
    }  # fmt: skip
    return Letter(**(usual | changes))


def parsed(packed: bytes) -> EmailMessage:
    """Parse as strictly as Python can: a defect raises, in a part or in a header."""
    mail = message_from_bytes(packed, policy=STRICT)
    assert [defect for part in mail.walk() for value in part.values() for defect in value.defects] == []
    return mail


def header_names(packed: bytes) -> list[str]:
    lines = packed.split(b"\r\n\r\n")[0].decode().split("\r\n")
    return [line.split(":")[0] for line in lines if line[0] not in " \t"]


def one_line(text: str) -> str:
    """Return what is left of a text in a header: breaks and controls are spaces, and spaces are one."""
    return " ".join("".join(" " if category(one) in {"Cc", "Zl", "Zp"} else one for one in text).split())


def lines_of(text: str) -> str:
    """Return a text with line feeds only, ended by one."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain if plain.endswith("\n") else f"{plain}\n"


def sender_name(packed: bytes) -> str:
    """Return the sender's name as RFC 2047 reads it: Python's own parser puts spaces between encoded words."""
    raw = re.search(rb"(?m)^From: ((?:.*\r\n)(?:[ \t].*\r\n)*)", packed)[1].decode().replace("\r\n", "")
    name = raw.rpartition("<")[0].strip()
    if name.startswith('"'):
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return str(make_header(decode_header(name)))


def check_bytes(packed: bytes) -> None:
    """Check what no mail server forgives."""
    assert packed.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", packed), "a bare line feed or carriage return"
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", packed), "a control character"
    lines = packed.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    # No mail program finds a link that is folded.
    assert max(len(line) for line in lines if not line.startswith(b"List-Unsubscribe:")) <= 78
    assert packed.endswith(b"--\r\n")


class TestAMailOfAnything:
    @effort(deadline=None)
    @given(name=any_text, subject=any_text, text=any_text, html=any_text)
    def test_reads_as_it_was_written(self, name, subject, text, html):
        packed = mime.mail(letter(sender_name=name, subject=subject, text=text, html=html))

        check_bytes(packed)
        mail = parsed(packed)
        assert mail["Subject"] == one_line(subject)
        assert sender_name(packed) == one_line(name)
        assert [one.addr_spec for one in mail["From"].addresses] == ["noreply@localhost"]
        assert lines_of(mail.get_body(("plain",)).get_content()) == lines_of(text)
        assert lines_of(mail.get_body(("html",)).get_content()) == lines_of(html)

    @effort(deadline=None)
    @given(text=any_text)
    def test_keeps_a_calendar_as_it_is(self, text):
        file = lines_of(text)

        packed = mime.mail(letter(calendars=(("PUBLISH", file.encode()), ("CANCEL", file.encode()))))

        check_bytes(packed)
        first, second = list(parsed(packed).iter_attachments())
        assert [lines_of(one.get_content()) for one in (first, second)] == [file, file]
        assert [one.get_param("method") for one in (first, second)] == ["PUBLISH", "CANCEL"]

    @effort(deadline=None)
    @given(text=st.text(st.sampled_from(".=\n\r\t =_-F"), max_size=200))
    def test_keeps_dots_dashes_and_spaces_at_the_ends_of_lines(self, text):
        packed = mime.mail(letter(text=text))

        check_bytes(packed)
        assert lines_of(parsed(packed).get_body(("plain",)).get_content()) == lines_of(text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
class TestHostileWords:
    usual = header_names(mime.mail(letter()))

    def test_in_a_senders_name_stay_in_it(self, text):
        packed = mime.mail(letter(sender_name=text))

        check_bytes(packed)
        assert header_names(packed) == self.usual
        assert [one.addr_spec for one in parsed(packed)["From"].addresses] == ["noreply@localhost"]
        assert sender_name(packed) == one_line(text)

    def test_in_a_subject_stay_in_it(self, text):
        packed = mime.mail(letter(subject=text))

        check_bytes(packed)
        assert header_names(packed) == self.usual
        assert parsed(packed)["Subject"] == one_line(text)

    def test_in_the_bodies_stay_in_them(self, text):
        packed = mime.mail(letter(text=text, html=text))

        check_bytes(packed)
        assert header_names(packed) == self.usual
        assert lines_of(parsed(packed).get_body(("plain",)).get_content()) == lines_of(text)


class TestAnAddress:
    @pytest.mark.parametrize(
        ("address", "wired"),
        [
            ("pat@demo.example", "pat@demo.example"),
            ("o'hara+news@demo.example", "o'hara+news@demo.example"),
            ('"pat moreno"@demo.example', '"pat moreno"@demo.example'),
            (r'"pat \"the bone\" moreno"@demo.example', r'"pat \"the bone\" moreno"@demo.example'),
            ("pat@exämple.example", "pat@xn--exmple-cua.example"),
            ("pat@ЯНДЕКС.example", "pat@xn--d1acpjx3f.example"),
            ("pat@straße.example", "pat@xn--strae-oqa.example"),
            ("ñandú@demo.example", "ñandú@demo.example"),
            ("pat@[127.0.0.1]", "pat@[127.0.0.1]"),
        ],
    )
    def test_goes_to_the_server_as_it_understands_it(self, address, wired):
        assert mime.wire_address(address) == wired

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "pat",
            "pat@",
            "@demo.example",
            "pat moreno@demo.example",
            'pat"moreno@demo.example',
            '"pat"moreno"@demo.example',
            '"pat\\"@demo.example',
            "pat@demo.example\r\nRCPT TO:<evil@demo.example>",
            "pat\n@demo.example",
            "pat\0@demo.example",
            "pat\u2028@demo.example",
            "pat\xa0moreno@demo.example",
            "<pat@demo.example>",
            "pat@demo.example> SIZE=1",
            "pat@evil@demo.example",
            "pat@demo..example",
            "pat@de mo.example",
            f"pat@{'ä' * 60}.example",
            f"pat@{'ß' * 60}.example",
        ],
    )  # fmt: skip
    def test_that_would_break_a_command_or_a_header_is_none(self, address):
        with pytest.raises(AddressDoesNotFit):
            mime.wire_address(address)
        with pytest.raises(AddressDoesNotFit):
            mime.mail(letter(address=address))

    def test_has_254_octets_and_no_more(self):
        longest = f"{'p' * 64}@{'d' * 61}.{'e' * 61}.{'f' * 57}.example"
        assert len(longest) == 254

        assert mime.wire_address(longest) == longest
        assert parsed(mime.mail(letter(address=longest)))["To"].addresses[0].addr_spec == longest
        with pytest.raises(AddressDoesNotFit):
            mime.wire_address(f"p{longest}")
        with pytest.raises(AddressDoesNotFit):
            mime.wire_address(f"ñ{longest[1:]}")

    @effort(deadline=None)
    @given(
        address=st.text(
            st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('@.<>" \r\n')), max_size=40
        )
    )
    def test_is_one_recipient_or_refused(self, address):
        try:
            packed = mime.mail(letter(address=address))
        except AddressDoesNotFit:
            return
        assert header_names(packed) == header_names(mime.mail(letter()))
        assert re.fullmatch(r"[^\s<>]+|\"[^<>\r\n]+\"@[^\s<>]+", mime.wire_address(address))

    def test_of_the_installation_that_is_none_is_not_taken_for_the_readers(self, settings):
        settings.EMAIL_FROM = "Bonestep"

        with pytest.raises(ValueError, match="EMAIL_FROM") as fault:
            mime.mail(letter(sender_name="A name not written before"))
        assert not isinstance(fault.value, AddressDoesNotFit)
