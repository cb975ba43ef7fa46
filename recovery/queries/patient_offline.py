"""What a phone keeps for the time without a network: today's programme, and each warning sign's text."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Patient, User
from recovery import protocols
from recovery.domain import red_flags
from recovery.queries import patient_help, patient_place, patient_tasks, patient_today, patient_words
from recovery.queries.patient_words import Phones


@dataclass(frozen=True, slots=True)
class KeptBone:
    """One open recovery. ``name`` is empty where there is only one: nobody has to choose then."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class KeptExercise:
    """One exercise of the day with its sets."""

    id: UUID
    recovery: UUID
    name: str
    planned: int
    done: int


@dataclass(frozen=True, slots=True)
class Programme:
    """A day's programme without the person's name. ``zone`` is the one whose dates count."""

    day: date
    zone: str
    bones: tuple[KeptBone, ...]
    exercises: tuple[KeptExercise, ...]
    phones: Phones
    pain_high: int


def programme(user: User, record: Patient, *, today: date) -> Programme:
    """Return a person's programme of ``today``, their local date (2 queries)."""
    running = [one for one in patient_today.recoveries_of(user) if not one.is_closed]
    ids = {one.pk: one.public_id for one in running}
    several = len(running) > 1
    tasks = patient_tasks.to_do(patient_tasks.tasks(running, day=today))
    return Programme(
        day=today,
        zone=record.time_zone,
        bones=tuple(
            KeptBone(one.public_id, patient_place.bone_of(one) if several else "") for one in running
        ),
        exercises=tuple(
            KeptExercise(one.id, ids[one.recovery_id], one.name, one.planned, one.done) for one in tasks
        ),
        phones=patient_words.phones_of(record.clinic),
        pain_high=record.clinic.pain_high,
    )


@dataclass(frozen=True, slots=True)
class KeptSign:
    """A warning sign in its own words, and its fixed text."""

    asks: tuple[str, ...]
    do_now: str


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """The signs of one urgency, and what to do about any of them."""

    code: str
    label: str
    action: str
    signs: tuple[KeptSign, ...]


@dataclass(frozen=True, slots=True)
class KeptHelp:
    """Help that needs no answer from the server: the most urgent signs stand first."""

    groups: tuple[KeptGroup, ...]
    phones: Phones
    emergency_action: str


def kept_help() -> KeptHelp:
    """Return every warning sign with its fixed text, as a visitor reads them (no query)."""
    content, phones = protocols.load(), patient_words.phones_of(None)
    flags = red_flags.by_urgency(content.red_flags.values())
    levels = sorted(content.urgencies.values(), key=lambda one: -one.rank)
    return KeptHelp(
        groups=tuple(
            KeptGroup(
                level.code,
                _(level.label),
                phones.fill(_(level.action)),
                tuple(
                    KeptSign(patient_help.words_of(flag), phones.fill(_(flag.do_now)))
                    for flag in flags
                    if flag.urgency == level
                ),
            )
            for level in levels
        ),
        phones=phones,
        emergency_action=phones.fill(_(content.urgencies["emergency"].action)),
    )
