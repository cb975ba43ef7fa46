"""One command starts everything, says what stands in its way, and leaves nothing behind."""

import fcntl
import json
import os
import pty
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import termios
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
import yaml
from django.conf import settings
from django.db import IntegrityError, OperationalError

from config.management.commands import up
from config.processes import CannotStart
from recovery import protocols
from recovery.management.people import STAFF, STORIES

SECONDS = 120
needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.1)


class Start:
    """One ``manage.py up`` in a folder of its own, with nothing of this machine's environment but PATH."""

    command = (sys.executable, "manage.py", "up")
    folder = settings.BASE_DIR

    def __init__(self, var: Path, **variables: str) -> None:
        self.var = var
        self.port = free_port()
        self.log = var.parent / f"{self.port}.log"
        own = {"VAR_DIR": str(var), "PORT": str(self.port), "PATH": os.environ["PATH"]}
        with self.log.open("w") as out:
            self.process = self.begin({**own, **variables}, out)

    def begin(self, variables: dict[str, str], out: IO[str]) -> subprocess.Popen:
        return subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_until_ready(self) -> None:
        wait_until(lambda: "is ready: http" in self.said or self.process.poll() is not None, "it is ready")
        assert self.process.poll() is None, self.said

    def processes(self, word: str = "") -> list[int]:
        """Return the ids of this start's processes that still run and whose command holds ``word``."""
        mine = f"VAR_DIR={self.var}\0".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                is_mine = mine in (folder / "environ").read_bytes() + b"\0"
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if is_mine and command and word in command:
                found.append(int(folder.name))
        return found

    def get(self, path: str) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def end(self) -> None:
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(SECONDS)


class StartByMake(Start):
    """``make run`` in a terminal of its own, with the packages that are here already."""

    def begin(self, variables: dict[str, str], out: IO[str]) -> subprocess.Popen:
        stamp = self.var.parent / "venv" / ".installed"
        stamp.parent.mkdir()
        stamp.touch()
        self.keyboard, terminal = pty.openpty()
        try:
            return subprocess.Popen(
                ["make", "run", f"VENV={stamp.parent}", f"PY={sys.executable}"],
                cwd=settings.BASE_DIR,
                env=variables,
                stdin=terminal,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            )
        finally:
            os.close(terminal)

    def press_ctrl_c(self) -> None:
        os.write(self.keyboard, b"\x03")


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Start]]:
    started: list[Start] = []

    def begin(kind: type[Start] = Start, **variables: str) -> Start:
        started.append(kind(tmp_path / "var", **variables))
        return started[-1]

    yield begin
    for one in started:
        one.end()


@pytest.mark.real_parts
@needs_proc
class TestUp:
    def test_says_where_it_is_and_who_the_demo_people_are_and_keeps_the_data(self, start, tmp_path):
        first = start()
        first.wait_until_ready()
        status, page = first.get("/accounts/login/")

        assert status == 200
        assert "/static/css/app." in page
        assert f"http://127.0.0.1:{first.port}/" in first.said
        for email, _who in up.DEMO_PEOPLE:
            assert email in first.said
        wait_until(lambda: first.get("/readyz")[0] == 200, "database, broker, beat and reminders are good")
        assert json.loads(first.get("/readyz")[1])["ready"]

        first.process.terminate()
        assert first.process.wait(SECONDS) == 0
        people = count_users(first.var)
        assert first.processes() == []

        second = start(StartByMake)
        second.wait_until_ready()
        second.press_ctrl_c()

        assert second.process.wait(SECONDS) == 0
        assert count_users(second.var) == people
        assert second.processes() == []
        assert "Traceback" not in first.said + second.said

    def test_leaves_nothing_behind_when_it_is_killed(self, start):
        one = start(DEMO="0")
        one.wait_until_ready()
        assert len(one.processes()) >= 4

        one.process.kill()

        wait_until(lambda: not one.processes(), "its children have gone")

    def test_stops_everything_when_one_part_dies(self, start):
        one = start(DEMO="0")
        one.wait_until_ready()
        beat = one.processes(" beat ")[0]

        os.kill(beat, signal.SIGKILL)

        assert one.process.wait(SECONDS) == 1
        assert "The beat ended by itself" in one.said
        assert one.processes() == []


def count_users(var: Path) -> int:
    with sqlite3.connect(var / "bonestep.sqlite3") as database:
        found = int(database.execute("SELECT count(*) FROM accounts_user").fetchone()[0])
    database.close()
    return found


def make_read_only(file: Path, mode: str) -> None:
    """Make a SQLite file that is read-only for everybody, root too: its header asks for a later SQLite to write it."""
    file.parent.mkdir()
    with sqlite3.connect(file) as database:
        database.execute(f"PRAGMA journal_mode = {mode}")
        database.execute("CREATE TABLE something (id)")
    database.close()
    with file.open("r+b") as header:
        header.seek(18)
        header.write(b"\x03")


