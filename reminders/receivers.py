"""Ring the bell when a recovery or a patient changed. The sweep finds the same rows if nobody hears it."""

import logging
from typing import Any

from kombu.exceptions import OperationalError

from accounts.signals import patient_changed
from recovery.signals import recovery_changed
from reminders.tasks import sync_one

logger = logging.getLogger(__name__)


def connect() -> None:
    """Listen to what the lower packages announce."""
    recovery_changed.connect(on_recovery_changed, dispatch_uid="reminders.recovery")
    patient_changed.connect(on_patient_changed, dispatch_uid="reminders.patient")


def on_recovery_changed(*, recovery_id: int, **_more: Any) -> None:
    """Have one recovery laid out soon."""
    _ring(recovery_id=recovery_id)


def on_patient_changed(*, patient_id: int, **_more: Any) -> None:
    """Have all of a patient's recoveries laid out soon."""
    _ring(patient_id=patient_id)


def _ring(**ids: int) -> None:
    """Queue the task. A broker that is away must neither fail nor hold up the page that made the change."""
    try:
        sync_one.apply_async(kwargs=ids, retry=False, ignore_result=True)
    except (OperationalError, OSError) as problem:
        logger.warning("the broker is away (%s): the sweep will lay out %s", type(problem).__name__, ids)
