"""What a patient wants to hear, and when. Only the patient changes it; staff may look."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.clock import local_day
from accounts.models import Patient, User
from accounts.services import audit
from accounts.signals import patient_changed
from reminders.domain.facts import QUIET_FROM, QUIET_UNTIL
from reminders.models import Kind, Preference

LONGEST_PAUSE = timedelta(days=90)
PATIENT_KINDS = frozenset(Kind.values) - {Kind.STAFF_ALERT, Kind.STAFF_DIGEST, Kind.TEST}


class NotYourReminders(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Only the patient can change these."), code="not_your_reminders")


class HourInQuietTime(ValidationError):
    def __init__(self, field: str) -> None:
        words = ValidationError(_("Choose a time when you want e-mails."), code="hour_in_quiet_time")
        super().__init__({field: words})


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

    exercise_at: time
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

    Raises NotYourReminders, QuietTimeTooShort, HourInQuietTime, PauseDoesNotFit, UnknownKind.
    """
    if patient.user_id is None or patient.user_id != by.pk:
        raise NotYourReminders
    preference = _locked(patient)
    _check(choice, preference, today=local_day(now, patient.time_zone))
    for name in Choice.__dataclass_fields__:
        value = getattr(choice, name)
        setattr(preference, name, sorted(value) if name == "kinds_off" else value)
    _save(preference, now=now)
    audit.record("reminders.preferences_changed", by=by, now=now, patient=patient)
    return preference


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
    for field in ("exercise_at", "log_at", "visit_at"):
        if not choice.quiet_until <= getattr(choice, field) < choice.quiet_from:
            raise HourInQuietTime(field)
    pause = choice.paused_until_on
    if pause and pause != before.paused_until_on and not today < pause <= today + LONGEST_PAUSE:
        raise PauseDoesNotFit
    if not choice.kinds_off <= PATIENT_KINDS:
        raise UnknownKind