class TestUpRefuses:
    def test_a_port_in_use_before_it_starts_anything(self, start):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]

            one = start(PORT=str(port))
            status = one.process.wait(SECONDS)

        assert status == 1
        assert one.said == f"Port {port} is in use: stop what uses it or start with PORT={port + 1}.\n"
        assert not (one.var / "bonestep.sqlite3").exists()

    def test_a_folder_it_cannot_write(self, start, tmp_path):
        (tmp_path / "file").touch()

        one = start(VAR_DIR=str(tmp_path / "file" / "var"), SECRET_KEY="s" * 60)
        status = one.process.wait(SECONDS)

        assert status == 1
        assert one.said.startswith("VAR_DIR (")
        assert one.said.endswith("cannot be written (Not a directory): set VAR_DIR to a folder that can.\n")

    def test_a_redis_that_does_not_answer(self, start):
        one = start(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
        status = one.process.wait(SECONDS)

        assert status == 1
        assert one.said.startswith("REDIS_URL names a Redis at 127.0.0.1:")
        assert one.said.count("\n") == 1

    def test_a_postgresql_that_is_not_there(self, start):
        port = free_port()

        one = start(DATABASE_URL=f"postgresql://bonestep:hidden@127.0.0.1:{port}/bonestep")

        assert one.process.wait(SECONDS) == 1
        assert one.said == (
            f"DATABASE_URL names a PostgreSQL at 127.0.0.1:{port} that cannot be used (Connection refused): "
            "start it, or set DATABASE_URL to postgresql://user:password@host:5432/name.\n"
        )

    def test_a_postgresql_that_does_not_answer(self, start):
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen()

            one = start(DATABASE_URL=f"postgresql://bonestep@127.0.0.1:{deaf.getsockname()[1]}/bonestep")

            assert one.process.wait(SECONDS) == 1
        assert "that cannot be used (connection timeout expired): start it, or set DATABASE_URL" in one.said
        assert one.said.count("\n") == 1

    def test_a_sqlite_file_that_cannot_be_opened(self, start, tmp_path):
        one = start(DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/bonestep.sqlite3")

        assert one.process.wait(SECONDS) == 1
        assert one.said == (
            f"The SQLite file {tmp_path}/nowhere/bonestep.sqlite3 cannot be opened and written "
            "(unable to open database file): set DATABASE_URL to sqlite:///path/to/file in a folder that can be "
            "written.\n"
        )

    @pytest.mark.parametrize("mode", ["DELETE", "WAL"])
    def test_a_sqlite_file_that_takes_no_writes(self, start, tmp_path, mode):
        file = tmp_path / "var" / "bonestep.sqlite3"
        make_read_only(file, mode)

        one = start()

        assert one.process.wait(SECONDS) == 1
        assert one.said == (
            f"The SQLite file {file} cannot be opened and written (attempt to write a readonly database): "
            "set VAR_DIR to a folder that can be written.\n"
        )

    def test_a_file_that_is_no_database(self, start, tmp_path):
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "bonestep.sqlite3").write_bytes(b"something else" * 100)

        one = start()

        assert one.process.wait(SECONDS) == 1
        assert "cannot be opened and written (file is not a database)" in one.said
        assert one.said.count("\n") == 1

    def test_an_address_of_another_machine(self, start):
        one = start(BIND="192.0.2.1")

        assert one.process.wait(SECONDS) == 1
        assert one.said == "BIND should be an address of this machine, such as 127.0.0.1, not '192.0.2.1'.\n"

    def test_an_unsafe_production(self, start):
        one = start(PUBLIC_URL="https://recovery.example.org", DEMO="1", SECRET_KEY="s3cret" * 10)

        assert one.process.wait(SECONDS) == 1
        assert "set DEMO=0." in one.said
        assert "Traceback" not in one.said


@pytest.fixture
def broken_copy(tmp_path) -> Path:
    """Return a copy of the program in which one clinical table names a load that does not exist."""
    copy, here = tmp_path / "copy", Path(settings.BASE_DIR)
    for part in ("accounts", "config", "recovery", "reminders", "static", "templates"):
        shutil.copytree(here / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(here / "manage.py", copy)
    case = yaml.safe_load((here / "tests/recovery/protocols/broken.yaml").read_text(encoding="utf-8"))[0]
    table = copy / "recovery/protocols" / protocols.CURRENT / case["file"]
    table.write_text(table.read_text(encoding="utf-8").replace(case["old"], case["new"]), encoding="utf-8")
    return copy


class TestBrokenClinicalTables:
    words = (
        f"The clinical tables {protocols.CURRENT} cannot be used: "
        "protocols.yaml: row distal-radius.cast: load code 'U9' is not in load_codes.yaml."
    )

    def test_stop_the_start_with_one_sentence(self, start, broken_copy):
        class OfCopy(Start):
            folder = broken_copy

        one = start(OfCopy)

        assert one.process.wait(SECONDS) == 1
        assert one.said == f"{self.words}\n"
        assert not (one.var / "bonestep.sqlite3").exists()

    def test_are_found_by_the_check(self, start, broken_copy):
        class CheckOfCopy(Start):
            command = (sys.executable, "manage.py", "check")
            folder = broken_copy

        one = start(CheckOfCopy)

        assert one.process.wait(SECONDS) == 1
        assert f"(bonestep.E007) {self.words}" in one.said
        assert "Traceback" not in one.said


class TestPreparing:
    def test_ends_with_one_sentence_when_the_disk_is_full_meanwhile(self):
        with pytest.raises(CannotStart, match=r"\(database or disk is full\)"), up.usable_database():
            raise OperationalError("database or disk is full")

    def test_shows_a_fault_of_ours_as_it_is(self):
        with pytest.raises(IntegrityError), up.usable_database():
            raise IntegrityError


class TestTheListOfDemoPeople:
    def test_is_that_of_the_demo_data(self):
        loaded = {person.email for person in (*STAFF, *STORIES) if person.email}

        assert {email for email, _who in up.DEMO_PEOPLE} == loaded


def test_the_folder_is_closed_to_other_users(tmp_path):
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)

    with up.own_folder(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
