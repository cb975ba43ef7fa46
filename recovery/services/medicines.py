"""The list of medicines, supplements and bone-health items: what people typed, and nothing of our own.

The patient and whoever cares for them add, change, stop and put back. Reminders follow the list.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import User
from accounts.services import audit
from recovery.domain import medicines as rules
from recovery.domain.hours import follow
from recovery.models import Medicine, MedicineHour, Recovery
from recovery.services.change import SavedDiffers, announce, lock

REACH = timedelta(days=730)
UNDO_WITHIN = timedelta(minutes=15)
"""What is put back so soon counts as never stopped."""


class MedicineDoesNotFit(ValidationError):
    """A value that was typed makes no sense."""

    def __init__(self, field: str, words: str, *, code: str) -> None:
        super().__init__({field: ValidationError(words, code=code)})


class TooManyMedicines(ValidationError):
    """A list that nobody could keep."""

    def __init__(self) -> None:
        words = _("Your list is full: it holds %(most)s. Stop one first.") % {"most": rules.MOST_RUNNING}
        super().__init__(words, code="too_many_medicines")


class MedicineStopped(ValidationError):
    """What is off the list is put back before it is changed."""

    def __init__(self) -> None:
        super().__init__(_("This is off the list. Put it back first."), code="medicine_stopped")


@transaction.atomic
def add_medicine(
    *,
    recovery: Recovery,
    kind: str,
    label: str,
    every_days: int,
    times: Collection[time],
    starts_on: date,
    by: User,
    now: datetime,
    ends_on: date | None = None,
    medicine_id: UUID | None = None,
) -> Medicine:
    """Put something on the list: every so many days from ``starts_on``, at wall times in the patient's zone.

    A repeat with the same ``medicine_id`` is answered as done, another body under it is refused. Raises
    MedicineDoesNotFit, TooManyMedicines, SavedDiffers, RecoveryClosed.
    """
    recovery, label = lock(recovery.pk), _plain(label)
    fields = {
        "kind": kind,
        "label": label,
        "every_days": every_days,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    medicine_id = medicine_id or uuid4()
    if known := Medicine.objects.filter(recovery=recovery, public_id=medicine_id).first():
        _check_same(known, fields, times)
        return known
    today = local_day(now, recovery.patient.time_zone)
    _check_kind(kind)
    _check(label=label, every_days=every_days, starts_on=starts_on, ends_on=ends_on)
    _check_times(kind, times)
    _check_reach(starts_on, today)
    _check_room(recovery, today)
    try:
        with transaction.atomic():
            row = Medicine.objects.create(
                public_id=medicine_id, recovery=recovery, added_by=by, added_at=now, **fields
            )
    except IntegrityError as clash:
        raise SavedDiffers from clash
    _add_hours(row, times, now=now)
    return _done("medicine.added", row, recovery, by=by, now=now)


@transaction.atomic
def change_medicine(
    *,
    medicine: Medicine,
    label: str,
    every_days: int,
    times: Collection[time],
    starts_on: date,
    by: User,
    now: datetime,
    ends_on: date | None = None,
) -> Medicine:
    """Change what is on the list; its kind stays. Unsent reminders follow, and none is sent a second time.

    Raises MedicineDoesNotFit, MedicineStopped, RecoveryClosed.
    """
    recovery, row = _locked(medicine)
    if row.stopped_at is not None:
        raise MedicineStopped
    label, today = _plain(label), local_day(now, recovery.patient.time_zone)
    _check(label=label, every_days=every_days, starts_on=starts_on, ends_on=ends_on)
    _check_times(row.kind, times)
    if starts_on != row.starts_on:
        _check_reach(starts_on, today)
    was_over, was_for_today = not row.is_running(today), row.is_on(today)
    row.label, row.every_days, row.starts_on, row.ends_on = label, every_days, starts_on, ends_on
    if was_over and row.is_running(today):
        _check_room(recovery, today)
    row.save(update_fields=["label", "every_days", "starts_on", "ends_on"])
    _move_hours(row, times, now=now)
    if not was_for_today:
        # Hours of today that have passed were never meant.
        row.hours.update(since_at=now)
    return _done("medicine.changed", row, recovery, by=by, now=now)


@transaction.atomic
def stop_medicine(*, medicine: Medicine, by: User, now: datetime) -> Medicine:
    """Take something off the list; it can be put back. Again changes nothing. Raises RecoveryClosed."""
    recovery, row = _locked(medicine)
    if row.stopped_at is not None:
        return row
    row.stopped_at = now
    row.save(update_fields=["stopped_at"])
    return _done("medicine.stopped", row, recovery, by=by, now=now)


@transaction.atomic
def resume_medicine(*, medicine: Medicine, by: User, now: datetime) -> Medicine:
    """Put something back on the list. Again changes nothing. Raises TooManyMedicines, RecoveryClosed."""
    recovery, row = _locked(medicine)
    if row.stopped_at is None:
        return row
    stopped_at, row.stopped_at = row.stopped_at, None
    today = local_day(now, recovery.patient.time_zone)
    if row.is_running(today):
        _check_room(recovery, today)
    row.save(update_fields=["stopped_at"])
    if now - stopped_at > UNDO_WITHIN:
        row.hours.update(since_at=now)
    return _done("medicine.resumed", row, recovery, by=by, now=now)


def _locked(medicine: Medicine) -> tuple[Recovery, Medicine]:
    return lock(medicine.recovery_id), Medicine.objects.get(pk=medicine.pk)


def _done(action: str, row: Medicine, recovery: Recovery, *, by: User, now: datetime) -> Medicine:
    audit.record(action, by=by, now=now, patient=recovery.patient, subject_id=row.public_id)
    announce(recovery)
    return row


def _plain(label: str) -> str:
    """Return the words as typed, on one line."""
    return " ".join(label.split())


def _check_same(row: Medicine, fields: dict[str, object], times: Iterable[time]) -> None:
    is_same = all(getattr(row, name) == value for name, value in fields.items())
    if not is_same or row.times() != tuple(sorted(times)):
        raise SavedDiffers


def _add_hours(row: Medicine, times: Iterable[time], *, now: datetime) -> None:
    MedicineHour.objects.bulk_create(MedicineHour(medicine=row, at=at, since_at=now) for at in sorted(times))


def _move_hours(row: Medicine, times: Iterable[time], *, now: datetime) -> None:
    """Make the hours equal to ``times``: move rows where an hour moved, so that it stays the same hour."""
    before = {one.pk: one.at for one in row.hours.all()}
    kept, new = follow(before, times)
    row.hours.exclude(pk__in=kept).delete()
    for pk, at in kept.items():
        if at != before[pk]:
            row.hours.filter(pk=pk).update(at=at, since_at=now)
    _add_hours(row, new, now=now)


def _check_kind(kind: str) -> None:
    if kind not in Medicine.Kind.values:
        raise MedicineDoesNotFit("kind", _("Choose what it is."), code="unknown_kind")


def _check(*, label: str, every_days: int, starts_on: date, ends_on: date | None) -> None:
    if not 1 <= len(label) <= rules.LABEL_LENGTH:
        words = _("Write a name of up to %(most)s letters.") % {"most": rules.LABEL_LENGTH}
        raise MedicineDoesNotFit("label", words, code="label_out_of_bounds")
    if not 1 <= every_days <= rules.LONGEST_DAYS:
        raise MedicineDoesNotFit("every_days", _("Choose how often."), code="unknown_interval")
    if ends_on is not None and ends_on < starts_on:
        words = _("The last day must not be before the first.")
        raise MedicineDoesNotFit("ends_on", words, code="ends_early")


def _check_times(kind: str, times: Collection[time]) -> None:
    if not 1 <= len(times) <= rules.MOST_TIMES:
        words = _("Give from 1 to %(most)s times.") % {"most": rules.MOST_TIMES}
        raise MedicineDoesNotFit("times", words, code="times_out_of_bounds")
    if any(at.tzinfo is not None or at.second or at.microsecond for at in times):
        raise MedicineDoesNotFit("times", _("Give hours and minutes."), code="not_a_wall_time")
    if len(set(times)) < len(times):
        raise MedicineDoesNotFit("times", _("The same time stands there twice."), code="same_time_twice")
    if any(at >= rules.DAY_ENDS for at in times):
        words = _("No e-mail goes out after 9 pm. Choose an earlier time.")
        raise MedicineDoesNotFit("times", words, code="time_in_quiet_hours")
    if not rules.may_be_early(kind) and any(at < rules.DAY_BEGINS for at in times):
        words = _("Only a medicine can have a time before 8 am. Choose a later time.")
        raise MedicineDoesNotFit("times", words, code="time_in_quiet_hours")


def _check_reach(starts_on: date, today: date) -> None:
    if abs(starts_on - today) > REACH:
        words = _("Choose a first day within two years of today.")
        raise MedicineDoesNotFit("starts_on", words, code="date_out_of_reach")


def _check_room(recovery: Recovery, today: date) -> None:
    others = Medicine.objects.filter(recovery=recovery).running_on(today)
    if others.count() >= rules.MOST_RUNNING:
        raise TooManyMedicines
