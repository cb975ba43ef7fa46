"""Delivery reports (RFC 3464): what a mail server says became of a mail that it did not deliver."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from reminders.domain.bounces import is_our_fault, status_in

MOST_BYTES = 256 * 1024
"""Our mails are a tenth of that. The standard parser takes seconds for what is made to slow it down."""
MOST_RECIPIENTS = 20
_OURS = re.compile(r"<[!-;=?-~]{1,198}>")
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")


class NotAReport(ValueError):
    """What came is no delivery report. The words say why and name nobody."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An address that a mail did not reach, and the enhanced code (RFC 3463) that says why."""

    address: str
    status: str

    @property
    def is_for_good(self) -> bool:
        """Say whether it is the address that does not work, now and later."""
        return self.status.startswith("5.") and not is_our_fault(self.status)


@dataclass(frozen=True, slots=True)
class Report:
    """Which mail a report returns, by its Message-ID, and whom that did not reach."""

    message_id: str = ""
    failures: tuple[Failure, ...] = ()


def read_report(raw: bytes) -> Report:
    """Return what a report says; nothing for answers that programs give and for other kinds of reports.

    Raises NotAReport for everything else, whatever it is.
    """
    if len(raw) > MOST_BYTES:
        raise NotAReport(f"This is longer than {MOST_BYTES // 1024} KiB: too long for a delivery report.")
    try:
        return _read(message_from_bytes(raw))
    except NotAReport:
        raise
    except Exception as problem:
        # There is no list of what a mail from outside can make the standard parser trip over.
        raise NotAReport(f"This cannot be read as a mail ({type(problem).__name__}).") from problem


def _read(mail: Message) -> Report:
    if mail.get_content_type() != "multipart/report":
        if str(mail.get("Auto-Submitted", "")).strip().lower().startswith("auto-replied"):
            return Report()
        raise NotAReport("This is no delivery report (RFC 3464).")
    if str(mail.get_param("report-type", "")).lower() != "delivery-status":
        return Report()
    told = [part for part in _parts(mail) if part.get_content_type() == "message/delivery-status"]
    if not told:
        raise NotAReport("This delivery report does not say what became of the mail.")
    return Report(_message_id(mail), tuple(_failures(_parts(told[0]))))


def _parts(mail: Message) -> list[Message]:
    """Return what a mail consists of, one level deep: a returned mail may hold a report itself."""
    payload = mail.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _message_id(report: Message) -> str:
    """Return the Message-ID of the mail that comes back, whole or its headers alone."""
    for part in _parts(report):
        returned = _parts(part) if part.get_content_type() == "message/rfc822" else []
        headers = part.get_payload(decode=True)
        if part.get_content_type() == "text/rfc822-headers" and isinstance(headers, bytes):
            returned = [message_from_bytes(headers)]
        if returned:
            found = _OURS.search(str(returned[0].get("Message-ID", "")))
            return found[0] if found else ""
    return ""


def _failures(blocks: Sequence[Message]) -> list[Failure]:
    failed = [one for one in blocks if _word(one, "Action") == "failed" and one.get("Final-Recipient")]
    return [Failure(_address(one), _status(one)) for one in failed[:MOST_RECIPIENTS]]


def _word(block: Message, name: str) -> str:
    words = str(block.get(name, "")).lower().split(maxsplit=1)
    return words[0] if words else ""


def _address(block: Message) -> str:
    return str(block["Final-Recipient"]).partition(";")[2].strip().removeprefix("<").removesuffix(">")


def _status(block: Message) -> str:
    """Return the enhanced code; where the server says only "failed", that of the server that refused."""
    found = _STATUS.match(str(block.get("Status", "")))
    status = found[1] if found else ""
    return (status_in(str(block.get("Diagnostic-Code", ""))) or status) if status == "5.0.0" else status
