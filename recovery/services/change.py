"""What every change of a recovery shares: the lock it starts with and the announcement it ends with."""

from datetime import UTC, datetime, time, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership, Patient, User
from accounts.querysets import Prepared
from recovery.models import Recovery
from recovery.signals import recovery_changed


class RecoveryClosed(ValidationError):
    """The clinic has closed this recovery: nothing is added to it."""

    def __init__(self) -> None:
        super().__init__(_("This recovery is closed. Nothing can be added to it."), code="recovery_closed")


class ActOutOfReach(ValidationError):
    """The instant of an act lies before the injury or in the future."""

    def __init__(self) -> None:
        words = _("This time cannot be right. Check the clock of your device.")
        super().__init__({"done_at": ValidationError(words, code="out_of_reach")})


class SavedDiffers(ValidationError):
    """The same id came with another body."""

    def __init__(self) -> None:
        super().__init__(
            _("This was already saved with other answers. Check it, then save again."), code="conflict"
        )


class MayNotConfirm(ValidationError):
    """Only members with the right to confirm plans may do this."""

    def __init__(self) -> None:
        super().__init__(
            _("Only a clinician who may confirm plans can do this. Ask a colleague who may."),
            code="may_not_confirm",
        )


def lock(recovery_id: int) -> Recovery:
    """Return the recovery, locked until the transaction ends. Raises RecoveryClosed.

    Rows that point to it may still be added (``no_key``): who lays out reminders holds what this transaction
    changes next, and each would wait for the other.
    """
    found = _LOCKED(recovery_id)
    if not found:
        raise Recovery.DoesNotExist
    if found[0].is_closed:
        raise RecoveryClosed
    return found[0]


def _locked(recovery_id: int) -> QuerySet[Recovery]:
    rows = Recovery.objects.select_for_update(of=("self",), no_key=True).filter(pk=recovery_id)
    return rows.select_related("patient__clinic", "current_repair", "plan")


_LOCKED: Prepared[Recovery] = Prepared(_locked)


def check_act(recovery: Recovery, *, done_at: datetime, now: datetime) -> None:
    """Refuse an act from more than a day before the injury, or more than a day ahead of ``now``.

    A day's room on both sides is for time zones and clocks that run ahead. Raises ActOutOfReach.
    """
    room = timedelta(days=1)
    earliest = datetime.combine(recovery.injured_on, time.min, tzinfo=UTC) - room
    if not earliest <= done_at <= now + room:
        raise ActOutOfReach


def announce(recovery: Recovery) -> None:
    """Grow the revision, and tell the world after commit that this recovery changed."""
    Recovery.objects.filter(pk=recovery.pk).update(revision=F("revision") + 1)
    transaction.on_commit(
        partial(recovery_changed.send_robust, sender=Recovery, recovery_id=recovery.pk), robust=True
    )


def clinician_name(patient: Patient, by: User) -> str:
    """Return the name that stands beside a clinician's act. Raises MayNotConfirm."""
    memberships = Membership.objects.of(by).filter(clinic_id=patient.clinic_id, may_confirm_plans=True)
    if not memberships.exists():
        raise MayNotConfirm
    return by.name
