"""Start everything with one command, and stop everything again."""

import contextlib
import errno
import fcntl
import hashlib
import io
import os
import signal
import socket
import stat
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core import checks
from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.utils import Error

from config import celery, faults, processes
from config.processes import CannotStart, ChildDied, Children
from recovery.management.people import PASSWORD

PRIVATE = 0o077
"""The umask: records of health are for this installation's own user and nobody else on the machine."""
START_SECONDS = 120
WEB_THREADS = 4
WORKERS = 2
UNUSED_STATIC = (
    "rest_framework",
    "jquery.js",
    "xregexp.js",
    "select2.full.js",
    "htm*-4*.js",
    "htmx-2.js",
    "ext",
)
"""What packages bring and no page asks for: compressing it would double the first start."""
DEMO_PEOPLE = (
    ("pat@demo.example", "patient, week 3 of a plated left wrist"),
    ("otto@demo.example", "patient, cast on an ankle"),
    ("vera@demo.example", "patient after balloon kyphoplasty"),
    ("thea@demo.example", "physiotherapist of Pat and Vera"),
    ("olga@demo.example", "physiotherapist of Otto"),
    ("max@demo.example", "surgeon of Pat"),
    ("cleo@demo.example", "clinic manager"),
)


class Command(BaseCommand):
    help = "Start the web server, the worker, beat and a broker. Ctrl-C stops them all."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal (exit status 0), or until something stands in the way (1, with a sentence)."""
        os.umask(PRIVATE)
        self.lock = threading.Lock()
        self.children = Children(self.say)
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, _leave)
        try:
            with _own_terminal(), contextlib.ExitStack() as lent:
                lent.callback(self._stop)
                self._run(lent)
        except (CannotStart, ChildDied) as problem:
            self.stderr.write(str(problem))
            sys.exit(1)

    def say(self, line: str) -> None:
        """Write one whole line: several threads speak at once."""
        with self.lock, contextlib.suppress(BrokenPipeError):
            self.stdout.write(line)
            self.stdout.flush()

    def _run(self, lent: contextlib.ExitStack) -> None:
        check_settings()
        check_port(settings.BIND, settings.PORT)
        if settings.REDIS_URL:
            processes.check_redis(settings.REDIS_URL)
        lent.enter_context(own_folder(settings.VAR_DIR))
        processes.check_database()
        self.say(f"Preparing {settings.PRODUCT_NAME}.")
        with usable_database():
            call_command("migrate", interactive=False, verbosity=0)
        if connection.vendor == "sqlite":
            close_to_others(Path(connection.settings_dict["NAME"]))
        self.env = {**os.environ, "PYTHONUNBUFFERED": "1", "HASHED_STATIC": "1"}
        self._collect_static()
        self._start_broker(lent)
        if settings.DEMO:
            with usable_database():
                call_command("load_demo", "--once", stdout=io.StringIO())
        self._start_processes()
        self._welcome()
        self._watch()

    def _collect_static(self) -> None:
        """Collect and hash the static files, unless they are those of the last start."""
        mark, now = settings.STATIC_ROOT / ".collected", static_fingerprint()
        if mark.exists() and mark.read_text() == now:
            return
        unused = [f"--ignore={pattern}" for pattern in UNUSED_STATIC]
        self._python("manage.py", "collectstatic", "--noinput", "--verbosity=0", *unused)
        mark.write_text(now)

    def _python(self, *args: str) -> None:
        child = self.children.start("setup", self._command(*args), env=self.env)
        if child.process.wait():
            self.children.started.remove(child)
            raise CannotStart(f"{args[1]} failed: its lines above say why.")
        self.children.drop(child)

    def _command(self, *args: str) -> list[str]:
        return [sys.executable, *args]

    def _start_broker(self, lent: contextlib.ExitStack) -> None:
        if settings.REDIS_URL:
            self.say("Broker: the Redis of REDIS_URL.")
            return
        folder: Path = settings.BROKER_DIR
        place = lent.enter_context(processes.socket_in(folder))
        lent.callback(self._stop)  # before the socket's folder goes
        for broker in processes.embedded_brokers(folder, place):
            if not broker.command or self._has_started(broker):
                self.say(f"Broker: {broker.label}, private to this start.")
                self.env["EMBEDDED_BROKER_URL"] = broker.url
                celery.use_broker(broker.url, folder)
                return

    def _has_started(self, broker: processes.Broker) -> bool:
        """Start a broker of our own; say so and return False where it does not come up."""
        child = self.children.start("broker", broker.command, env=self.env)
        try:
            self.children.wait_until(
                lambda: processes.answers(broker.url),
                seconds=processes.BROKER_START_SECONDS,
                what=f"{broker.label} did not answer",
            )
        except (CannotStart, ChildDied) as problem:
            self.say(f"{problem} The next kind of broker is tried.")
            self.children.drop(child)
            return False
        return True

    def _start_processes(self) -> None:
        app = self._command("-m", "celery", "--quiet", "-A", "config")
        quiet = ["--without-gossip", "--without-mingle"]
        worker_command = [*app, "worker", "-c", str(WORKERS), *quiet, "-l", settings.LOG_LEVEL]
        worker = self.children.start("worker", worker_command, env=self.env, ready_line=celery.READY_LINE)
        self.children.start("beat", [*app, "beat", "--pidfile=", "-l", settings.LOG_LEVEL], env=self.env)
        self.children.start("web", self._web_command(), env=self.env)
        self.children.wait_until(
            worker.is_ready.is_set, seconds=START_SECONDS, what="The worker was not ready"
        )
        self.children.wait_until(web_answers, seconds=START_SECONDS, what="The web server did not answer")

    def _web_command(self) -> list[str]:
        where = ["--host", settings.BIND, "--port", str(settings.PORT)]
        size = ["--workers", "1", "--blocking-threads", str(WEB_THREADS), "--workers-kill-timeout", "10"]
        granian = self._command("-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning")
        return [*granian, *where, *size, "config.wsgi:application"]

    def _welcome(self) -> None:
        lines = ["", f"{settings.PRODUCT_NAME} is ready: {settings.SITE_URL}/"]
        if settings.DEMO:
            lines += ["", f"Demo people, all with the password {PASSWORD}:"]
            lines += [f"  {email:<20} {who}" for email, who in DEMO_PEOPLE]
        if settings.DEMO and settings.IS_LOOPBACK and not settings.MAIL_SERVER.host:
            lines += ["", f"Mails are kept, not sent: {settings.SITE_URL}/dev/mail/"]
        self.say("\n".join([*lines, "", "Ctrl-C stops everything.", ""]))

    def _watch(self) -> None:
        """Wait for a signal, a dead child, or the end of the make that started this."""
        parent = os.getppid()
        while "MAKELEVEL" not in os.environ or os.getppid() == parent:
            self.children.check()
            threading.Event().wait(0.5)

    def _stop(self) -> None:
        if not self.children.started:
            return
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        self.say("Stopping.")
        self.children.stop()


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """Turn a signal into an orderly end with status 0."""
    raise SystemExit(0)


def check_settings() -> None:
    """Make sure that no system check refuses this setup. Raises CannotStart."""
    found = checks.run_checks(include_deployment_checks=bool(settings.PUBLIC_URL))
    if refused := [str(message.msg) for message in found if message.is_serious()]:
        raise CannotStart("\n".join(refused))


def check_port(host: str, port: int) -> None:
    """Make sure that the address is free and may be used. Raises CannotStart."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise CannotStart(_about_port(host, port, problem)) from problem


