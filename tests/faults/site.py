"""An installation that a test may hurt: its own database, broker, workers and beats, all real processes."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.faults.sink import Sink
from tests.journeys.parts import ROOT, free_port, manage, until

WORKER = ("worker", "-c", "2", "-l", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")
BEAT = ("beat", "-l", "WARNING")
START_SECONDS = 60
WAITING = "SELECT count(*) FROM reminders_reminder WHERE state IN ('scheduled', 'claimed')"


@dataclass
class Redis:
    """A Redis of a test's own that keeps nothing."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self.folder}
        flags = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self.process = subprocess.Popen(["redis-server", *flags], stdout=subprocess.DEVNULL)
        ping = ["redis-cli", "-p", str(self.port), "ping"]
        until(
            lambda: subprocess.run(ping, capture_output=True, check=False).stdout == b"PONG\n",
            what="redis-server",
            seconds=20,
        )

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(20)


class Site:
    """The processes of one installation, and what a test does to them."""

    def __init__(self, var: Path, sink: Sink, *, database_url: str, redis: Redis | None) -> None:
        self.var, self.sink, self.redis = var, sink, redis
        self.stack = ExitStack()
        self.log = self.stack.enter_context((var / "processes.log").open("ab"))
        self.env = {
            **os.environ,
            "VAR_DIR": str(var),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url if redis else "",
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "DEMO": "1",
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self.started: list[subprocess.Popen[bytes]] = []

    def manage(self, *words: str) -> str:
        """Run a management command and return what it prints."""
        return manage(self.env, *words)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a process of Celery in a session of its own."""
        number = len(self.started)
        names = {"worker": ("-n", f"w{number}@fault"), "beat": ("-s", str(self.var / f"beat{number}"))}
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", *words, *names[words[0]]],
            cwd=ROOT,
            env=self.env,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker with two senders; return once it takes tasks."""
        said = self.output().count("The worker is ready.")
        process = self.start(*WORKER)
        until(
            lambda: self.output().count("The worker is ready.") > said,
            what=lambda: f"a worker: {self.output()[-2000:]}",
            seconds=START_SECONDS,
        )
        return process

    def beat(self) -> subprocess.Popen[bytes]:
        """Start a beat."""
        return self.start(*BEAT)

    def output(self) -> str:
        """Return what the processes have printed."""
        return (self.var / "processes.log").read_text(errors="replace")

    def ring(self) -> None:
        """Ring the bell, as a page does after a change."""
        self.manage("shell", "--no-imports", "-c", "from reminders.tasks import send_due; send_due.delay()")

    def waiting(self) -> int:
        """Return how many reminders are due and unsent, or in a sender's hands; the database must be there."""
        if self.env["DATABASE_URL"].startswith("postgres"):
            with psycopg.connect(self.env["DATABASE_URL"], connect_timeout=5) as server:
                return int(server.execute(WAITING).fetchone()[0])  # type: ignore[index]
        with closing(sqlite3.connect(self.var / "bonestep.sqlite3", timeout=20)) as file:
            return int(file.execute(WAITING).fetchone()[0])

    def shift_clock(self, seconds: float) -> None:
        """Let every process believe that it is so many seconds later."""
        fresh = self.var / "clock_offset.new"
        fresh.write_text(str(seconds))
        fresh.replace(self.var / "clock_offset")

    def close(self) -> None:
        """End everything that is left."""
        for process in self.started:
            kill(process)
        if self.redis:
            self.redis.kill()
        self.stack.close()


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait(20)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def limit_files(pids: list[int], size: str, *, user: str | None = None) -> None:
    """Let these processes write no file beyond ``size`` bytes: to them the disk is full."""
    for pid in pids:
        # A server may end its children meanwhile, and so this may find nobody.
        words = ["prlimit", "--pid", str(pid), f"--fsize={size}:"]
        subprocess.run(words, user=user, check=False, capture_output=True, timeout=10)
