"""Shells over services: they read the clock, call one, and forget. Any of them may be lost or run twice."""

from mmap import mmap
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from accounts import clock
from reminders.services import deliver, digest, sync, ticks
from reminders.services.email import EmailChannel

_stop = mmap(-1, 1)
"""One byte that a worker shares with its threads, or with processes it forks. Only it hears of its end."""


@worker_shutting_down.connect
def _tell_senders(**_more: Any) -> None:
    """Have the senders of this worker finish what is in hand. This runs within a signal: it takes no lock."""
    _stop[0] = 1


def is_stopping() -> bool:
    """Say whether this worker was told to stop."""
    return _stop[0] == 1


@shared_task(ignore_result=True)
def send_due(**_later: Any) -> None:
    """Send what is due."""
    _send()
    ticks.note(name="send_due", now=clock.database_now())


@shared_task(ignore_result=True)
def sync_changed(**_later: Any) -> None:
    """Lay out what changed, or runs out: what a lost announcement left behind."""
    now = clock.database_now()
    sync.sync_changed(now=now)
    digest.lay_out_digests(now=now)
    ticks.note(name="sync_changed", now=now)


@shared_task(ignore_result=True)
def sync_one(*, recovery_id: int | None = None, patient_id: int | None = None, **_later: Any) -> None:
    """Lay out one recovery, or all of one patient's, and send at once what is due by it."""
    now = clock.database_now()
    if recovery_id is not None:
        sync.sync(recovery_id=recovery_id, now=now)
    if patient_id is not None:
        sync.sync_patient(patient_id=patient_id, now=now)
    _send()


def _send() -> None:
    deliver.send_due(channel=EmailChannel(), now_fn=clock.database_now, stopped=is_stopping)