def _about_port(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return f"Port {port} is in use: stop what uses it or start with PORT={other}."
    if problem.errno == errno.EACCES:
        return f"PORT={port} is reserved for the system: start with one above 1023, such as PORT=8000."
    return f"BIND should be an address of this machine, such as 127.0.0.1, not {host!r}."


@contextlib.contextmanager
def usable_database() -> Iterator[None]:
    """Say in one sentence that the database stopped working or lets us make no tables. Raises CannotStart."""
    try:
        yield
    except Error as problem:
        if not isinstance(problem, MigrationSchemaMissing) and not faults.behind(problem):
            raise
        raise processes.about_database(problem) from problem


@contextlib.contextmanager
def own_folder(folder: Path) -> Iterator[None]:
    """Hold ``VAR_DIR`` for one installation at a time. Raises CannotStart."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        close_to_others(folder)
        with tempfile.TemporaryFile(dir=folder):
            held = (folder / "up.lock").open("w")
    except OSError as problem:
        reason = f"VAR_DIR ({folder}) cannot be written ({problem.strerror})"
        raise CannotStart(f"{reason}: set VAR_DIR to a folder that can.") from problem
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise CannotStart(
                f"VAR_DIR ({folder}) is in use by another start: stop it, or set VAR_DIR to another folder."
            ) from problem
        yield


def close_to_others(place: Path) -> None:
    """Take all rights of other users away from a file or folder of ours. A shared one stays as it is."""
    about = place.stat()
    if about.st_uid == os.getuid() and not about.st_mode & stat.S_ISVTX:
        place.chmod(stat.S_IMODE(about.st_mode) & ~PRIVATE)


@contextlib.contextmanager
def _own_terminal() -> Iterator[None]:
    """Take Ctrl-C away from a make above us: it would answer 130 for an orderly end."""
    if "MAKELEVEL" not in os.environ or not sys.stdin.isatty() or os.tcgetpgrp(0) != os.getpgrp():
        yield
        return
    before = os.getpgrp()
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # make would not see a stopped child and wait for ever
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(0, before)


def static_fingerprint() -> str:
    """Return a digest of all static files' names, sizes and times."""
    rows: list[tuple[str, int, int]] = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = os.stat(storage.path(path))
            rows.append((path, about.st_size, about.st_mtime_ns))
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()


def web_answers() -> bool:
    """Say whether the web server has answered /healthz."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.BIND, settings.BIND)  # noqa: S104  # nosec
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    opener: Callable[..., Any] = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
    try:
        with opener(f"http://{host}:{settings.PORT}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
