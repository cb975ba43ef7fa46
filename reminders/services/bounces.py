"""Stop writing to an address that reports say does not work, and start again when staff say so.

A mail that came back was sent all the same, so its row stays "sent": the state says what we did. That it came
back is written beside it as the reason ``came_back``, and receipts then say "Could not reach". Where a report
does not name a mail of ours, the suppression and its date say it for all that follows.
"""

import logging
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from reminders.domain import bounces as known
from reminders.models import CAME_BACK, Message, Reminder, Suppression
from reminders.querysets import MessageQuerySet

logger = logging.getLogger(__name__)
LONGEST_ADDRESS = 254


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
