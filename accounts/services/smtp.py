"""SMTP sessions whose replies have an end: smtplib reads a server's words as long as some keep coming."""

import re
import smtplib
import socket
from time import monotonic

from django.core.mail.backends import smtp

LONGEST_REPLY = 20_000
NO_REPLY = -1
"""The code, as in smtplib, of what is no reply."""
REPLY = re.compile(rb"([2-5][0-9][0-9])([ -]?)(.*)", re.DOTALL)


class Session(smtplib.SMTP):
    """A session in which every reply ends within the time limit that it was opened with."""

    _rest: tuple[socket.socket | None, bytes] = (None, b"")
    """What came after the last reply, and over which socket: words from before TLS do not count within it."""

    def getreply(self) -> tuple[int, bytes]:
        """Return a reply's code and words; -1 for what is none. Raises OSError within the time limit."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        came_by, buffer = self._rest
        try:
            code, words, rest = self._reply(buffer if came_by is self.sock else b"")
        except OSError:
            self.close()
            raise
        self._rest = self.sock, rest
        return code, words

    def _reply(self, buffer: bytes) -> tuple[int, bytes, bytes]:
        until, words, size = monotonic() + self.timeout, list[bytes](), 0
        while True:
            line, end, rest = buffer.partition(b"\n")
            if not end:
                buffer += self._more(until, size=size + len(buffer))
                continue
            buffer, size = rest, size + len(line)
            found = REPLY.fullmatch(line.rstrip(b"\r"))
            words.append(found[3].strip() if found else line)
            if found is None or found[2] != b"-":
                return int(found[1]) if found else NO_REPLY, b"\n".join(words), buffer

    def _more(self, until: float, *, size: int) -> bytes:
        left = until - monotonic()
        if left <= 0:
            raise TimeoutError("the reply did not end")
        if size > LONGEST_REPLY or self.sock is None:
            raise smtplib.SMTPResponseException(NO_REPLY, b"it has no end")
        self.sock.settimeout(left)
        data: bytes = self.sock.recv(4096)
        self.sock.settimeout(self.timeout)
        if not data:
            raise smtplib.SMTPServerDisconnected("the server hung up")
        return data


class TlsSession(Session, smtplib.SMTP_SSL):
    """The same over TLS from the first byte on."""


class EmailBackend(smtp.EmailBackend):
    """Django's backend with sessions that end."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return the kind of session that the settings ask for."""
        return TlsSession if self.use_ssl else Session
