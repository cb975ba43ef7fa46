"""E-mail: one kept-open SMTP connection with time limits, or files in a folder where no server is set."""

import hashlib
import os
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from time import monotonic

from django.conf import settings

from reminders.services.channel import Letter, Outcome, Result

REPLY_SECONDS = 10
"""The longest wait for one reply. A letter takes four, so that a lease of 60 s outlives them."""
IDLE_SECONDS = 2
ADDRESS_REFUSALS = range(500, 600)
OUR_FAULT = ("5.7.", "5.5.")
"""Enhanced codes of policy and protocol: they say nothing about the address."""
OUR_FAULT_CODES = frozenset({502, 503, 530, 535, 538})


class EmailChannel:
    """Mails over SMTP, or kept as files when ``settings.MAIL_SERVER`` names no host."""

    name = "email"

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None
        self._used_at = 0.0

    def compose(self, letter: Letter) -> bytes:
        """Pack a letter as MIME with lines that end in CRLF. Raises ValueError for what cannot be packed."""
        return _mime(letter).as_bytes()

    def ready(self) -> Outcome:
        """Open the connection, or find it still open."""
        if not settings.MAIL_SERVER.host or self._is_alive():
            return Outcome(Result.SENT)
        try:
            self._server, self._used_at = _connect(), monotonic()
        except smtplib.SMTPResponseException as refusal:
            return Outcome(Result.OUTAGE, f"smtp_{refusal.smtp_code}")
        except (smtplib.SMTPException, OSError) as problem:
            return Outcome(Result.OUTAGE, _code(problem))
        return Outcome(Result.SENT)

    def hand_over(self, address: str, packed: bytes) -> Outcome:
        """Give one mail to the server and say what became of it."""
        if not settings.MAIL_SERVER.host:
            return _keep(packed, settings.MAIL_DIR)
        if self._server is None:
            return Outcome(Result.OUTAGE, "not_connected")
        try:
            outcome = _transact(self._server, envelope_sender(), ascii_address(address), packed)
            self._used_at = monotonic()
            return outcome
        except UnicodeError:
            return Outcome(Result.FAILED, "address")
        except (smtplib.SMTPException, OSError) as problem:
            self.close()
            return Outcome(Result.OUTAGE, _code(problem))

    def close(self) -> None:
        """End the connection, whatever its state."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _is_alive(self) -> bool:
        """Say whether the open connection still answers; only one that has been idle is asked."""
        if self._server is None:
            return False
        if monotonic() - self._used_at < IDLE_SECONDS:
            return True
        try:
            alive = self._server.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            alive = False
        if not alive:
            self.close()
        return alive


def _connect() -> smtplib.SMTP:
    to = settings.MAIL_SERVER
    context = ssl.create_default_context()
    if to.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=REPLY_SECONDS, context=context)
    else:
        server = smtplib.SMTP(to.host, to.port, timeout=REPLY_SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        if to.security == "starttls":
            server.starttls(context=context)
            server.ehlo()
        if to.user:
            server.login(to.user, to.password)
    except (smtplib.SMTPException, OSError):
        server.close()
        raise
    return server


def _transact(server: smtplib.SMTP, sender: str, address: str, packed: bytes) -> Outcome:
    """Run one mail transaction. Raises SMTPException or OSError where the line goes dead."""
    code, _words = server.mail(sender)
    if code == 250:
        code, words = server.rcpt(address)
        if code in {250, 251, 252}:
            code = _data(server, packed)
            if code == 250:
                return Outcome(Result.SENT)
            outcome = Outcome(Result.FAILED if code >= 500 else Result.LATER, f"smtp_{code}")
        else:
            outcome = _refusal(code, words)
    else:
        outcome = Outcome(Result.LATER, f"smtp_{code}_sender")
    if code == 421:
        raise smtplib.SMTPServerDisconnected("421")
    server.rset()
    return outcome


def _data(server: smtplib.SMTP, packed: bytes) -> int:
    try:
        return server.data(packed)[0]
    except smtplib.SMTPDataError as refusal:
        return refusal.smtp_code


def _refusal(code: int, words: bytes) -> Outcome:
    """Judge a refused recipient: a bad address is for good, a server's policy against us may pass."""
    is_ours = code in OUR_FAULT_CODES or words.decode("ascii", "replace").startswith(OUR_FAULT)
    if code in ADDRESS_REFUSALS and not is_ours:
        return Outcome(Result.REFUSED, f"smtp_{code}")
    return Outcome(Result.LATER, f"smtp_{code}")


def _code(problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return "timeout"
    if isinstance(problem, smtplib.SMTPServerDisconnected):
        return "dropped"
    return type(problem).__name__.lower()[:40]


def _keep(packed: bytes, folder: Path) -> Outcome:
    """Write a mail to a file named after its Message-ID: a repeat replaces it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    head = packed.split(b"\r\n\r\n", 1)[0]
    name = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:"))
    file = folder / f"{hashlib.sha256(name).hexdigest()[:32]}.eml"
    part = file.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_bytes(packed)
        part.replace(file)
    except OSError as problem:
        return Outcome(Result.OUTAGE, _code(problem))
    return Outcome(Result.SENT)


def envelope_sender() -> str:
    """Return the address that bounces go to."""
    return ascii_address(parseaddr(settings.EMAIL_BOUNCES)[1] or parseaddr(settings.EMAIL_FROM)[1])


def mail_domain() -> str:
    """Return the domain of the installation's own address, for Message-IDs and calendar ids."""
    domain = parseaddr(settings.EMAIL_FROM)[1].rpartition("@")[2]
    return domain if "." in domain else f"{domain or 'localhost'}.localdomain"


def ascii_address(address: str) -> str:
    """Return an address with its domain as DNS knows it. Raises UnicodeError for a domain that is none."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}" if not domain.isascii() else address


class _Wire(EmailPolicy):
    """Lines that end in CRLF. A link is left whole: folded or encoded, no mail program finds it."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Fold a header, unless it is a link."""
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


WIRE = _Wire(linesep="\r\n")


def _mime(letter: Letter) -> EmailMessage:
    mail = EmailMessage(policy=WIRE)
    mail["Message-ID"] = letter.message_id
    mail["Date"] = format_datetime(letter.written_at)
    mail["From"] = Address(
        _one_line(letter.sender_name), addr_spec=ascii_address(parseaddr(settings.EMAIL_FROM)[1])
    )
    mail["To"] = Address(addr_spec=ascii_address(letter.address))
    mail["Subject"] = _one_line(letter.subject)
    mail["Auto-Submitted"] = "auto-generated"
    if letter.stop_url:
        mail["List-Unsubscribe"] = f"<{letter.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar:
        mail.add_attachment(
            letter.calendar.decode(), subtype="calendar", filename="visit.ics", params={"method": "PUBLISH"}
        )
    return mail


def _one_line(text: str) -> str:
    return " ".join(text.split())
