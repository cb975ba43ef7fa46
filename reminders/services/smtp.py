"""Mail transactions over one SMTP connection, without waiting for it.

The conversation is a generator: it yields what to write and how many replies that calls for, and is sent
those replies. ``Line`` carries it over a socket. Where the server offers PIPELINING (RFC 2920), sender,
recipient and DATA go out together: a mail takes two round trips instead of four.
"""

import re
import select
import smtplib
import socket
import ssl
from collections.abc import Generator
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING

from accounts.services.smtp import LONGEST_REPLY, NO_REPLY, REPLY, Session, TlsSession
from reminders.services.channel import Outcome, Result

if TYPE_CHECKING:
    from config.env import MailServer

REPLY_SECONDS = 10
"""The longest wait for one reply. A mail takes four, so that a lease of 60 s outlives them."""
OUR_FAULT = (b"5.7.", b"5.5.")
"""Enhanced codes of policy and protocol: they say nothing about the address."""
OUR_FAULT_CODES = frozenset({502, 503, 530, 535, 538})
_DOT_FIRST = re.compile(rb"(?m)^\.")


class LineIsDead(Exception):
    """The connection cannot be used any more; ``code`` says why and names nobody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer: its code, and the words of its last line."""

    code: int
    words: bytes

    @property
    def is_good(self) -> bool:
        """Say whether the command was accepted."""
        return 200 <= self.code < 300


Talk = Generator[tuple[bytes, int], list[Reply], Outcome]


def transaction(sender: str, address: str, packed: bytes, *, pipelining: bool, utf8: bool = False) -> Talk:
    """Talk one mail through and return how it ended. Raises LineIsDead when the server says goodbye."""
    options = " BODY=8BITMIME SMTPUTF8" if utf8 else ""
    mail, rcpt = f"MAIL FROM:<{sender}>{options}\r\n".encode(), f"RCPT TO:<{address}>\r\n".encode()
    mailed, taken, go = yield from (_together if pipelining else _one_by_one)(mail, rcpt)
    refusal = _sender_refused(mailed) or _recipient_refused(taken) or _content_refused(go, 354)
    if refusal is None:
        (end,) = yield _DOT_FIRST.sub(b"..", packed) + b".\r\n", 1
        _stay(end)
        return _content_refused(end, 250) or Outcome(Result.SENT)
    if go is not None and go.code == 354:
        # The server waits for a mail that nobody is to get (RFC 2920, 3.1): an empty one ends that.
        yield b".\r\n", 1
    yield b"RSET\r\n", 1
    return refusal


def _together(mail: bytes, rcpt: bytes) -> Generator[tuple[bytes, int], list[Reply], tuple]:
    replies = yield mail + rcpt + b"DATA\r\n", 3
    for one in replies:
        _stay(one)
    return tuple(replies)


def _one_by_one(mail: bytes, rcpt: bytes) -> Generator[tuple[bytes, int], list[Reply], tuple]:
    got: list[Reply | None] = []
    for command in (mail, rcpt, b"DATA\r\n"):
        (reply,) = yield command, 1
        _stay(reply)
        got.append(reply)
        if not reply.is_good:
            break
    return (*got, None, None)[:3]


def _stay(reply: Reply) -> None:
    if reply.code == 421:
        raise LineIsDead("smtp_421")


def _sender_refused(reply: Reply) -> Outcome | None:
    return None if reply.is_good else Outcome(Result.LATER, f"smtp_{reply.code}_sender")


def _recipient_refused(reply: Reply | None) -> Outcome | None:
    """Judge a refused recipient: a bad address is for good, a server's policy against us may pass."""
    if reply is None or reply.is_good:
        return None
    is_ours = reply.code in OUR_FAULT_CODES or reply.words.startswith(OUR_FAULT)
    for_good = reply.code >= 500 and not is_ours
    return Outcome(Result.REFUSED if for_good else Result.LATER, f"smtp_{reply.code}")


def _content_refused(reply: Reply | None, good: int) -> Outcome | None:
    if reply is None or reply.code == good or (good == 250 and reply.is_good):
        return None
    return Outcome(Result.FAILED if reply.code >= 500 else Result.LATER, f"smtp_{reply.code}")


