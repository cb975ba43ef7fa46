"""One real mail, over the very line that reminders take, and in plain words what stands in its way."""

import select
import smtplib
import socket
import ssl
import uuid
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import escape

from reminders.services import mime
from reminders.services.channel import AddressDoesNotFit, Letter, Outcome, Result
from reminders.services.email import envelope_sender, mail_domain
from reminders.services.smtp import REPLY_SECONDS, Line, LineIsDead, Reply, Talk, transaction

if TYPE_CHECKING:
    from config.env import MailServer

SECURITY = {"plain": "no TLS", "starttls": "STARTTLS", "tls": "TLS"}
STAGES = (
    "refused the sender {sender} (EMAIL_BOUNCES or EMAIL_FROM)",
    "refused the recipient",
    "refused the message",
    "refused the message",
)
"""What the first refusal among a transaction's replies means: to MAIL, RCPT, DATA, and the mail itself."""

LONGEST_QUOTE = 200
TIMEOUT = f"The server did not answer within {REPLY_SECONDS} seconds."
UNREACHABLE: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (socket.gaierror, UnicodeError),
        "The host {server.host} was not found. Check its name in EMAIL_URL, and this machine's DNS.",
    ),
    (
        (ConnectionRefusedError,),
        "Nothing listens at {server.host}, port {server.port}: the connection was refused.",
    ),
    ((TimeoutError,), TIMEOUT),
    ((ssl.SSLCertVerificationError,), "The server's TLS certificate is not valid: {problem.verify_message}."),
    (
        (ssl.SSLError,),
        "The server does not speak TLS at this port. Check the scheme and the port in EMAIL_URL.",
    ),
    ((ConnectionError,), "The server closed the connection at once."),
    ((OSError,), "The host {server.host} cannot be reached: {problem.strerror}."),
)
"""What is wrong below SMTP; the first that fits says it."""


class CannotSend(ValidationError):
    """The mail did not go out; the sentence says why."""

    def __init__(self, words: str) -> None:
        super().__init__(words, code="cannot_send")


def about_server() -> str:
    """Return where mails go and how, without the password. Raises CannotSend where there is no server."""
    server: MailServer = settings.MAIL_SERVER
    if not server.host:
        raise CannotSend("No mail leaves this machine: EMAIL_URL is not set.")
    login = "with a login" if server.user else "without a login"
    return f"Mail server {server.host}, port {server.port}, {SECURITY[server.security]}, {login}."


def send_probe(*, address: str, now: datetime) -> None:
    """Send a mail that says where it comes from. Raises CannotSend within the time limits of a mail."""
    try:
        wired, packed = mime.wire_address(address), mime.mail(_letter(address, now))
    except AddressDoesNotFit:
        raise CannotSend(f"{address!r} is not an e-mail address.") from None
    try:
        line = Line(settings.MAIL_SERVER)
    except LineIsDead as problem:
        raise CannotSend(_why_no_line(problem)) from problem
    try:
        _hand_over(line, wired, packed)
    finally:
        line.close(politely=not line.is_busy)


def _letter(address: str, now: datetime) -> Letter:
    text = f"This is a test.\n\nIt was sent by {settings.PRODUCT_NAME} at {settings.SITE_URL}.\n"
    return Letter(
        address=address,
        sender_name=settings.PRODUCT_NAME,
        subject=f"Test mail from {settings.PRODUCT_NAME}",
        text=text,
        html="".join(f"<p>{escape(line)}</p>" for line in text.split("\n\n")),
        message_id=f"<{uuid.uuid4().hex}@{mail_domain()}>",
        written_at=now,
    )


def _hand_over(line: Line, address: str, packed: bytes) -> None:
    needs_utf8 = not address.isascii()
    if needs_utf8 and not line.takes_utf8:
        raise CannotSend("The server takes no address with such letters: it does not offer SMTPUTF8.")
    sender, heard = envelope_sender(), list[Reply]()
    talk = transaction(sender, address, packed, pipelining=line.pipelining, utf8=needs_utf8)
    try:
        line.start(0, _overheard(talk, heard))
        outcome = _outcome(line)
    except LineIsDead as problem:
        raise CannotSend(_why_dead(problem.code)) from problem
    if outcome.result != Result.SENT:
        raise CannotSend(_why_refused(heard, sender))


def _overheard(talk: Talk, heard: list[Reply]) -> Talk:
    """Pass a conversation on and keep the server's replies: an outcome holds their codes only."""
    step = next(talk)
    while True:
        replies = yield step
        heard += replies
        try:
            step = talk.send(replies)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def _outcome(line: Line) -> Outcome:
    """Wait for the end of the mail that is under way. Raises LineIsDead."""
    while select.select([line], [], [], max(line.deadline - monotonic(), 0))[0]:
        if (outcome := line.read()) is not None:
            return outcome
    raise LineIsDead("timeout")


def _why_refused(heard: list[Reply], sender: str) -> str:
    number, reply = next((at, one) for at, one in enumerate(heard) if one.code >= 400)
    return f"The server {STAGES[number].format(sender=sender)}: {_said(reply.code, reply.words)}."


def _why_dead(code: str) -> str:
    said = {
        "timeout": TIMEOUT,
        "dropped": "The server closed the connection in the middle.",
        "smtp_421": "The server said goodbye in the middle (421). It may be too busy.",
    }
    return said.get(code, "The server's answer made no sense. It may be no mail server.")


def _why_no_line(dead: LineIsDead) -> str:
    """Return why there is no connection: the problem that is below says more than its code."""
    problem = dead.__cause__
    if isinstance(problem, smtplib.SMTPServerDisconnected) and isinstance(problem.__context__, OSError):
        problem = problem.__context__  # smtplib wraps what went wrong with the socket
    if isinstance(problem, smtplib.SMTPResponseException):
        return _why_turned_away(problem)
    if isinstance(problem, smtplib.SMTPServerDisconnected):
        return "The server closed the connection at once."
    if isinstance(problem, smtplib.SMTPException):
        return _why_unsupported(problem)
    return _why_unreachable(problem) or _why_dead(dead.code)


def _why_turned_away(problem: smtplib.SMTPResponseException) -> str:
    if problem.smtp_code < 400:
        return _why_dead("nonsense")
    what = "turned the connection away"
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        what = "refused the login (check user and password in EMAIL_URL)"
    elif not isinstance(problem, (smtplib.SMTPConnectError, smtplib.SMTPHeloError)):
        what = "refused STARTTLS"
    return f"The server {what}: {_said(problem.smtp_code, problem.smtp_error)}."


def _why_unsupported(problem: smtplib.SMTPException) -> str:
    if "STARTTLS" in str(problem):
        return "The server does not offer STARTTLS. Check the scheme and the port in EMAIL_URL."
    return "The server does not offer a login that can be used here. It may ask for TLS first."


def _why_unreachable(problem: BaseException | None) -> str:
    if isinstance(problem, UnicodeEncodeError) and problem.encoding == "ascii":
        return "User and password in EMAIL_URL may hold plain letters, digits and signs only."
    words = next((words for kinds, words in UNREACHABLE if isinstance(problem, kinds)), "")
    return words.format(server=settings.MAIL_SERVER, problem=problem)


def _said(code: int, words: bytes | str) -> str:
    """Return a refusal in the server's own words, as one line that can be printed."""
    text = words if isinstance(words, str) else words.decode(errors="replace")
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return f"{code} {line[:LONGEST_QUOTE]}".strip().rstrip(".")
