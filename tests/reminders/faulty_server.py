"""A mail server on loopback that does what a test says: it refuses, falls silent, talks nonsense or hangs up."""

import contextlib
import socket
import ssl
import subprocess
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from config.env import MailServer

CLOSE, SILENT = "close", "silent"
USUAL = {
    "connect": b"220 loopback\r\n",
    "STARTTLS": b"220 go on\r\n",
    "AUTH": b"235 welcome\r\n",
    "DATA": b"354 go on\r\n",
    "QUIT": b"221 bye\r\n",
}
OK = b"250 ok\r\n"


@dataclass(frozen=True)
class Taken:
    """A mail as it came, and what the client said in its transaction."""

    mail_from: str
    rcpt_to: str
    content: bytes


@dataclass(frozen=True)
class Endless:
    """What a server says again and again, ``pause`` seconds apart, as long as anybody listens."""

    words: bytes
    pause: float


class FaultyServer:
    """``faults[stage]`` holds what to do instead of the usual, one entry each time the stage comes.

    Stages are connect, end (of the mail), and commands such as EHLO or RCPT. An entry is bytes to say, CLOSE,
    SILENT or Endless. ``offered`` are all mails that came in, ``taken`` those it clearly took. With ``flushes`` the server forgets what came in beside the command that it answers.
    """

    def __init__(
        self,
        *offers: str,
        flushes: bool = False,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        seconds_a_reply: float = 0,
    ) -> None:
        self.offers, self.flushes, self.tls, self.starttls = offers, flushes, tls, starttls
        self.seconds_a_reply = seconds_a_reply
        self.faults: defaultdict[str, list[bytes | str | Endless]] = defaultdict(list)
        self.taken: list[Taken] = []
        self.offered: list[Taken] = []
        self.commands: list[str] = []
        self._is_over = threading.Event()
        self._open: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._welcome, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self._is_over.set()
        for one in (self._door, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def address(self, **more: str) -> MailServer:
        """Return how the app is told of this server."""
        return MailServer("127.0.0.1", self.port, **more)

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                guest, _address = self._door.accept()
                self._open.append(guest)
                threading.Thread(target=self._serve, args=(guest,), daemon=True).start()

    def _serve(self, guest: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError):
            if self.tls:
                guest = self._secured(guest, self.tls)
            Talk(self, guest).go()

    def _secured(self, guest: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        secured = context.wrap_socket(guest, server_side=True)
        self._open.append(secured)
        return secured


class Talk:
    """One connection."""

    def __init__(self, server: FaultyServer, guest: socket.socket) -> None:
        self.server, self.guest, self.buffer = server, guest, b""
        self.mail_from = self.rcpt_to = ""

    def go(self) -> None:
        with contextlib.closing(self.guest):
            self.answer("connect")
            while True:
                line = self.until(b"\r\n").decode(errors="replace")
                self.server.commands.append(line)
                self.obey(line, line.partition(" ")[0].upper())
                if self.server.flushes:
                    self.buffer = b""

    def obey(self, line: str, name: str) -> None:
        said = self.answer(name)
        if name == "MAIL" and said.startswith(b"250"):
            self.mail_from, self.rcpt_to = line, ""
        if name == "RCPT" and said.startswith(b"250") and self.mail_from:
            self.rcpt_to = line
        if name == "QUIT":
            raise EOFError
        if name == "STARTTLS" and self.server.starttls and said.startswith(b"220"):
            self.guest = self.server._secured(self.guest, self.server.starttls)
        if name == "DATA" and said.startswith(b"354"):
            content = self.until(b"\r\n.\r\n", before=b"\r\n")
            mail = Taken(self.mail_from, self.rcpt_to, content)
            self.server.offered.append(mail)
            if self.answer("end", mail).startswith(b"250 "):
                self.mail_from = self.rcpt_to = ""

    def answer(self, stage: str, mail: Taken | None = None) -> bytes:
        faults = self.server.faults[stage]
        said = faults.pop(0) if faults else self.usual(stage)
        if self.server.seconds_a_reply:
            self.server._is_over.wait(self.server.seconds_a_reply)
        if said == SILENT:
            self.server._is_over.wait()
        while isinstance(said, Endless) and not self.server._is_over.wait(said.pause):
            self.guest.sendall(said.words)
        if not isinstance(said, bytes):
            raise EOFError
        if mail and said.startswith(b"250 "):
            self.server.taken.append(mail)
        self.guest.sendall(said)
        return said

    def usual(self, stage: str) -> bytes:
        if stage in {"DATA", "end"} and not self.rcpt_to:
            return b"554 no valid recipients\r\n"
        if stage != "EHLO":
            return USUAL.get(stage, OK)
        lines = ["loopback", *self.server.offers]
        return "".join(f"250-{line}\r\n" for line in lines).encode() + b"250 HELP\r\n"

    def until(self, end: bytes, *, before: bytes = b"") -> bytes:
        """Return what comes up to ``end``; ``before`` stands for what was read already."""
        while end not in before + self.buffer:
            if not (data := self.guest.recv(65536)):
                raise EOFError
            self.buffer += data
        found, _end, self.buffer = (before + self.buffer).partition(end)
        return found[len(before) :] + (b"\r\n" if before else b"")


def sign_certificate(folder: Path) -> Path:
    """Make a file with a key and a certificate for 127.0.0.1 that nobody else has signed."""
    key, signed, both = folder / "key.pem", folder / "signed.pem", folder / "both.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", *kind, *name, "-keyout", str(key), "-out", str(signed)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    both.write_bytes(key.read_bytes() + signed.read_bytes())
    return both


def under(certificate: Path) -> ssl.SSLContext:
    """Return what a server needs to speak TLS under a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
