"""The reminder engine beside its limit, in one run: what a mail costs, and what does not grow with the rows.

``python -m benchmarks.engine`` on PostgreSQL (``DATABASE_URL``; it makes a database of its own beside that
one) with postfix's ``smtp-sink``. ``--rows`` says up to how many rows, ``--rounds`` how often each part is
timed.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from django.db import connection, transaction

from benchmarks import sinks, tables

MAILS = 2000
SLOW_MAILS = 1000
DUE_AMONG = 500
CHUNK = 24
REPLY_SECONDS = 0.02
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)


def main() -> None:
    """Make a database, run every part, print a line for each figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000, help="up to how many future reminders")
    parser.add_argument("--rounds", type=int, default=5, help="how often limit and engine are timed")
    parser.add_argument("--parts", default="speed,slow,find,change", help="which parts to run")
    options = parser.parse_args()
    parts = set(options.parts.split(","))
    print(f"{platform.machine()}, {os.cpu_count()} cores, {platform.python_version()}, {connection.vendor}")
    old = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        if connection.vendor != "postgresql":
            print("The speed of sending is measured on PostgreSQL: set DATABASE_URL.")
            parts -= {"speed", "slow"}
        if "speed" in parts:
            speed(options.rounds)
        if "slow" in parts:
            slow_replies()
        if "find" in parts:
            find_and_claim(options.rows)
        if "change" in parts:
            change_of_one(options.rows)
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


def run(port: int, *command: str) -> subprocess.Popen:
    """Start one of our commands on the bench's database and a mail server."""
    made = connection.settings_dict
    url = (
        f"postgresql://{made['USER']}:{made['PASSWORD']}@{made['HOST']}:{made['PORT'] or 5432}/{made['NAME']}"
    )
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "ERROR",
    }
    return subprocess.Popen([sys.executable, *command], env=env, stdout=subprocess.PIPE, text=True)


def result(process: subprocess.Popen) -> dict[str, float]:
    """Return what a command printed, as its last line of JSON."""
    out, _nothing = process.communicate(timeout=600)
    assert process.returncode == 0, out
    return dict(json.loads(out.splitlines()[-1]))


def sender(port: int, mails: int, *, senders: int = 1) -> dict[str, float]:
    """Queue mails, have them sent by so many senders, and return how many, how long, and their CPU time."""
    result(run(port, "manage.py", "bench_reminders", "enqueue", "--n", str(mails)))
    # Each sender times its own work: starting a process says nothing about the engine.
    done = [result(one) for one in [run(port, "manage.py", "bench_reminders", "run") for _ in range(senders)]]
    assert sum(one["sent"] for one in done) == mails, done
    return {
        "seconds": max(one["seconds"] for one in done),
        "cpu_seconds": sum(one["cpu_seconds"] for one in done),
    }


def speed(rounds: int) -> None:
    """Time the limit and the engine in turn, then one sender and two."""
    port = sinks.free_port()
    with sinks.listening(sinks.fast_command(port), port):
        limits, engines, twos = [], [], []
        for _round in range(rounds):
            result(run(port, "manage.py", "bench_reminders", "enqueue", "--n", str(MAILS)))
            limits.append(result(run(port, "-m", "benchmarks.limit")))
            result(run(port, "manage.py", "bench_reminders", "run"))
            engines.append(sender(port, MAILS))
            twos.append(sender(port, MAILS, senders=2))
    limit, engine = _median(limits, "cpu_seconds"), _median(engines, "cpu_seconds")
    print(
        f"limit: {_per_mail(limit)} CPU a mail of {limits[0]['bytes']:.0f} bytes, no database, one connection"
    )
    print(f"engine: {_per_mail(engine)} CPU a mail, {MAILS / _median(engines, 'seconds'):.0f} mails/s")
    print(f"engine's share of the limit: {limit / engine:.2f} (goal 0.80)")
    one, two = _median(engines, "seconds"), _median(twos, "seconds")
    print(f"two senders: {two / one:.2f} of one's time with a server that answers at once")


