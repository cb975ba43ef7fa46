"""Fill the queue with reminders of people who do not exist, and send it with the real sender.

Every row is one that ``sync`` could have made: a patient with an address, an open recovery that is laid out,
a reminder that is due. Only the further header ``X-Key`` tells a bench's mails from others.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from accounts.models import Clinic, Patient
from recovery import protocols
from recovery.models import Recovery
from reminders import queries
from reminders.models import Kind, Reminder, SyncState
from reminders.services.channel import Letter
from reminders.services.deliver import Tally, send_due
from reminders.services.email import EmailChannel

CLINIC = "Bench clinic"
LASTS = timedelta(hours=6)
NOON = 12
MOST = 100_000
WAIT_SECONDS = 0.5
_NUMBER = re.compile(r"p(\d+)@")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the sender did; seconds of wall clock and of this process's processor time."""

    sent: int
    seconds: float
    cpu_seconds: float


@transaction.atomic
def enqueue(number: int, *, now: datetime) -> int:
    """Queue ``number`` e-mails due ``now`` to ``p0@example.org`` and on; return how many."""
    patients = _patients(number, now=now)
    zone = zone_at_noon(now)
    recoveries = {one.patient_id: one for one in Recovery.objects.filter(patient__in=patients)}
    rows = [_row(one, recoveries[one.pk], zone, now=now) for one in patients]
    Reminder.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def zone_at_noon(now: datetime) -> str:
    """Return a zone whose clocks show the hour from noon on: a bench must not run into quiet hours."""
    ahead = (NOON - now.hour + 12) % 24 - 12
    # The names of these zones count westwards.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def _patients(number: int, *, now: datetime) -> list[Patient]:
    """Return the bench's first patients, making those that are missing, each with a recovery laid out."""
    zone = zone_at_noon(now)
    clinic, _is_new = Clinic.objects.get_or_create(
        name=CLINIC, defaults={"time_zone": zone, "content_version": protocols.load().version}
    )
    known = Patient.objects.filter(clinic=clinic)
    first = known.count()
    born_on = date(1960, 1, 1)
    Patient.objects.bulk_create(
        [
            Patient(clinic=clinic, name=f"Bench {i}", born_on=born_on, email=f"p{i}@example.org")
            for i in range(first, number)
        ],
        batch_size=2000,
    )
    known.exclude(time_zone=zone).update(time_zone=zone)
    patients = list(known.order_by("pk")[:number])
    Recovery.objects.bulk_create(
        [
            Recovery(patient=one, site="distal-radius", side="left", injured_on=now.date(), opened_at=now)
            for one in patients[first:]
        ],
        batch_size=2000,
    )
    laid_out = SyncState.objects.filter(recovery__patient__clinic=clinic)
    laid_out.update(is_behind=False, until_on=date.max, zone_rules=queries.zone_rules())
    return patients


def _row(patient: Patient, recovery: Recovery, zone: str, *, now: datetime) -> Reminder:
    return Reminder(
        recipient_id=patient.public_id,
        patient=patient,
        recovery=recovery,
        recovery_key=recovery.public_id,
        kind=Kind.LOG,
        subject=uuid4().hex,
        local_on=now.date(),
        slot="day",
        wall_time=now.time().replace(tzinfo=None),
        time_zone=zone,
        planned_at=now,
        due_at=now,
        expires_at=now + LASTS,
        changed_at=now,
    )


def key_header(letter: Letter) -> Mapping[str, str]:
    """Return the header by which a bench counts: ``r`` and the recipient's number."""
    found = _NUMBER.match(letter.address)
    return {"X-Key": f"r{found[1]}"} if found else {}


def run(*, now_fn: Callable[[], datetime], until_seconds: float) -> Run:
    """Send until nothing waits, or until so many seconds have passed."""
    started, cpu = time.monotonic(), time.process_time()
    sent = 0
    while True:
        tally: Tally = send_due(channel=EmailChannel(extra=key_header), now_fn=now_fn)
        sent += tally.sent
        if not queries.is_anything_unsent(now_fn()) or time.monotonic() - started > until_seconds:
            break
        if not tally.sent:
            time.sleep(WAIT_SECONDS)
    return Run(sent, time.monotonic() - started, time.process_time() - cpu)
