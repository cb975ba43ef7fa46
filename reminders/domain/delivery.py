"""The name of a message and the waits between its attempts."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from reminders.domain.facts import QUIET_UNTIL

MOST_ATTEMPTS = 12
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 900
LONGEST_OUTAGE_WAIT_SECONDS = 20


def back_off(attempts: int, *, jitter: float, is_outage: bool = False) -> timedelta:
    """Return how long to wait after so many attempts; ``jitter`` between 0 and 1 spreads them by a quarter.

    While the whole server is away the wait stays short: one connection finds out whether it is back.
    """
    longest = LONGEST_OUTAGE_WAIT_SECONDS if is_outage else LONGEST_WAIT_SECONDS
    seconds = min(FIRST_WAIT_SECONDS * 2 ** max(attempts - 1, 0), longest)
    return timedelta(seconds=seconds * (0.75 + 0.5 * jitter))


def key_of(
    *, recipient: object, recovery: object, kind: str, subject: str, local_on: date, slot: str, channel: str
) -> str:
    """Return the text that names one occurrence, as the database's unique key does."""
    return "|".join(map(str, (recipient, recovery, kind, subject, local_on.isoformat(), slot, channel)))


def message_id(planned: Iterable[tuple[str, datetime]], domain: str) -> str:
    """Return a Message-ID made of the occurrences' keys and instants: the same on every attempt.

    A reminder that was given back to the plan has a later instant, and so another Message-ID.
    """
    text = "\n".join(sorted(f"{key} {at.isoformat()}" for key, at in planned))
    return f"<{hashlib.sha256(text.encode()).hexdigest()[:40]}@{domain}>"


def may_enter_quiet(kind: str, wall_time: time) -> bool:
    """Say whether a reminder goes out in quiet hours: a medicine that the patient wants before 08:00."""
    return kind == "medicine" and wall_time < QUIET_UNTIL
