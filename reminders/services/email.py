"""E-mail: several kept-open SMTP connections with time limits, or files where no server is set."""

import hashlib
import os
import selectors
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from email.utils import parseaddr
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings

from reminders.services import mime
from reminders.services.channel import AddressDoesNotFit, Letter, Outcome, Result
from reminders.services.smtp import Line, LineIsDead, code_of, transaction

if TYPE_CHECKING:
    from config.env import MailServer

IDLE_SECONDS = 2
LIAR_SECONDS = 3600
"""How long a server that offers pipelining and cannot do it is spoken to step by step."""

_liars: dict[tuple[str, int], float] = {}

Extra = Callable[[Letter], Mapping[str, str]]


class EmailChannel:
    """Mails over SMTP, or kept as files when ``settings.MAIL_SERVER`` names no host."""

    name = "email"

    def __init__(self, *, extra: Extra | None = None) -> None:
        """``extra`` gives further headers of a letter; only the benchmark has any."""
        self.most_lines: int = settings.MAIL_CONNECTIONS
        self._extra = extra
        self._lines: list[Line] = []
        self._ended: list[tuple[int, Outcome]] = []
        self._selector = selectors.DefaultSelector()

    def compose(self, letter: Letter) -> bytes:
        """Pack a letter as MIME with lines that end in CRLF. Raises AddressDoesNotFit."""
        extra = tuple(self._extra(letter).items()) if self._extra else ()
        return mime.mail(letter, extra=extra)

    def open(self, wanted: int) -> Outcome:
        """Have up to ``wanted`` connections open; those that have been idle must still answer."""
        if not settings.MAIL_SERVER.host:
            return Outcome(Result.SENT)
        self._drop_dead()
        if not self._lines:
            first = _line()
            if isinstance(first, str):
                return Outcome(Result.OUTAGE, first)
            self._add(first)
        missing = min(wanted, self.most_lines) - len(self._lines)
        if missing > 0:
            self._add_more(missing)
        return Outcome(Result.SENT)

    @property
    def free(self) -> int:
        """Say how many mails can be handed over now."""
        if not settings.MAIL_SERVER.host:
            return self.most_lines
        return sum(not line.is_busy for line in self._lines)

    @property
    def busy(self) -> int:
        """Say how many mails are under way, or have ended and were not asked for."""
        return len(self._ended) + sum(line.is_busy for line in self._lines)

    def hand_over(self, key: int, address: str, packed: bytes) -> None:
        """Start to give one mail to the server, on a line that is free."""
        if not settings.MAIL_SERVER.host:
            self._ended.append((key, _keep(packed, settings.MAIL_DIR)))
            return
        line = next((one for one in self._lines if not one.is_busy), None)
        if line is None:
            self._ended.append((key, Outcome(Result.OUTAGE, "not_connected")))
            return
        self._start(line, key, address, packed)

    def outcomes(self, *, wait: bool) -> list[tuple[int, Outcome]]:
        """Return how mails ended since the last call; with ``wait`` until one did, if any is under way."""
        self._listen(0)
        while wait and not self._ended and (busy := [line for line in self._lines if line.is_busy]):
            self._listen(max(min(line.deadline for line in busy) - monotonic(), 0))
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        """End all connections, whatever their state."""
        for line in list(self._lines):
            self._remove(line, politely=not line.is_busy)
        self.most_lines = settings.MAIL_CONNECTIONS

    def _start(self, line: Line, key: int, address: str, packed: bytes) -> None:
        try:
            wired = mime.wire_address(address)
        except AddressDoesNotFit:
            self._ended.append((key, Outcome(Result.REFUSED, "address")))
            return
        if not wired.isascii() and not line.takes_utf8:
            self._ended.append((key, Outcome(Result.REFUSED, "address_needs_utf8")))
            return
        talk = transaction(
            envelope_sender(), wired, packed, pipelining=line.pipelining, utf8=not wired.isascii()
        )
        try:
            line.start(key, talk)
        except LineIsDead as problem:
            self._break(line, problem.code)

    def _listen(self, seconds: float) -> None:
        """Take in what the server said within ``seconds``, and give up on lines whose time is over."""
        for found, _events in self._selector.select(seconds):
            self._read(found.data)
        late = [line for line in self._lines if line.is_busy and line.deadline <= monotonic()]
        for line in late:
            self._break(line, "timeout")

    def _read(self, line: Line) -> None:
        try:
            outcome = line.read()
        except LineIsDead as problem:
            self._break(line, problem.code)
            return
        if outcome is not None and line.key is not None:
            self._ended.append((line.key, outcome))

    def _break(self, line: Line, code: str) -> None:
        """Give up on a line, and on the mail that it carried."""
        if line.is_busy and line.key is not None:
            self._ended.append((line.key, Outcome(Result.LATER, code)))
        if line.pipelining and line.is_half_answered and code in {"timeout", "nonsense", "dropped"}:
            _liars[_name(settings.MAIL_SERVER)] = monotonic() + LIAR_SECONDS
        self._remove(line, politely=False)

    def _add_more(self, count: int) -> None:
        """Open further lines, all at the same time: each takes several round trips."""
        with ThreadPoolExecutor(count) as pool:
            opened = list(pool.map(lambda _number: _line(), range(count)))
        for line in opened:
            if isinstance(line, Line):
                self._add(line)
            else:
                # The server takes no more than these: use them, and ask for no more in this run.
                self.most_lines = len(self._lines)

    def _add(self, line: Line) -> None:
        self._lines.append(line)
        self._selector.register(line, selectors.EVENT_READ, line)

    def _remove(self, line: Line, *, politely: bool) -> None:
        self._lines.remove(line)
        self._selector.unregister(line)
        line.close(politely=politely)

    def _drop_dead(self) -> None:
        """Take leave of lines that no longer answer; only those that have been idle for a while are asked."""
        now = monotonic()
        stale = [line for line in self._lines if not line.is_busy and now - line.used_at > IDLE_SECONDS]
        for line in stale:
            if not line.is_alive():
                self._remove(line, politely=False)


def _line() -> Line | str:
    """Return an open connection, or the code of why there is none."""
    try:
        return Line(settings.MAIL_SERVER, may_pipeline=not _lies(settings.MAIL_SERVER))
    except LineIsDead as problem:
        return problem.code


def _name(server: "MailServer") -> tuple[str, int]:
    return server.host, server.port


def _lies(server: "MailServer") -> bool:
    return _liars.get(_name(server), 0) > monotonic()


def _keep(packed: bytes, folder: Path) -> Outcome:
    """Write a mail to a file named after its Message-ID: a repeat replaces it."""
    head = packed.split(b"\r\n\r\n", 1)[0]
    name = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:"))
    file = folder / f"{hashlib.sha256(name).hexdigest()[:32]}.eml"
    part = file.with_suffix(f".{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_bytes(packed)
        part.replace(file)
    except OSError as problem:
        return Outcome(Result.OUTAGE, code_of(problem))
    return Outcome(Result.SENT)


def envelope_sender() -> str:
    """Return the address that bounces go to."""
    return mime.wire_address(parseaddr(settings.EMAIL_BOUNCES)[1] or parseaddr(settings.EMAIL_FROM)[1])


def mail_domain() -> str:
    """Return the domain of the installation's own address, for Message-IDs and calendar ids."""
    domain = parseaddr(settings.EMAIL_FROM)[1].rpartition("@")[2]
    return domain if "." in domain else f"{domain or 'localhost'}.localdomain"
