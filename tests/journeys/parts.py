"""The real parts of a running installation: the start command with its broker, worker and beat, and a mailbox."""

import json
import math
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from psycopg import sql

TASK_ID = re.compile(r"[Tt]ask:? reminders\.tasks\.\w+\[([0-9a-f-]{36})\]")
ROOT = Path(__file__).resolve().parent.parent.parent
Found = TypeVar("Found")


def until(look: Callable[[], Found], *, what: str | Callable[[], str], seconds: float = 90) -> Found:
    """Return what ``look`` finds, as soon as it is true; fail with ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what if isinstance(what, str) else what()}")


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def manage(env: dict[str, str], *words: str) -> str:
    """Run a management command in an environment and return what it prints; it must succeed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        check=False,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Mailbox:
    """Every mail that the SMTP server took."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep a mail with its envelope."""
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        mail["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
        self.mails.append(mail)
        return "250 kept"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails to an address, in the order they came."""
        return [one for one in self.mails if address in str(one["X-Envelope-To"])]

    def wait_for(self, address: str, *, count: int = 1, what: str = "") -> list[EmailMessage]:
        """Wait until ``count`` mails to an address are here."""
        return until(
            lambda: self.to(address) if len(self.to(address)) >= count else None,
            what=lambda: (
                f"{count} mails to {address} {what}; {[str(one['Subject']) for one in self.to(address)]}"
            ),
        )


@contextmanager
def smtp_server() -> Iterator[tuple[Mailbox, int]]:
    """Run a real SMTP server that keeps what it gets."""
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


@dataclass
class Installation:
    """A running installation. Its clocks can be shifted, all at once."""

    url: str
    var: Path
    process: subprocess.Popen[bytes]
    env: dict[str, str]

    def shift_clock(self, seconds: float) -> None:
        """Let every process believe that it is so many seconds later."""
        file = self.var / "clock_offset"
        fresh = file.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(file)

    def seconds_since_sending(self) -> float:
        """Return how long ago the sender last ran, by the installation's own clocks."""
        try:
            with urlopen(f"{self.url}/readyz", timeout=10) as answer:
                report = json.load(answer)
        except HTTPError as not_ready:
            report = json.load(not_ready)
        found = re.search(r"last ran (-?\d+) s ago", report["parts"]["beat"]["detail"])
        return float(found[1]) if found else math.inf

    def is_working(self) -> bool:
        """Say whether a worker has a task in its hands: it names each as it takes it, and as it ends."""
        return 1 in Counter(TASK_ID.findall(self.output())).values()

    def tasks_ended(self, name: str) -> int:
        """Return how many tasks of this name have ended well."""
        return len(re.findall(rf"Task reminders\.tasks\.{name}\[\S+\] succeeded", self.output()))

    def output(self) -> str:
        """Return what the processes have printed."""
        return (self.var / "up.log").read_text(errors="replace")

    def manage(self, *words: str) -> str:
        """Run a management command beside the running processes and return what it prints."""
        return manage(self.env, *words)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


@contextmanager
def own_database() -> Iterator[str]:
    """Give a database of its own beside the one the tests use; an empty answer is a SQLite file."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"journey_{os.getpid()}_{free_port()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def own_redis(var: Path) -> Iterator[str]:
    """Give a Redis of its own where the tests use one: two installations must not share their queues."""
    if not os.environ.get("REDIS_URL"):
        yield ""
        return
    port = free_port()
    flags = [
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(var),
    ]
    process = subprocess.Popen(["redis-server", *flags], stdout=subprocess.DEVNULL)
    try:
        until(lambda: _listens(port), what="redis-server", seconds=20)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def installation(
    var: Path, *, smtp_port: int, database_url: str = "", redis_url: str = ""
) -> Iterator[Installation]:
    """Start everything as ``make run`` does, with a database of its own, and stop it without a trace."""
    port = free_port()
    env = {
        **os.environ,
        "VAR_DIR": str(var),
        "PORT": str(port),
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "DEMO": "1",
        "TIME_ZONE": "Europe/Madrid",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    with (var / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=env, stdout=log, stderr=log
        )
        running = Installation(f"http://127.0.0.1:{port}", var, process, env)
        try:
            until(lambda: _answers(f"{running.url}/readyz") or _stopped(running), what="ready", seconds=120)
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0, running.output()[-3000:]


def _stopped(running: Installation) -> bool:
    assert running.process.poll() is None, running.output()[-3000:]
    return False
