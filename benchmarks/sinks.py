"""Mail servers on loopback that take everything: a fast one, and one whose every reply takes its time."""

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

START_SECONDS = 10


class Slow(asyncio.Protocol):
    """Takes mails, offers PIPELINING, and lets each reply wait."""

    delay = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer, self.is_data = transport, b"", False
        self.say(b"220 sink ESMTP\r\n")

    def say(self, reply: bytes) -> None:
        """Answer after the delay."""
        asyncio.get_running_loop().call_later(self.delay, self.transport.write, reply)

    def data_received(self, data: bytes) -> None:
        """Answer each whole command, and each whole mail."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n.\r\n" if self.is_data else b"\r\n")) >= 0:
            line, self.buffer = self.buffer[:end], self.buffer[end + (5 if self.is_data else 2) :]
            if self.is_data:
                self.is_data = False
                self.say(b"250 2.0.0 taken\r\n")
            else:
                self.answer(line[:4].upper())

    def answer(self, verb: bytes) -> None:
        """Answer one command."""
        if verb == b"EHLO":
            self.say(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
        elif verb == b"DATA":
            self.is_data = True
            self.say(b"354 go on\r\n")
        else:
            self.say(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def fast_command(port: int) -> list[str]:
    """Return the command of postfix's smtp-sink. Raises FileNotFoundError where it is not installed."""
    found = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise FileNotFoundError("smtp-sink is missing: install the package postfix")
    as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
    return [found, *as_user, f"127.0.0.1:{port}", "200"]


def slow_command(port: int, delay: float) -> list[str]:
    """Return the command of a server whose replies each take ``delay`` seconds."""
    return [sys.executable, "-m", "benchmarks.sinks", "--port", str(port), "--delay", str(delay)]


@contextmanager
def listening(command: list[str], port: int) -> Iterator[int]:
    """Run a server until the block ends; its port is open by then."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + START_SECONDS
            while not _is_open(port):
                if time.monotonic() > until or process.poll() is not None:
                    raise RuntimeError(f"the mail server did not start: {command[0]}")
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def _is_open(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Slow, "127.0.0.1", port, backlog=200)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0)
    options = parser.parse_args()
    Slow.delay = options.delay
    asyncio.run(_serve(options.port))