def slow_replies() -> None:
    """Time one sender and two where every reply takes 20 ms."""
    port = sinks.free_port()
    with sinks.listening(sinks.slow_command(port, REPLY_SECONDS), port):
        one = sender(port, SLOW_MAILS)
        two = sender(port, SLOW_MAILS, senders=2)
    print(f"replies of 20 ms: {SLOW_MAILS / one['seconds']:.0f} mails/s from one process (goal 200)")
    print(f"two senders: {two['seconds'] / one['seconds']:.2f} of one's time (goal 0.60)")


def find_and_claim(most: int) -> None:
    """Time finding 500 due reminders, and claiming some, among more and more that are not due."""
    from accounts import clock
    from reminders.management import bench
    from reminders.services import claim

    now = clock.database_now()
    bench.enqueue(DUE_AMONG, now=now)
    at = connection.ops.adapt_datetimefield_value(now)
    have = 0
    for size in (one for one in SIZES if one <= most):
        tables.add_future_reminders(have + 1, size)
        tables.analyze()
        have = size
        assert len(_due(at)) == DUE_AMONG
        found = _timed(lambda: _due(at))
        first = _timed(lambda: claim._ids(claim.FIRST_DUE + claim._locking("r"), at, "email", CHUNK))
        print(
            f"{size:>10,} future rows: {DUE_AMONG} due found in {found:.2f} ms, the first {CHUNK} people "
            f"locked in {first:.2f} ms, claimed with their messages in {_timed(_claim(now)):.2f} ms"
        )


def _due(at: object) -> list:
    """Find what is due, as the sender selects it: by the partial index, the oldest first."""
    statement = """SELECT id FROM reminders_reminder
        WHERE state = 'scheduled' AND due_at <= %s ORDER BY due_at, id LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [at, DUE_AMONG])
        return list(cursor.fetchall())


def _claim(now: object) -> Callable[[], None]:
    from reminders.services.claim import claim

    def once() -> None:
        assert len(claim(now=now, chunk=CHUNK, channel="email").messages) == CHUNK
        transaction.set_rollback(True)

    return once


def change_of_one(most: int) -> None:
    """Time what one patient's change costs, among more and more recoveries."""
    from accounts import clock
    from accounts.models import Clinic
    from recovery.models import Recovery
    from reminders.services.sync import sync_changed

    now = clock.database_now()
    clinic = Clinic.objects.create(name="Many", content_version="2026-11")
    have = 0
    for size in (1000, *(one for one in SIZES if one <= min(most, 1_000_000))):
        tables.add_recoveries(have + 1, size, clinic_id=clinic.pk)
        tables.analyze()
        have = size
        one = Recovery.objects.filter(patient__clinic=clinic).order_by("-pk")[0]

        def change(pk: int = one.pk) -> None:
            Recovery.objects.filter(pk=pk).update(revision=5)
            assert sync_changed(now=now) == 1

        took = _timed(change, times=20)
        print(f"{size:>10,} patients: a change of one is found and laid out in {took:.1f} ms")


def _timed(act: Callable[[], object], *, times: int = 50) -> float:
    """Return the median time of an act in ms, each in a transaction that is rolled back."""
    figures = []
    for _number in range(times):
        with transaction.atomic():
            started = time.perf_counter()
            act()
            figures.append((time.perf_counter() - started) * 1000)
            transaction.set_rollback(True)
    return statistics.median(figures)


def _median(figures: list[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in figures)


def _per_mail(cpu_seconds: float) -> str:
    return f"{cpu_seconds / MAILS * 1000:.2f} ms"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with ExitStack() as stack:
        if "VAR_DIR" not in os.environ:
            os.environ["VAR_DIR"] = stack.enter_context(tempfile.TemporaryDirectory())
            Path(os.environ["VAR_DIR"]).chmod(0o700)
        import django

        django.setup()
        main()
