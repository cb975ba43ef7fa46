"""What a patient wants to hear, and when. Only the patient changes it; staff may look."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.clock import local_day
from accounts.models import Patient, User
from accounts.services import audit
from accounts.signals import patient_changed
from recovery.domain.hours import follow
from reminders.domain.facts import EXERCISE_SLOTS, QUIET_FROM, QUIET_UNTIL
from reminders.models import Kind, Preference

LONGEST_PAUSE = timedelta(days=90)
BETWEEN_HOURS = timedelta(hours=1)
AS_CHOSEN = ("log_at", "visit_at", "hide_details", "quiet_from", "quiet_until", "paused_until_on")
PATIENT_KINDS = frozenset(Kind.values) - {Kind.STAFF_ALERT, Kind.STAFF_DIGEST, Kind.TEST}


class NotYourReminders(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Only the patient can change these."), code="not_your_reminders")


class HourInQuietTime(ValidationError):
    def __init__(self, field: str, at: time) -> None:
        text = _("Choose a time when you want e-mails.")
        words = ValidationError(text, code="hour_in_quiet_time", params={"at": at})
        super().__init__({field: words})


class HoursOutOfBounds(ValidationError):
    def __init__(self) -> None:
        words = ValidationError(_("Choose from one to three times."), code="hours_out_of_bounds")
        super().__init__({"exercise_hours": words})


class HoursTooClose(ValidationError):
    def __init__(self, at: time) -> None:
        text = _("Leave at least an hour between two times.")
        words = ValidationError(text, code="hours_too_close", params={"at": at})
        super().__init__({"exercise_hours": words})


class QuietTimeTooShort(ValidationError):
    def __init__(self, field: str) -> None:
        words = ValidationError(_("E-mails can come between 8 am and 9 pm."), code="quiet_time_too_short")
        super().__init__({field: words})


class PauseDoesNotFit(ValidationError):
    def __init__(self) -> None:
        text = _("Choose a day from tomorrow on, at most 90 days ahead.")
        words = ValidationError(text, code="pause_does_not_fit")
        super().__init__({"paused_until_on": words})


class UnknownKind(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Choose from the list."), code="unknown_kind")


@dataclass(frozen=True, slots=True)
class Choice:
    """All that a patient chooses. Times are wall times; reminders start again on ``paused_until_on``."""

    exercise_hours: tuple[time, ...]
    log_at: time
    visit_at: time
    kinds_off: frozenset[str]
    hide_details: bool
    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL
    paused_until_on: date | None = None


@transaction.atomic
def change_preferences(*, patient: Patient, choice: Choice, by: User, now: datetime) -> Preference:
    """Keep what the patient chose, and lay their reminders out anew.

    An hour for exercises that moves stays in its slot, so that what was sent is not sent again. Raises
    NotYourReminders, QuietTimeTooShort, HourInQuietTime, HoursOutOfBounds, HoursTooClose, PauseDoesNotFit,
    UnknownKind.
    """
    if patient.user_id is None or patient.user_id != by.pk:
        raise NotYourReminders
    preference = _locked(patient)
    _check(choice, preference, today=local_day(now, patient.time_zone))
    for name in AS_CHOSEN:
        setattr(preference, name, getattr(choice, name))
    preference.kinds_off = sorted(choice.kinds_off)
    preference.exercise_hours = _by_slot(preference, choice.exercise_hours)
    _save(preference, now=now)
    audit.record("reminders.preferences_changed", by=by, now=now, patient=patient)
    return preference


def _by_slot(before: Preference, hours: Collection[time]) -> list[str | None]:
    """Return the hours by slot: each where it was, or in the place of the nearest one that goes."""
    known = {slot: at for slot, at in enumerate(before.hours_by_slot()) if at is not None}
    kept, new = follow(known, hours)
    free = [slot for slot in range(len(EXERCISE_SLOTS)) if slot not in kept]
    kept |= dict(zip(free, new, strict=False))
    return [kept[slot].isoformat("minutes") if slot in kept else None for slot in range(max(kept) + 1)]


@transaction.atomic
def stop_kinds(*, patient: Patient, kinds: Collection[str], now: datetime) -> Preference:
    """Switch kinds off for the person a mail went to. Stopping them again changes nothing."""
    preference = _locked(patient)
    off = set(preference.kinds_off) | (set(kinds) & PATIENT_KINDS)
    if off != set(preference.kinds_off):
        preference.kinds_off = sorted(off)
        _save(preference, now=now)
        audit.record(
            "reminders.stopped_by_link", by=None, now=now, patient=patient, detail={"kinds": sorted(kinds)}
        )
    return preference


def _locked(patient: Patient) -> Preference:
    Preference.objects.bulk_create([Preference(patient=patient)], ignore_conflicts=True)
    preference: Preference = Preference.objects.select_for_update(of=("self",)).get(patient=patient)
    return preference


def _save(preference: Preference, *, now: datetime) -> None:
    preference.revision += 1
    preference.changed_at = now
    preference.save()
    announce = partial(patient_changed.send_robust, sender=Patient, patient_id=preference.patient_id)
    transaction.on_commit(announce, robust=True)


def _check(choice: Choice, before: Preference, *, today: date) -> None:
    if choice.quiet_until < QUIET_UNTIL:
        raise QuietTimeTooShort("quiet_until")
    if choice.quiet_from > QUIET_FROM or choice.quiet_from <= choice.quiet_until:
        raise QuietTimeTooShort("quiet_from")
    _check_exercise_hours(choice.exercise_hours)
    chosen = [("exercise_hours", at) for at in choice.exercise_hours]
    for field, at in (*chosen, ("log_at", choice.log_at), ("visit_at", choice.visit_at)):
        if not choice.quiet_until <= at < choice.quiet_from:
            raise HourInQuietTime(field, at)
    pause = choice.paused_until_on
    if pause and pause != before.paused_until_on and not today < pause <= today + LONGEST_PAUSE:
        raise PauseDoesNotFit
    if not choice.kinds_off <= PATIENT_KINDS:
        raise UnknownKind


def _check_exercise_hours(hours: Collection[time]) -> None:
    if not 1 <= len(hours) <= len(EXERCISE_SLOTS):
        raise HoursOutOfBounds
    for one, later in pairwise(sorted(hours)):
        if datetime.combine(date.min, later) - datetime.combine(date.min, one) < BETWEEN_HOURS:
            raise HoursTooClose(later)
