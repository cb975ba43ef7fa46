"""Take the last save of a day back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import User
from accounts.services import audit
from recovery.domain.log import day_problem
from recovery.models import Assignment, LogRevision, Recovery, SetDone
from recovery.services.change import announce, lock
from recovery.services.log import SCREEN_DAYS_BACK, set_answers


class NotTheLastSave(ValidationError):
    """Something newer was saved, somebody else saved it, or the day is too long ago."""

    def __init__(self) -> None:
        super().__init__(
            _("This save cannot be undone any more. You can change your answers instead."),
            code="not_the_last_save",
        )


@transaction.atomic
def undo_save(*, recovery_id: int, save_id: UUID, by: User, now: datetime) -> LogRevision:
    """Put a day back to what it was before the person's own last save of it; a repeat does no harm.

    The save stays, marked as undone, and so do alerts that it raised. Its sets are taken back as far as it
    counted them. Raises NotTheLastSave, RecoveryClosed, LogRevision.DoesNotExist.
    """
    recovery = lock(recovery_id)
    save = LogRevision.objects.select_related("log").get(recovery=recovery, public_id=save_id)
    if save.undone_at is not None:
        return save
    _check(recovery, save, by=by, now=now)
    save.undone_at = now
    save.save(update_fields=["undone_at"])
    log_id = save.log.public_id if save.log else None
    _put_back(recovery, save, now=now)
    audit.record("recovery.save_undone", by=by, now=now, patient=recovery.patient, subject_id=log_id)
    announce(recovery)
    return save


def _check(recovery: Recovery, save: LogRevision, *, by: User, now: datetime) -> None:
    last = LogRevision.objects.standing().filter(recovery=recovery, day=save.day).order_by("-pk").first()
    today = local_day(now, recovery.patient.time_zone)
    problem = day_problem(save.day, today=today, days_back=SCREEN_DAYS_BACK, not_before=recovery.injured_on)
    is_own_last = last is not None and last.pk == save.pk and save.recorded_by_id == by.pk
    if problem or not is_own_last or save.before is None:
        raise NotTheLastSave


def _put_back(recovery: Recovery, save: LogRevision, *, now: datetime) -> None:
    before, log = save.before, save.log
    assert log is not None and before is not None  # noqa: S101, PT018  # nosec: see _check
    if "answers" in before:
        set_answers(log, before["answers"])
        log.set_at, log.changed_at = before["set_at"], now
        log.save()
    else:
        log.delete()
    sets = SetDone.objects.filter(assignment__recovery=recovery, day=save.day)
    sets.counted().filter(public_id__in=before.get("counted", ())).update(undone_at=now)
    _count_again(recovery, save, before.get("taken_back", ()))


def _count_again(recovery: Recovery, save: LogRevision, set_ids: Collection[str]) -> None:
    """Count the sets that the save took back, unless others were done in their place since."""
    if not set_ids:
        return
    gone = SetDone.objects.filter(assignment__recovery=recovery, day=save.day, public_id__in=set_ids).exclude(
        undone_at=None
    )
    for move in Assignment.objects.filter(pk__in=gone.values("assignment")):
        counted = SetDone.objects.counted().filter(assignment=move, day=save.day).count()
        room = max(0, move.sets_per_day - counted)
        back = list(gone.filter(assignment=move).order_by("pk").values_list("pk", flat=True)[:room])
        SetDone.objects.filter(pk__in=back).update(undone_at=None)
