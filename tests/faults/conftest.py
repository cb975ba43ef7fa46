"""A hurt installation for each test, on the database that the whole run uses."""

import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
import pytest

from tests.faults.cluster import Cluster, find
from tests.faults.sink import Sink
from tests.faults.site import Redis, Site
from tests.journeys.parts import until

ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
MAILS = int(os.environ.get("FAULT_MAILS", "300"))
HOLD_SECONDS = float(os.environ.get("FAULT_SECONDS", "5"))
"""How long a fault that lasts is held."""
SEED = int(os.environ.get("FAULT_SEED", "20261125"))
LEASE_SECONDS, SPARE_SECONDS = 60, 30
CONNECTIONS, SENDERS = 12, 2
REPORT = os.environ.get("FAULT_REPORT", "")


@dataclass(frozen=True)
class Outcome:
    """What became of the mails that were due: sent once, twice (all of one name), never; and how late."""

    fault: str
    due: int
    once: int
    twice: int
    never: int
    seconds: float


class Ground:
    """A site with mails due, and the books of what became of them."""

    def __init__(self, site: Site, sink: Sink, cluster: Cluster | None, fault: str) -> None:
        self.site, self.sink, self.cluster, self.fault = site, sink, cluster, fault
        self.chance = random.Random(f"{SEED} {fault}")
        self.ended_at = time.monotonic()

    def some_mail(self) -> int:
        """Return a moment in the middle of the sending, as a number of mails."""
        return self.chance.randint(MAILS // 10, MAILS * 7 // 10)

    def queue(self) -> None:
        """Have mails due now."""
        self.site.manage("bench_reminders", "enqueue", "--n", str(MAILS))

    def wait_for(self, number: int) -> None:
        """Wait until so many mails have been taken."""
        event = self.sink.at_mail(number)
        if self.sink.times.total() < number:
            assert event.wait(60), f"{self.sink.times.total()} of {number}: {self.site.output()[-3000:]}"

    def is_over(self) -> None:
        """Note that the fault has ended."""
        self.ended_at = time.monotonic()

    def outcome(self) -> Outcome:
        """Wait until nothing is left to send, and count. What is late by more than it may be fails."""
        until(
            lambda: self.site.waiting() == 0,
            what=lambda: f"{self.site.waiting()} wait; {self.site.output()[-4000:]}",
            seconds=LEASE_SECONDS + SPARE_SECONDS - (time.monotonic() - self.ended_at),
        )
        counts = [self.sink.times[f"p{number}@example.org"] for number in range(MAILS)]
        found = Outcome(
            self.fault,
            due=MAILS,
            once=counts.count(1),
            twice=sum(count > 1 for count in counts),
            never=counts.count(0),
            seconds=round(time.monotonic() - self.ended_at, 1),
        )
        assert all(len(names) == 1 for names in self.sink.ids.values()), "a mail came twice under two names"
        if REPORT:
            with Path(REPORT).open("a") as file:
                file.write(
                    json.dumps({"database": self.site.env["DATABASE_URL"][:10], **asdict(found)}) + "\n"
                )
        return found


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster | None]:
    """Run a PostgreSQL server of our own where the tests are run on PostgreSQL."""
    if not ON_POSTGRESQL:
        yield None
        return
    assert find("initdb"), "the server's programs are missing: install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="fault", dir="/tmp"))
    made = Cluster(folder)
    try:
        made.make()
        made.start()
        yield made
        made.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(cluster: Cluster | None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make an empty database once, for every test to copy; return its name or its file."""
    folder = tmp_path_factory.mktemp("template")
    sink = Sink()
    sink.port = 9
    url = ""
    if cluster:
        _do(cluster, "CREATE DATABASE blank")
        url = cluster.url("blank")
    site = Site(folder, sink, database_url=url, redis=None)
    site.manage("migrate", "-v", "0")
    site.close()
    return "blank" if cluster else str(folder / "bonestep.sqlite3")


@pytest.fixture
def ground(
    request: pytest.FixtureRequest, cluster: Cluster | None, template: str, tmp_path: Path
) -> Iterator[Ground]:
    """Return an installation of which nothing runs yet but the mail server and the broker."""
    sink = Sink()
    sink.start()
    url, redis = "", None
    if cluster:
        name = f"fault{len(list(tmp_path.parent.iterdir()))}_{time.monotonic_ns()}"
        _do(cluster, f"CREATE DATABASE {name} TEMPLATE {template}")
        url, redis = cluster.url(name), Redis(tmp_path)
        redis.start()
    else:
        shutil.copyfile(template, tmp_path / "bonestep.sqlite3")
    site = Site(tmp_path, sink, database_url=url, redis=redis)
    try:
        yield Ground(site, sink, cluster, request.node.name.removeprefix("test_"))
    finally:
        site.close()
        sink.stop()


def _do(cluster: Cluster, statement: str) -> None:
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
        server.execute(statement)  # type: ignore[call-overload]
