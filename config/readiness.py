"""Whether this installation does its work: database, broker, beat and the oldest unsent reminder."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import Error, connection

from accounts import clock
from reminders import queries
from reminders.models import Tick

BEAT_LIMIT = timedelta(seconds=120)
UNSENT_LIMIT = timedelta(minutes=10)
BROKER_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One part's state. ``detail`` is for operators and names no person."""

    name: str
    is_good: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    parts: tuple[Part, ...]

    @property
    def is_ready(self) -> bool:
        """Say whether every part is good."""
        return all(part.is_good for part in self.parts)

    def as_dict(self) -> dict[str, Any]:
        """Return what /readyz shows."""
        parts = {part.name: {"ok": part.is_good, "detail": part.detail} for part in self.parts}
        return {"ready": self.is_ready, "parts": parts}


def report() -> Report:
    """Return the state of every part; broken ones answer within a few seconds."""
    broker = _broker()
    try:
        now = clock.database_now()
    except Error as problem:
        lost = Part("database", False, type(problem).__name__)
        unknown = [Part(name, False, "unknown without the database") for name in ("beat", "reminders")]
        return Report((lost, broker, *unknown))
    return Report(
        (
            _part("database", _ask_database),
            broker,
            _part("beat", _beat, now),
            _part("reminders", _unsent, now),
        )
    )


def _part(name: str, ask: Callable[..., tuple[bool, str]], *args: Any) -> Part:
    try:
        return Part(name, *ask(*args))
    except Error as problem:
        return Part(name, False, type(problem).__name__)


def _ask_database() -> tuple[bool, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, connection.vendor


def _broker() -> Part:
    try:
        return Part("broker", True, ping(settings.BROKER_URL, settings.BROKER_DIR))
    except (redis.RedisError, OSError, ValueError) as problem:
        return Part("broker", False, type(problem).__name__)


def ping(url: str, folder: Path) -> str:
    """Return the broker's kind once it has answered within two seconds.

    Raises redis.RedisError, OSError or ValueError (an address that is none).
    """
    if url.startswith("filesystem"):
        next(folder.iterdir(), None)
        return "filesystem"
    limits = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": BROKER_SECONDS}
    with redis.Redis.from_url(url.replace("redis+socket://", "unix://", 1), **limits) as client:
        client.ping()
    return "redis"


def _beat(now: datetime) -> tuple[bool, str]:
    tick = Tick.objects.filter(name="send_due").first()
    if tick is None:
        return False, "has not run yet"
    age = now - tick.at
    return age <= BEAT_LIMIT, f"last ran {age.total_seconds():.0f} s ago"


def _unsent(now: datetime) -> tuple[bool, str]:
    oldest = queries.oldest_unsent(now)
    if oldest is None:
        return True, "none is waiting"
    age = now - oldest
    return age <= UNSENT_LIMIT, f"the oldest has waited {age.total_seconds():.0f} s"
