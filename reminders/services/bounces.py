"""Stop writing to an address that reports say does not work, and start again when staff say so.

A mail that came back was sent all the same, so its row stays "sent": the state says what we did. That it came
back is written beside it as the reason ``came_back``, and receipts then say "Could not reach". Where a report
does not name a mail of ours, the suppression and its date say it for all that follows.
"""

import logging
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import Patient, User
from accounts.services import audit
from reminders.domain import bounces as known
from reminders.domain.reports import read_report
from reminders.models import CAME_BACK, Message, Reminder, Suppression
from reminders.querysets import MessageQuerySet
from reminders.services import mime
from reminders.services.channel import AddressDoesNotFit

logger = logging.getLogger(__name__)
LONGEST_ADDRESS = 254


class Taken(StrEnum):
    """What became of a delivery report."""

    SUPPRESSED = "suppressed"
    CAME_BACK = "came_back"
    NOTHING_FAILED = "nothing_failed"
    NOT_OURS = "not_ours"


@transaction.atomic
def take_event(*, address: str, code: str, message_id: str, now: datetime) -> bool:
    """Write no more to an address that a mail provider reported; say whether that is new.

    What is no e-mail address is left alone. A complaint is about a mail that arrived.
    """
    if not _is_address(address):
        return False
    if code != known.COMPLAINED and message_id.isascii() and message_id.isprintable():
        _note_came_back(Message.objects.filter(message_id=message_id))
    return _suppress(address, code, Suppression.Source.WEBHOOK, now=now)


def take_report(*, raw: bytes, now: datetime) -> Taken:
    """Take in a mail server's delivery report, and write no more to an address that it ends for good.

    Anybody can send one, so it is believed only about a mail of ours that it returns by its Message-ID, and
    only for the address that this mail went to. Raises NotAReport.
    """
    report = read_report(raw)
    if not report.failures:
        return Taken.NOTHING_FAILED
    with transaction.atomic():
        message = Message.objects.filter(message_id=report.message_id, state=Message.State.SENT).first()
        address = _address_of(message) if message else ""
        theirs = [one for one in report.failures if address and one.address.lower() == _on_the_wire(address)]
        if message is None or not theirs:
            return Taken.NOT_OURS
        _note_came_back(Message.objects.filter(pk=message.pk))
        if not theirs[0].is_for_good:
            return Taken.CAME_BACK
        _suppress(address, f"status_{theirs[0].status}", Suppression.Source.REPORT, now=now)
    return Taken.SUPPRESSED


@transaction.atomic
def lift_suppression(*, patient: Patient, by: User, now: datetime) -> bool:
    """Write to a patient's address again; say whether it was refused. What was settled stays as it is."""
    address = patient.user.email if patient.user else patient.email
    return _lift(address, by=by, now=now, patient=patient)


@transaction.atomic
def lift_own_suppression(*, by: User, now: datetime) -> bool:
    """Write to a person's own address again; say whether it was refused."""
    return _lift(by.email, by=by, now=now)


def _lift(address: str, *, by: User, now: datetime, patient: Patient | None = None) -> bool:
    count, _each = Suppression.objects.filter(address=address.lower()).delete()
    if count:
        audit.record("reminders.address_tried_again", by=by, now=now, patient=patient)
    return bool(count)


def _address_of(message: Message) -> str:
    """Return where the recipient of a message is written to."""
    patient = Patient.objects.filter(public_id=message.recipient_id).select_related("user").first()
    if patient is not None:
        return patient.user.email if patient.user else patient.email
    user = User.objects.filter(public_id=message.recipient_id).first()
    return user.email if user else ""


def _on_the_wire(address: str) -> str:
    try:
        return mime.wire_address(address).lower()
    except AddressDoesNotFit:
        return ""


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= LONGEST_ADDRESS


def _note_came_back(messages: MessageQuerySet) -> None:
    """Write beside the reminders of these messages that they came back."""
    sent = messages.filter(state=Message.State.SENT)
    Reminder.objects.filter(message__in=sent, state=Reminder.State.SENT).update(reason=CAME_BACK)


def _suppress(address: str, code: str, source: Suppression.Source, *, now: datetime) -> bool:
    """Put an address on the list. One that stands there keeps its first reason."""
    row, is_new = Suppression.objects.get_or_create(
        address=address.lower(), defaults={"reason": code, "source": source, "suppressed_at": now}
    )
    if is_new:
        logger.info("suppression %s: %s, by %s", row.pk, code, source)
    return is_new
