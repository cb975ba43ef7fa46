"""A reminder that a patient asks for, to see whether mails arrive."""

import uuid
from datetime import datetime, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.clock import local_day
from accounts.models import Patient, User
from accounts.services import audit
from accounts.signals import patient_changed
from reminders import queries
from reminders.models import NO_RECOVERY, Kind, Reminder
from reminders.services.preferences import NotYourReminders

EVERY = timedelta(minutes=10)
LASTS = timedelta(hours=1)


class NobodyToWriteTo(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("We have no e-mail address that works. Ask your clinic."), code="nobody_to_write_to"
        )


class JustSent(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("A test is on its way. Wait 10 minutes for the next."), code="just_sent")


@transaction.atomic
def send_test(*, patient: Patient, by: User, now: datetime) -> Reminder:
    """Have a test reminder sent at once, at any hour. Raises NotYourReminders, NobodyToWriteTo, JustSent."""
    if patient.user_id is None or patient.user_id != by.pk:
        raise NotYourReminders
    if not by.email or queries.unreachable(patient) is not None:
        raise NobodyToWriteTo
    Patient.objects.select_for_update().get(pk=patient.pk)
    if Reminder.objects.filter(patient=patient, kind=Kind.TEST, planned_at__gt=now - EVERY).exists():
        raise JustSent
    row = Reminder.objects.create(
        recipient_id=patient.public_id,
        patient=patient,
        recovery_key=NO_RECOVERY,
        kind=Kind.TEST,
        subject=str(uuid.uuid4()),
        local_on=local_day(now, patient.time_zone),
        slot="once",
        wall_time=now.time().replace(tzinfo=None),
        time_zone=patient.time_zone,
        planned_at=now,
        due_at=now,
        expires_at=now + LASTS,
        changed_at=now,
    )
    audit.record("reminders.test_asked", by=by, now=now, patient=patient)
    announce = partial(patient_changed.send_robust, sender=Patient, patient_id=patient.pk)
    transaction.on_commit(announce, robust=True)
    return row
