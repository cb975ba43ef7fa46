"""The engine in numbers, for whoever watches it. They say how much and how long, never who."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reminders.models import Figure, Message, Reminder, Suppression, Tick
from reminders.queries.work import oldest_unsent

MOST_COUNTED = 100_000
"""Where counting ends: a queue of that length needs no exact number."""


@dataclass(frozen=True, slots=True)
class Figures:
    """``counts`` only grow. The others are as of now; counts of rows end at ``MOST_COUNTED``."""

    counts: Mapping[str, int]
    due: int
    oldest_unsent_at: datetime | None
    to_retry: int
    suppressed: int
    ticks: Mapping[str, datetime]


def figures(now: datetime) -> Figures:
    """Return what /metrics tells, in eight queries."""
    to_retry = Message.objects.filter(state=Message.State.RETRY)
    return Figures(
        counts=dict(Figure.objects.values_list("name", "value")),
        due=Reminder.objects.due_by(now)[:MOST_COUNTED].count(),
        oldest_unsent_at=oldest_unsent(now),
        to_retry=to_retry[:MOST_COUNTED].count(),
        suppressed=Suppression.objects.all()[:MOST_COUNTED].count(),
        ticks=dict(Tick.objects.values_list("name", "at")),
    )
