"""A letter as the bytes of a mail: RFC 5322, 2045, 2047, and 6531 where an address needs it.

Written by hand because a mail library spends more time on these lines than everything else on a reminder:
every header is known, every line ends in CRLF, and bodies are quoted-printable, so no line is too long.
"""

import binascii
from datetime import UTC
from email.header import Header
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from hashlib import sha256
from unicodedata import category, normalize

from django.conf import settings

from reminders.services.channel import AddressDoesNotFit, Letter

LONGEST_ADDRESS = 254
LONGEST_LABEL = 63
LONGEST_LINE = 76
LETTERS_OF_THEIR_OWN = frozenset("ßς")
"""Letters that RFC 5892 keeps in a domain."""
BREAKING = frozenset({"Cc", "Zl", "Zp"})
"""Kinds of characters that control or break a line."""
_QUOTED = frozenset('()<>[]:;@\\,."')


def mail(letter: Letter, *, extra: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Return the letter as a mail. Raises AddressDoesNotFit."""
    outer, inner = _boundaries(letter.message_id)
    alternative = _multipart(inner, _text_part("plain", letter.text), _text_part("html", letter.html))
    lines = [
        f"Message-ID: {letter.message_id}",
        f"Date: {format_datetime(letter.written_at.astimezone(UTC))}",
        f"From: {_from(letter.sender_name)}",
        f"To: {wire_address(letter.address)}",
        _unstructured("Subject", letter.subject),
        "Auto-Submitted: auto-generated",
    ]
    if letter.stop_url:
        # A link is left whole: folded or encoded, no mail program finds it.
        lines += [
            f"List-Unsubscribe: <{letter.stop_url}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ]
    lines += [_unstructured(name, value) for name, value in extra]
    lines.append("MIME-Version: 1.0")
    head = "\r\n".join(lines).encode() + b"\r\n"
    if not letter.calendars:
        return head + _type(b"multipart/alternative", inner) + alternative
    visits = [_calendar_part(method, file) for method, file in letter.calendars]
    mixed = _multipart(outer, _type(b"multipart/alternative", inner) + alternative, *visits)
    return head + _type(b"multipart/mixed", outer) + mixed


def _boundaries(message_id: str) -> tuple[bytes, bytes]:
    """Return two boundaries. ``=_`` never stands in quoted-printable text, so neither does one of these."""
    key = sha256(message_id.encode()).hexdigest()[:24]
    return f"=_{key}_o".encode(), f"=_{key}_i".encode()


def _type(name: bytes, boundary: bytes) -> bytes:
    return b"Content-Type: " + name + b';\r\n boundary="' + boundary + b'"\r\n\r\n'


def _multipart(boundary: bytes, *parts: bytes) -> bytes:
    return (
        b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
    )


def _text_part(subtype: str, text: str, parameters: str = "", disposition: str = "") -> bytes:
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8{parameters}\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n{disposition}\r\n"
    )
    return head.encode() + quoted_printable(text)


def _calendar_part(method: str, file: bytes) -> bytes:
    name = "cancelled.ics" if method == "CANCEL" else "visit.ics"
    disposition = f'Content-Disposition: attachment; filename="{name}"\r\n'
    return _text_part("calendar", file.decode(), f"; method={method}", disposition)


def quoted_printable(text: str) -> bytes:
    """Return text in quoted-printable with lines that end in CRLF and have at most 76 characters."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    ended = plain if plain.endswith("\n") else f"{plain}\n"
    encoded = binascii.b2a_qp(ended.encode(), quotetabs=False, istext=True, header=False)
    return encoded.replace(b"\n", b"\r\n")


def one_line(value: str) -> str:
    """Return text that can stand in a header: no line breaks and no control characters, single spaces."""
    if not value.isprintable():
        value = "".join(" " if category(one) in BREAKING else one for one in value)
    return " ".join(value.split())


def _unstructured(name: str, value: str) -> str:
    """Return a header of free text, encoded and folded as far as it must be. A line break cannot get in."""
    value = one_line(value)
    if (
        value.isascii()
        and value.isprintable()
        and "=?" not in value
        and len(name) + 2 + len(value) <= LONGEST_LINE
    ):
        return f"{name}: {value}"
    encoded = Header(value, "utf-8", maxlinelen=LONGEST_LINE, header_name=name).encode(linesep="\r\n")
    return f"{name}: {encoded}"


@lru_cache(maxsize=256)
def _from(sender_name: str) -> str:
    """Return the sender: the clinic's name, and the installation's own address."""
    name = one_line(sender_name)
    try:
        address = wire_address(parseaddr(settings.EMAIL_FROM)[1])
    except AddressDoesNotFit as problem:
        raise ValueError(
            "EMAIL_FROM holds no address"
        ) from problem  # it is not the reader's that does not fit
    if not name:
        return address
    if not (name.isascii() and name.isprintable()) or "=?" in name or len(name) > LONGEST_LINE - 10:
        # The name alone folds as it must; the address begins a line of its own.
        encoded = Header(name, "utf-8", maxlinelen=LONGEST_LINE, header_name="From").encode(linesep="\r\n")
        return f"{encoded}\r\n <{address}>"
    if _QUOTED & set(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return (
        f"{name}\r\n <{address}>" if len(name) + len(address) > LONGEST_LINE - 10 else f"{name} <{address}>"
    )


def wire_address(address: str) -> str:
    """Return an address with its domain as DNS knows it.

    A local part may have any letters (RFC 6531). Raises AddressDoesNotFit for what would break a command or
    a header: spaces and brackets outside quotes, control characters, a wrong domain, more than 254 octets.
    """
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or not address.isprintable() or "<" in address or ">" in address:
        raise AddressDoesNotFit
    if not _is_local_part(local):
        raise AddressDoesNotFit
    try:
        domain = ".".join(map(_label, domain.split("."))) if not domain.isascii() else domain
    except UnicodeError as problem:
        raise AddressDoesNotFit from problem
    if not all(one.isalnum() or one in ".-[]:" for one in domain) or ".." in domain:
        raise AddressDoesNotFit
    if len(f"{local}@{domain}".encode()) > LONGEST_ADDRESS:
        raise AddressDoesNotFit
    return f"{local}@{domain}"


def _label(label: str) -> str:
    """Return one part of a domain as DNS knows it. Raises UnicodeError.

    Python's codec is of 2003, when a few letters were taken for others: that would be somebody else's domain.
    """
    if not LETTERS_OF_THEIR_OWN & set(label):
        return label.encode("idna").decode("ascii")
    coded = normalize("NFC", label.lower()).encode("punycode").decode("ascii")
    if len(coded) > LONGEST_LABEL - 4:
        raise UnicodeError("label too long")
    return f"xn--{coded}"


def _is_local_part(local: str) -> bool:
    """Say whether this is a dot-atom, or a quoted string whose quotes hold."""
    if local.startswith('"') and local.endswith('"') and len(local) > 2:
        inner = local[1:-1].replace("\\\\", "").replace('\\"', "")
        return '"' not in inner and "\\" not in inner
    return not any(one.isspace() or one in '()<>[]:;@\\,"' for one in local)
