"""What waits to be laid out or sent."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from zoneinfo import TZPATH

from django.db.models import Min

from accounts.models import Patient
from recovery.models import Recovery
from reminders.models import Message, Reminder, Suppression, SyncState

HORIZON_DAYS = 14
RENEW_BELOW_DAYS = 7
"""A recovery is laid out again when fewer days than this are left: once a week, not once a day."""


def horizon_on(now: datetime) -> date:
    """Return the last day up to which every open recovery should be laid out."""
    return now.astimezone(UTC).date() + timedelta(days=RENEW_BELOW_DAYS)


def work_list(*, now: datetime, limit: int) -> list[int]:
    """Return the recoveries whose reminders may be out of date, at most ``limit``, what changed first."""
    outdated = SyncState.objects.outdated(horizon_on=horizon_on(now), zone_rules=zone_rules())
    found: dict[int, None] = {}
    for rows in (SyncState.objects.behind(), outdated):
        if len(found) < limit:
            found |= dict.fromkeys(rows.values_list("recovery_id", flat=True)[: limit - len(found)])
    return list(found)


@lru_cache(maxsize=1)
def zone_rules() -> str:
    """Return the version of the time zone rules that this process computes instants with."""
    for folder in map(Path, TZPATH):
        for name in ("tzdata.zi", "+VERSION"):
            if (folder / name).is_file():
                with (folder / name).open(encoding="utf-8") as file:
                    return f"system {file.readline().removeprefix('# version').strip()}"[:40]
        if (folder / "UTC").is_file():
            return f"system of {(folder / 'UTC').stat().st_mtime:.0f}"
    return f"package {version('tzdata')}"


def recoveries_of(patient_id: int) -> list[int]:
    """Return a patient's open recoveries, by primary key."""
    return list(
        Recovery.objects.open().filter(patient_id=patient_id).order_by("pk").values_list("pk", flat=True)
    )


def oldest_unsent(now: datetime) -> datetime | None:
    """Return since when the reminder that has waited longest should have been in a sender's hands.

    A message that waits for its next try is in order; one whose sender is gone counts from its lease's end.
    """
    due = Reminder.objects.due_by(now).aggregate(first=Min("due_at"))["first"]
    left = Message.objects.filter(state=Message.State.CLAIMED, lease_until__lt=now)
    late = Message.objects.filter(state=Message.State.RETRY, next_try_at__lt=now)
    waiting = [
        due,
        left.aggregate(first=Min("lease_until"))["first"],
        late.aggregate(first=Min("next_try_at"))["first"],
    ]
    return min((instant for instant in waiting if instant is not None), default=None)


def is_anything_unsent(now: datetime) -> bool:
    """Say whether a reminder is due, or a message is in a sender's hands or waits for its next try."""
    under_way = (Message.State.CLAIMED, Message.State.RETRY)
    return Reminder.objects.due_by(now).exists() or Message.objects.filter(state__in=under_way).exists()


def unreachable(patient: Patient) -> Suppression | None:
    """Return why the patient's address is not written to any more, if it is so."""
    address = patient.user.email if patient.user else patient.email
    return Suppression.objects.filter(address=address.lower()).first() if address else None
