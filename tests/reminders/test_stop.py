"""A worker that is told to stop in the middle of its mails: nothing twice, nothing left, and soon."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project

from accounts import clock
from tests.reminders.faulty_server import FaultyServer

MAILS, STOP_AFTER = 22, 3
SECONDS_TO_STOP = 10
"""Celery itself takes 3 to 5 of them; the mails in hand are out within one."""
pytestmark = pytest.mark.real_parts


def wait_until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


class Place:
    """An installation of its own: a database, a broker of files, and a mail server that takes its time."""

    def __init__(self, folder: Path, server: FaultyServer) -> None:
        self.database, self.log = folder / "it.sqlite3", folder / "worker.log"
        self.env = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "VAR_DIR": str(folder),
            "EMBEDDED_BROKER_URL": "filesystem://localhost",
            "REDIS_URL": "",
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
            "MAIL_CONNECTIONS": "1",
            "PYTHONPATH": str(project.BASE_DIR),
            "LOG_LEVEL": "ERROR",
        }

    def run(self, code: str) -> str:
        script = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        done = subprocess.run(
            script, env=self.env, cwd=project.BASE_DIR, text=True, check=True, timeout=120, stdout=subprocess.PIPE
        )  # fmt: skip
        return done.stdout

    def start_worker(self, pool: str) -> subprocess.Popen:
        options = ["-c", "2", "--pool", pool, "--without-gossip", "--without-mingle", "-l", "INFO"]
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker", *options]
        with self.log.open("w") as out:
            return subprocess.Popen(
                command, env=self.env, cwd=project.BASE_DIR, stdout=out, stderr=subprocess.STDOUT
            )

    def states(self, table: str) -> Counter[str]:
        """Return how many rows are in each state."""
        with sqlite3.connect(self.database) as database:
            return Counter(state for (state,) in database.execute(f"SELECT state FROM reminders_{table}"))


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(seconds_a_reply=0.1) as server:
        yield server


@pytest.fixture
def place(tmp_path, server) -> Place:
    place = Place(tmp_path, server)
    place.run("from tests.reminders import two_senders; two_senders.fill()")
    return place


@pytest.mark.parametrize("pool", ["prefork", "threads"])
class TestAWorkerToldToStop:
    def test_finishes_what_is_in_hand_and_gives_the_rest_back(self, place, server, pool):
        place.run("from reminders import tasks; tasks.send_due.delay()")
        worker = place.start_worker(pool)
        try:
            wait_until(lambda: len(server.taken) >= STOP_AFTER, "some mails are out")

            worker.send_signal(signal.SIGTERM)
            told = time.monotonic()
            status = worker.wait(60)
            seconds = time.monotonic() - told
        finally:
            worker.kill()

        out = len(server.taken)
        assert status == 0
        assert STOP_AFTER <= out < MAILS, "it stopped in the middle"
        assert seconds < SECONDS_TO_STOP
        assert place.states("message")["sent"] == out
        assert set(place.states("message")) <= {"sent", "retry"}, "none is left in a sender's hands"
        assert place.states("reminder")["sent"] == out
        assert "Traceback" not in place.log.read_text()

        at = (clock.now() + timedelta(seconds=1)).isoformat()
        rest = place.run(f"from tests.reminders import two_senders; two_senders.send({at!r})")

        assert int(rest) == MAILS - out
        ids = [re.search(rb"(?m)^Message-ID: (\S+)", mail.content)[1] for mail in server.taken]
        assert len(ids) == len(set(ids)) == MAILS
        assert place.states("message") == {"sent": MAILS}