class Line:
    """One open connection. It carries one mail at a time, named by ``key``."""

    def __init__(self, to: "MailServer", *, may_pipeline: bool = True) -> None:
        """Connect, secure and sign in as ``to`` says. Raises LineIsDead within the time limits."""
        self._server = _connect(to)
        sock = self._server.sock
        if sock is None:
            raise LineIsDead("dropped")
        self._socket: socket.socket = sock
        self._socket.settimeout(REPLY_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.offers_pipelining = self._server.has_extn("pipelining")
        self.pipelining = may_pipeline and self.offers_pipelining
        self.takes_utf8 = self._server.has_extn("smtputf8")
        self.key: int | None = None
        self.used_at = self.deadline = monotonic()
        self._talk: Talk | None = None
        self._buffer = b""
        self._replies: list[Reply] = []
        self._awaited = 0

    @property
    def is_busy(self) -> bool:
        """Say whether a mail is under way."""
        return self._talk is not None

    @property
    def is_half_answered(self) -> bool:
        """Say whether some of several replies came: how a server fails that lies about pipelining."""
        return 0 < len(self._replies) < self._awaited

    def fileno(self) -> int:
        """Return the socket's number, for select."""
        return self._socket.fileno()

    def start(self, key: int, talk: Talk) -> None:
        """Begin a mail. Raises LineIsDead."""
        self.key, self._talk, self._replies = key, talk, []
        self._write(next(talk))

    def read(self) -> Outcome | None:
        """Take in what has arrived; return how the mail ended, or None while it is under way.

        Raises LineIsDead: the server closed the line, or said what no mail server says.
        """
        self._buffer += self._receive()
        while (reply := self._next_reply()) is not None:
            self._replies.append(reply)
        if not self.is_busy and self._replies:
            raise LineIsDead(f"smtp_{self._replies[0].code}")
        if not self.is_busy or len(self._replies) < self._awaited:
            return None
        if len(self._replies) > self._awaited:
            raise LineIsDead("nonsense")
        return self._go_on()

    def close(self, *, politely: bool) -> None:
        """End the connection."""
        self._talk = None
        try:
            if politely:
                self._server.quit()
        except (smtplib.SMTPException, OSError):
            politely = False
        if not politely:
            self._server.close()

    def is_alive(self) -> bool:
        """Ask an idle line whether the server is still there."""
        try:
            self._socket.sendall(b"NOOP\r\n")
            self._replies, self._buffer = [], b""
            until = monotonic() + REPLY_SECONDS
            while not self._replies and monotonic() < until:
                select.select([self._socket], [], [], REPLY_SECONDS)
                self._buffer += self._receive()
                if (reply := self._next_reply()) is not None:
                    self._replies.append(reply)
        except (LineIsDead, OSError):
            return False
        answers, self._replies, self.used_at = self._replies, [], monotonic()
        return bool(answers) and answers[0].is_good

    def _go_on(self) -> Outcome | None:
        if self._talk is None:
            raise LineIsDead("nonsense")
        replies, self._replies = self._replies, []
        try:
            self._write(self._talk.send(replies))
        except StopIteration as end:
            self._talk, self._awaited, self.used_at = None, 0, monotonic()
            outcome: Outcome = end.value
            return outcome
        return None

    def _write(self, step: tuple[bytes, int]) -> None:
        data, self._awaited = step
        self.deadline = monotonic() + REPLY_SECONDS
        try:
            self._socket.sendall(data)
        except OSError as problem:
            raise LineIsDead(code_of(problem)) from problem

    def _receive(self) -> bytes:
        try:
            data = self._decrypt() if isinstance(self._socket, ssl.SSLSocket) else self._socket.recv(65536)
        except ssl.SSLWantReadError:
            return b""  # half a record, or a session ticket: nothing for us yet
        except OSError as problem:
            raise LineIsDead(code_of(problem)) from problem
        if not data:
            raise LineIsDead("dropped")
        return data

    def _decrypt(self) -> bytes:
        """Read what TLS has whole, without waiting for more."""
        assert isinstance(self._socket, ssl.SSLSocket)  # noqa: S101  # for the type checker
        self._socket.setblocking(False)
        try:
            data = self._socket.recv(65536)
            while waiting := self._socket.pending():
                data += self._socket.recv(waiting)
        finally:
            self._socket.settimeout(REPLY_SECONDS)
        return data

    def _next_reply(self) -> Reply | None:
        """Cut one whole reply off the buffer, which may have several lines, or None."""
        start = 0
        while (end := self._buffer.find(b"\n", start)) >= 0:
            found = REPLY.fullmatch(self._buffer[start:end].rstrip(b"\r"))
            if found is None:
                raise LineIsDead("nonsense")
            start = end + 1
            if found[2] != b"-":
                self._buffer = self._buffer[start:]
                return Reply(int(found[1]), found[3])
        if len(self._buffer) > LONGEST_REPLY:
            raise LineIsDead("nonsense")
        return None


def _connect(to: "MailServer") -> smtplib.SMTP:
    try:
        return _signed_in(to)
    except smtplib.SMTPResponseException as refusal:
        code = "nonsense" if refusal.smtp_code == NO_REPLY else f"smtp_{refusal.smtp_code}"
        raise LineIsDead(code) from refusal
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        raise LineIsDead(code_of(problem)) from problem


def _signed_in(to: "MailServer") -> smtplib.SMTP:
    if to.security == "tls":
        server: smtplib.SMTP = TlsSession(to.host, to.port, timeout=REPLY_SECONDS, context=_trusted())
    else:
        server = Session(to.host, to.port, timeout=REPLY_SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        if to.security == "starttls":
            server.starttls(context=_trusted())
            server.ehlo()
        if to.user:
            server.login(to.user, to.password)
    except (smtplib.SMTPException, OSError, ValueError):
        server.close()
        raise
    return server


@cache
def _trusted() -> ssl.SSLContext:
    """Return a context that checks certificates and host names; reading the authorities takes 20 ms."""
    return ssl.create_default_context()


def code_of(problem: Exception) -> str:
    """Return a short code for what went wrong with a connection; it names nobody."""
    if isinstance(problem, TimeoutError):
        return "timeout"
    if isinstance(problem, (smtplib.SMTPServerDisconnected, ConnectionResetError, BrokenPipeError)):
        return "dropped"
    return type(problem).__name__.lower()[:40]
