"""Brokers of our own: which there are, and that they start, answer and end."""

import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from config import processes
from config.processes import CannotStart, ChildDied, Children

SECONDS = 20


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def children(lines):
    started = Children(lines.append)
    yield started
    started.stop()


class TestEmbeddedBrokers:
    def test_end_with_the_one_that_always_works(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", "")

        *_others, last = processes.embedded_brokers(tmp_path, tmp_path / "redis.sock")

        assert last.url == "filesystem://localhost"
        assert last.command == ()

    def test_open_no_port_and_keep_their_queue(self, tmp_path):
        for broker in processes.embedded_brokers(tmp_path, tmp_path / "redis.sock"):
            if broker.command:
                options = dict(zip(broker.command[1::2], broker.command[2::2], strict=True))
                assert options["--port"] == "0"
                assert options["--unixsocketperm"] == "700"
                assert options["--appendonly"] == "yes"

    def test_each_answers_until_it_is_stopped(self, tmp_path, children):
        for number, broker in enumerate(processes.embedded_brokers(tmp_path, tmp_path / "redis.sock")):
            if not broker.command:
                continue
            folder = tmp_path / str(number)
            with processes.socket_in(folder) as place:
                here = [part.replace(str(tmp_path / "redis.sock"), str(place)) for part in broker.command]
                here = [str(folder) if part == str(tmp_path) else part for part in here]
                url = f"redis+socket://{place}"
                child = children.start(broker.label, here, env={})
                children.wait_until(lambda url=url: processes.answers(url), seconds=SECONDS, what="no answer")

                children.drop(child)

                assert not processes.answers(url)


class TestTheSocketsPlace:
    def test_is_private(self, tmp_path):
        with processes.socket_in(tmp_path / "broker") as place:
            assert place.parent.stat().st_mode & 0o077 == 0

    def test_stays_short_where_the_folder_is_long(self, tmp_path):
        long = tmp_path / ("a" * 60) / ("b" * 60)

        with processes.socket_in(long) as place:
            assert len(str(place)) <= 100
            assert place.parent.stat().st_mode & 0o077 == 0
            lent = place.parent

        assert not lent.exists()


class TestCheckRedis:
    def test_names_the_variable_and_hides_the_password(self):
        with pytest.raises(CannotStart, match=r"^REDIS_URL .*localhost:1 .*\.$") as refusal:
            processes.check_redis("redis://:hidden@localhost:1/0")

        assert "hidden" not in str(refusal.value)


class TestAChild:
    def test_has_its_lines_passed_on_with_its_name(self, children, lines):
        child = children.start("hello", [sys.executable, "-c", "print('a line')"], env={})

        child.process.wait(SECONDS)
        children.drop(child)

        assert lines == ["hello  | a line"]

    def test_is_missed_when_it_ends_by_itself(self, children):
        child = children.start("brief", [sys.executable, "-c", "raise SystemExit(3)"], env={})

        child.process.wait(SECONDS)

        with pytest.raises(ChildDied, match="brief ended by itself with status 3"):
            children.check()

    def test_takes_its_own_children_with_it(self, children, tmp_path):
        program = (
            "import subprocess, sys, time\n"
            "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
            "print('both run', flush=True); time.sleep(600)"
        )
        child = children.start("parent", [sys.executable, "-c", program], env={}, ready_line="both run")
        assert child.is_ready.wait(SECONDS)
        session = child.process.pid

        children.stop()

        deadline = time.monotonic() + SECONDS
        while _members_of(session) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not _members_of(session)

    def test_that_cannot_be_found_is_named(self, children):
        with pytest.raises(CannotStart, match="ghost could not be started"):
            children.start("ghost", ["/nowhere/ghost"], env={})


def _members_of(session: int) -> list[Path]:
    """Return the processes of a session that still run (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, _group, its_session, *_rest = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(its_session) == session and state != "Z":
            found.append(stat)
    return found


@pytest.mark.django_db(transaction=True)
class TestTheDatabase:
    def test_is_fine_when_it_answers_and_takes_writes(self):
        processes.check_database()

    @pytest.mark.skipif(
        connection.vendor != "postgresql", reason="needs PostgreSQL: SQLite's is in test_up.py"
    )
    def test_stops_the_start_when_it_takes_no_writes(self):
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            with pytest.raises(CannotStart, match=r"cannot be used \(it is read-only\): .*DATABASE_URL"):
                processes.check_database()
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
