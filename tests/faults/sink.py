"""A mail server that takes mails, counts them, and misbehaves on demand."""

import asyncio
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable

OK, LATER, HANG, DROP, CUT = "ok", "451", "hang", "drop", "cut"
"""Takes mails; refuses each for now; answers nothing; closes at DATA; takes a mail and closes before 250."""
_ID = re.compile(rb"^Message-ID: (\S+)\r$", re.MULTILINE)


class Sink:
    """What the server got, and how it behaves from now on."""

    def __init__(self) -> None:
        self.mode = OK
        self.reply_seconds = 0.01
        self.refused: set[str] = set()
        self.times: Counter[str] = Counter()
        self.ids: defaultdict[str, set[str]] = defaultdict(set)
        self.port = 0
        self._reached: list[tuple[int, Callable[[], None]]] = []
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen on a free port of loopback, in a thread."""
        self._thread.start()
        assert self._is_up.wait(10)

    def stop(self) -> None:
        """Close."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def at_mail(self, number: int) -> threading.Event:
        """Return an event that is set when so many mails have been taken."""
        event = threading.Event()
        self._reached.append((number, event.set))
        return event

    def take(self, recipient: str, mail: bytes) -> None:
        """Count a mail, and keep its Message-ID."""
        name = _ID.search(mail)
        assert name, mail[:500]
        self.times[recipient] += 1
        self.ids[recipient].add(name[1].decode())
        total = self.times.total()
        for number, act in self._reached:
            if number == total:
                act()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        serving = self._loop.create_server(lambda: _Talk(self), "127.0.0.1", 0, backlog=200)
        server = self._loop.run_until_complete(serving)
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        self._loop.run_forever()
        server.close()


class _Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, sink: Sink) -> None:
        self.sink, self.buffer, self.is_data, self.recipient = sink, b"", False, ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.say(b"220 sink ESMTP")

    def say(self, reply: bytes) -> None:
        if self.sink.mode != HANG:
            asyncio.get_running_loop().call_later(self.sink.reply_seconds, self._write, reply + b"\r\n")

    def _write(self, reply: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(reply)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n.\r\n" if self.is_data else b"\r\n")) >= 0:
            line, self.buffer = self.buffer[:end], self.buffer[end + (5 if self.is_data else 2) :]
            if self.sink.mode == HANG:
                return
            if self.is_data:
                self.is_data = False
                self.end_of_mail(line)
            else:
                self.answer(line)

    def end_of_mail(self, mail: bytes) -> None:
        if not mail.strip():
            self.say(b"250 an empty one is no mail")
            return
        self.sink.take(self.recipient, mail + b"\r\n")
        if self.sink.mode == CUT:
            self.transport.abort()
        else:
            self.say(b"250 2.0.0 taken")

    def answer(self, line: bytes) -> None:
        verb, mode = line[:4].upper(), self.sink.mode
        if verb == b"EHLO":
            self.say(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
        elif verb == b"QUIT":
            self.say(b"221 bye")
        elif mode == LATER and verb in {b"MAIL", b"RCPT", b"DATA"}:
            self.say(b"451 4.3.0 later")
        elif verb == b"RCPT":
            self.recipient = line[9:-1].decode()
            is_refused = self.recipient in self.sink.refused
            self.say(b"550 5.1.1 no such person" if is_refused else b"250 2.1.5 ok")
        elif verb == b"DATA" and mode == DROP:
            self.transport.abort()
        elif verb == b"DATA" and self.recipient in self.sink.refused:
            self.say(b"554 5.5.1 nobody to take it")
        elif verb == b"DATA":
            self.is_data = True
            self.say(b"354 go on")
        else:
            self.say(b"250 2.1.0 ok")
