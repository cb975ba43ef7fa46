"""Ring the bell when a recovery or a patient changed, and take in what a mail provider reports.

The sweep finds the same rows if nobody hears the bell.
"""

import logging
from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from kombu.exceptions import OperationalError

from accounts import clock
from accounts.signals import patient_changed
from recovery.signals import recovery_changed
from reminders.domain.bounces import code_of_event
from reminders.services import bounces
from reminders.tasks import sync_one

logger = logging.getLogger(__name__)


def connect() -> None:
    """Listen to what the lower packages announce."""
    recovery_changed.connect(on_recovery_changed, dispatch_uid="reminders.recovery")
    patient_changed.connect(on_patient_changed, dispatch_uid="reminders.patient")
    tracking.connect(on_mail_event, dispatch_uid="reminders.mail")


def on_recovery_changed(*, recovery_id: int, **_more: Any) -> None:
    """Have one recovery laid out soon."""
    _ring(recovery_id=recovery_id)


def on_patient_changed(*, patient_id: int, **_more: Any) -> None:
    """Have all of a patient's recoveries laid out soon."""
    _ring(patient_id=patient_id)


def on_mail_event(*, event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """Write no more to an address that a provider says does not work, or whose owner complained."""
    code = code_of_event(
        provider=esp_name.lower(),
        kind=event.event_type,
        reason=event.reject_reason or "",
        answer=str(event.mta_response or ""),
        raw=event.esp_event,
    )
    if code:
        address, message_id = str(event.recipient or ""), str(event.message_id or "")
        bounces.take_event(address=address, code=code, message_id=message_id, now=clock.database_now())


def _ring(**ids: int) -> None:
    """Queue the task. A broker that is away must neither fail nor hold up the page that made the change."""
    try:
        sync_one.apply_async(kwargs=ids, retry=False, ignore_result=True)
    except (OperationalError, OSError) as problem:
        logger.warning("the broker is away (%s): the sweep will lay out %s", type(problem).__name__, ids)
