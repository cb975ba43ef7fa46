"""What all senders did since the installation began, for /metrics: added up once a run, not once a mail."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from reminders.domain import lateness
from reminders.models import Figure, Reminder

if TYPE_CHECKING:
    from reminders.services.deliver import Tally

COUNTED = ("sent", "retried", "failed", "suppressed", "dropped", "expired")


def seconds_late(reminders: Iterable[Reminder], *, now: datetime) -> float:
    """Return how long after the last of these fell due their message went out; 0 if one joined it early."""
    return max((now - max(row.due_at for row in reminders)).total_seconds(), 0)


def add(tally: "Tally") -> None:
    """Add what one run did to the figures of all senders."""
    amounts = Counter({name: getattr(tally, name) for name in COUNTED})
    amounts.update(Figure.late_name(lateness.bucket_of(seconds)) for seconds in tally.late_seconds)
    amounts[Figure.LATE_MILLISECONDS] = round(sum(tally.late_seconds) * 1000)
    names = sorted(name for name, amount in amounts.items() if amount)
    if names:
        _add([(name, amounts[name]) for name in names])


@transaction.atomic
def _add(amounts: Sequence[tuple[str, int]]) -> None:
    """Add amounts to rows in the order of their names, so that two senders never wait for each other."""
    Figure.objects.bulk_create([Figure(name=name) for name, _amount in amounts], ignore_conflicts=True)
    for name, amount in amounts:
        Figure.objects.filter(name=name).update(value=F("value") + amount)
