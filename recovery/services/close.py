"""Close a recovery: everything stops at once."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import User
from accounts.services import audit
from recovery.models import Recovery
from recovery.services.change import announce, lock


class WarningOpen(ValidationError):
    """Closing stops everything, so no warning sign may be left that nobody has dealt with."""

    def __init__(self) -> None:
        super().__init__(
            _("A warning sign is open. Say what was done about it, then close the recovery."),
            code="warning_open",
        )


@transaction.atomic
def close_recovery(*, recovery: Recovery, reason: str, by: User, now: datetime) -> Recovery:
    """Close a recovery with a reason: booked visits from today on are cancelled, reminders stop.

    Raises RecoveryClosed, WarningOpen, ValidationError for an unknown reason.
    """
    if reason not in Recovery.CloseReason.values:
        raise ValidationError(
            {"reason": ValidationError(_("Choose why the recovery ends."), code="required")}
        )
    recovery = lock(recovery.pk)
    if recovery.alerts.open().exists():
        raise WarningOpen
    recovery.closed_at, recovery.close_reason = now, reason
    recovery.save(update_fields=["closed_at", "close_reason"])
    today = local_day(now, recovery.patient.clinic.time_zone)
    recovery.visits.booked().from_day(today).update(state="cancelled", sequence=F("sequence") + 1)
    recovery.plans.drafts().update(state="discarded", ended_at=now)
    audit.record("recovery.closed", by=by, now=now, patient=recovery.patient, subject_id=recovery.public_id)
    announce(recovery)
    return recovery


@transaction.atomic
def reopen_recovery(*, recovery: Recovery, by: User, now: datetime) -> Recovery:
    """Undo a closing; one that is open stays as it is.

    Raises ValidationError where the same bone has another open recovery by now.
    """
    recovery = (
        Recovery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("patient__clinic")
        .get(pk=recovery.pk)
    )
    if not recovery.is_closed:
        return recovery
    others = Recovery.objects.open().filter(
        patient_id=recovery.patient_id, site=recovery.site, side=recovery.side
    )
    if others.exclude(pk=recovery.pk).exists():
        raise ValidationError(
            _("This bone has another open recovery. Close that one first."), code="already_open"
        )
    recovery.closed_at, recovery.close_reason = None, ""
    recovery.save(update_fields=["closed_at", "close_reason"])
    audit.record("recovery.reopened", by=by, now=now, patient=recovery.patient, subject_id=recovery.public_id)
    announce(recovery)
    return recovery
