"""Typed readers of the environment. A wrong value stops the start with one sentence that names it."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, default: str = "") -> str:
    """Return the variable, stripped; an empty one counts as unset."""
    return os.environ.get(name, "").strip() or default


def is_given(name: str) -> bool:
    """Say whether the variable has a value."""
    return bool(env_str(name))


def env_bool(name: str, default: bool) -> bool:
    """Return a yes/no variable: 1, true, yes, on or 0, false, no, off."""
    value = env_str(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} should be 1 or 0, not {value!r}.")


def env_int(name: str, default: int, *, least: int, most: int) -> int:
    """Return a whole number between ``least`` and ``most``, both included."""
    value = env_str(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} should be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """Return one of a few words, in upper case."""
    value = env_str(name, default).upper()
    if value not in choices:
        raise ImproperlyConfigured(
            f"{name} should be {', '.join(choices[:-1])} or {choices[-1]}, not {value!r}."
        )
    return value


def env_origin(name: str) -> str:
    """Return an address like ``https://recovery.example.org`` without a path, or nothing."""
    value = env_str(name).rstrip("/")
    url = _split(value, f"{name} should look like https://recovery.example.org, without a path.")
    if value and (
        url.scheme not in {"http", "https"} or not url.hostname or url.path or url.query or url.username
    ):
        raise ImproperlyConfigured(f"{name} should look like https://recovery.example.org, without a path.")
    return value


def env_redis(name: str) -> str:
    """Return a Redis address Celery can use, or nothing."""
    value = env_str(name)
    problem = f"{name} should look like redis://host:6379/0, rediss://host:6379/0 or redis+socket:///path."
    url = _split(value, problem)
    at_host = url.scheme in {"redis", "rediss"} and url.hostname
    at_path = url.scheme == "redis+socket" and url.path.strip("/")
    if value and not at_host and not at_path:
        raise ImproperlyConfigured(problem)
    return value


def _split(value: str, problem: str) -> SplitResult:
    """Take a URL apart, its port checked too."""
    try:
        url = urlsplit(value)
        url.port  # noqa: B018  # a wrong port is found when it is read
    except ValueError as wrong:
        raise ImproperlyConfigured(problem) from wrong
    return url


def env_mailbox(name: str, default: str = "") -> str:
    """Return a sender such as ``Riverside <recovery@example.org>``, or nothing."""
    value = env_str(name, default)
    found, *more = getaddresses([value]) or [("", "")]
    local, at, domain = found[1].rpartition("@")
    if value and (more or not (local and at and domain) or not value.isprintable() or " " in found[1]):
        example = '"Riverside, Ltd" <recovery@example.org>'
        raise ImproperlyConfigured(f"{name} should look like recovery@example.org or {example}.")
    return value


def env_zone(name: str, default: str) -> str:
    """Return an IANA time zone name."""
    value = env_str(name, default)
    if value not in available_timezones():
        raise ImproperlyConfigured(f"{name} should be a time zone such as Europe/Madrid, not {value!r}.")
    return value


def env_secret(name: str, keep_in: Path | None = None) -> str:
    """Return a secret: the variable, or what the file that ``<name>_FILE`` names holds.

    Without either, one is made once and kept in ``keep_in``; where that is not given, there is none.
    """
    if value := env_str(name):
        return value
    if file := env_str(f"{name}_FILE"):
        return _secret_in(Path(file), f"{name}_FILE")
    if keep_in is None:
        return ""
    try:
        return _kept_secret(keep_in)
    except OSError as problem:
        reason = f"VAR_DIR ({keep_in.parent}) cannot be written ({problem.strerror})"
        raise ImproperlyConfigured(f"{reason}: set VAR_DIR to a folder that can.") from problem


MAIL_PROVIDERS = ("brevo", "mailgun", "mailjet", "postmark", "sparkpost")
"""Those whose reports can be told from forged ones without further packages."""
SHORTEST_SECRET = 16


def env_provider(name: str) -> str:
    """Return the name of a mail provider, in small letters, or nothing."""
    value = env_str(name).lower()
    if value and value not in MAIL_PROVIDERS:
        words = f"{', '.join(MAIL_PROVIDERS[:-1])} or {MAIL_PROVIDERS[-1]}"
        raise ImproperlyConfigured(f"{name} should be {words}, not {value!r}.")
    return value


def env_webhook_secret(name: str, *, provider: str) -> str:
    """Return what a mail provider's reports are known by, from the variable or its file; never made here.

    Mailgun signs with a key. The others send a user and a password, written ``user:password``.
    """
    value = env_str(name)
    if not value and (file := env_str(f"{name}_FILE")):
        value = _secret_in(Path(file), f"{name}_FILE")
    if bool(value) != bool(provider):
        raise ImproperlyConfigured(f"{name} should be set together with MAIL_PROVIDER, or neither.")
    if value and (len(value) < SHORTEST_SECRET or not (value.isascii() and value.isprintable())):
        raise ImproperlyConfigured(f"{name} should have {SHORTEST_SECRET} plain characters or more.")
    if value and provider != "mailgun" and not all(value.partition(":")):
        raise ImproperlyConfigured(f"{name} should look like user:password for this provider.")
    return value


def _secret_in(file: Path, name: str) -> str:
    try:
        value = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", "not text")
        raise ImproperlyConfigured(
            f"{name} should name a file that can be read, not {file} ({reason})."
        ) from problem
    if not value:
        raise ImproperlyConfigured(f"{name} should name a file with a secret in it; {file} is empty.")
    return value


def _kept_secret(file: Path) -> str:
    """Return what ``file`` keeps; make it first if it is not there. Two processes may start at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text().strip()


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails go. ``host`` empty: they are kept on disk and shown at /dev/mail/."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    security: str = "plain"
    """``plain``, ``starttls`` or ``tls``."""


_MAIL_SCHEMES = {"smtp": ("plain", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}


def env_mail(name: str) -> MailServer:
    """Return the mail server of a URL like ``smtp+starttls://user:password@host:587``."""
    value = env_str(name)
    if not value:
        return MailServer()
    problem = (
        f"{name} should look like smtp://host:25, smtp+starttls://user:password@host:587 or smtps://host:465."
    )
    url = _split(value, problem)
    if url.scheme not in _MAIL_SCHEMES or not url.hostname:
        raise ImproperlyConfigured(problem)
    security, usual_port = _MAIL_SCHEMES[url.scheme]
    user, password = unquote(url.username or ""), unquote(url.password or "")
    return MailServer(url.hostname, url.port or usual_port, user, password, security)


_PATIENCE = {"timeout": 5, "reconnect_timeout": 5}
"""Seconds for which a page waits for PostgreSQL; by the second each page tries anew: the pool slows down."""


def env_database(name: str, sqlite_file: Path) -> dict[str, object]:
    """Return Django's settings for ``postgresql://user:password@host:port/name`` or ``sqlite:///path``."""
    value = env_str(name, f"sqlite:///{sqlite_file}")
    problem = f"{name} should look like postgresql://user:password@host:5432/name or sqlite:///path/to/file."
    url = _split(value, problem)
    if url.scheme == "sqlite":
        path = unquote(url.path)[1:] if url.path.startswith("//") else unquote(url.path)
        if not path.strip("/"):
            raise ImproperlyConfigured(problem)
        return _sqlite(Path(path))
    if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
        raise ImproperlyConfigured(problem)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": "-c statement_timeout=30000",
            "pool": {"min_size": 1, "max_size": 8, **_PATIENCE},
        },
    }


def _sqlite(path: Path) -> dict[str, object]:
    pragmas = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": 60,  # config/database.py closes one whose file was replaced
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }
