"""Warning signs: raised by a tick, closed only by a person."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import audit
from recovery import protocols
from recovery.models import Alert, Recovery
from recovery.services.change import announce, lock


class UnknownWarning(ValidationError):
    """The warning sign is not in the reference."""

    def __init__(self) -> None:
        super().__init__(_("Choose a warning sign from the list."), code="unknown_warning")


@transaction.atomic
def tick_warnings(
    *, recovery: Recovery, flag_ids: Iterable[str], source: str, day: date, by: User, now: datetime
) -> list[Alert]:
    """Put the ticked warning signs in front of the care team, each once a day and source.

    ``day`` is the patient's local date. Raises UnknownWarning, RecoveryClosed.
    """
    recovery = lock(recovery.pk)
    alerts = raise_alerts(recovery, flag_ids, source=source, day=day, now=now)
    if alerts:
        audit.record(
            "warning.ticked", by=by, now=now, patient=recovery.patient, subject_id=recovery.public_id
        )
        announce(recovery)
    return alerts


def raise_alerts(
    recovery: Recovery, flag_ids: Iterable[str], *, source: str, day: date, now: datetime
) -> list[Alert]:
    """Write alerts in the caller's transaction; one that is open for the same sign, day and source stays.

    A sign ticked again after staff closed it is a new alert.
    """
    wanted = list(dict.fromkeys(flag_ids))
    if not wanted:
        return []
    flags = protocols.load(recovery.patient.clinic.content_version).red_flags
    if any(one not in flags for one in wanted):
        raise UnknownWarning
    known = set(
        Alert.objects.open()
        .filter(recovery=recovery, day=day, source=source, flag_id__in=wanted)
        .values_list("flag_id", flat=True)
    )
    rows = [
        Alert(
            recovery=recovery,
            flag_id=one,
            urgency=flags[one].urgency.code,
            source=source,
            day=day,
            raised_at=now,
        )
        for one in wanted
        if one not in known
    ]
    return Alert.objects.bulk_create(rows)


@transaction.atomic
def acknowledge(*, alert: Alert, by: User, now: datetime) -> Alert:
    """Record that a member of staff has seen the warning. Repeating it changes nothing."""
    alert = Alert.objects.select_for_update(of=("self",)).select_related("recovery__patient").get(pk=alert.pk)
    if alert.acknowledged_at is None:
        alert.acknowledged_by, alert.acknowledged_by_name, alert.acknowledged_at = by, by.name, now
        alert.save(update_fields=["acknowledged_by", "acknowledged_by_name", "acknowledged_at"])
        audit.record(
            "warning.acknowledged", by=by, now=now, patient=alert.recovery.patient, subject_id=alert.public_id
        )
        announce(alert.recovery)
    return alert


@transaction.atomic
def close_alert(*, alert: Alert, note: str, by: User, now: datetime) -> Alert:
    """Close a warning with what was done about it. Raises ValidationError without a note."""
    if not note.strip():
        raise ValidationError({"note": ValidationError(_("Say what was done."), code="required")})
    alert = acknowledge(alert=alert, by=by, now=now)
    if alert.closed_at is None:
        alert.closed_by, alert.closed_at, alert.close_note = by, now, note
        alert.save(update_fields=["closed_by", "closed_at", "close_note"])
        audit.record(
            "warning.closed", by=by, now=now, patient=alert.recovery.patient, subject_id=alert.public_id
        )
        announce(alert.recovery)
    return alert
