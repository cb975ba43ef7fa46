"""Shells over services: they read the clock, call one, and forget. Any of them may be lost or run twice."""

from typing import Any

from celery import shared_task

from accounts import clock
from reminders.services import deliver, digest, sync, ticks
from reminders.services.email import EmailChannel


@shared_task(ignore_result=True)
def send_due(**_later: Any) -> None:
    """Send what is due."""
    deliver.send_due(channel=EmailChannel(), now_fn=clock.database_now)
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
    deliver.send_due(channel=EmailChannel(), now_fn=clock.database_now)
