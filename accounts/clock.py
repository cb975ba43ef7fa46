"""The only place that reads a clock.

Edges (views, API, tasks, commands) call these once and pass ``now`` or ``today`` down. Tests and the demo
shift every clock of every process by one offset, kept in a file, which a production setup refuses
(``settings.CLOCK_OFFSET_FILE`` is then ``None``).
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone


def offset() -> timedelta:
    """Return how far the clocks are shifted; zero in production."""
    file: Path | None = settings.CLOCK_OFFSET_FILE
    if file is None or not file.exists():
        return timedelta()
    return timedelta(seconds=float(file.read_text() or 0))


def now() -> datetime:
    """Return this instant in UTC by the process's clock, for pages and API calls."""
    return timezone.now() + offset()


def database_now() -> datetime:
    """Return this instant in UTC by the database's clock: the one clock of the reminder engine.

    On SQLite the database has no clock of its own, so the process's is used.
    """
    if connection.vendor != "postgresql":
        return now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        instant: datetime = cursor.fetchone()[0]
    return instant + offset()


def local_day(instant: datetime, zone: str) -> date:
    """Return the calendar date of ``instant`` in the IANA zone ``zone``."""
    return instant.astimezone(ZoneInfo(zone)).date()
