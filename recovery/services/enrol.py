"""Take in a patient with the broken bone and its treatment: all of it, or nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Clinic, Patient, User
from accounts.services import care, invite
from recovery.models import Recovery
from recovery.services.change import SavedDiffers
from recovery.services.start import record_repair, start_recovery


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who the patient is; ``email`` and ``clinic_number`` may be empty."""

    name: str
    born_on: date
    clinic_number: str
    email: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class NewFracture:
    """A broken bone and its treatment, in the codes of the reference."""

    site: str
    side: str
    injured_on: date
    is_open: bool
    is_low_energy: bool
    icd10cm: str
    method: str
    operated_on: date | None
    hardware: Collection[str]
    graft: str
    note: str


def _known(by: User, recovery_id: UUID | None, fracture: NewFracture) -> Recovery | None:
    """Return the recovery that this id was saved with before. Raises SavedDiffers for another bone."""
    mine = Recovery.objects.in_care_of(by).select_related("patient")
    known = mine.filter(public_id=recovery_id).first() if recovery_id else None
    sent = (fracture.site, fracture.side, fracture.injured_on)
    if known and (known.site, known.side, known.injured_on) != sent:
        raise SavedDiffers
    return known


@transaction.atomic
def enrol(
    *,
    clinic: Clinic,
    person: NewPerson,
    fracture: NewFracture,
    invites: bool,
    by: User,
    now: datetime,
    recovery_id: UUID | None = None,
) -> Recovery:
    """Open a patient's record with a first recovery, and send the invitation if ``invites``.

    A repeat with the same ``recovery_id`` is answered as done, another body under it is refused. Raises
    SavedDiffers, and what ``care.add_patient``, ``add_fracture`` and ``invite.invite_patient`` raise.
    """
    if known := _known(by, recovery_id, fracture):
        patient = known.patient
        if (patient.clinic_id, patient.name, patient.born_on) != (clinic.pk, person.name, person.born_on):
            raise SavedDiffers
        return known
    patient = care.add_patient(
        clinic=clinic,
        name=person.name,
        born_on=person.born_on,
        clinic_number=person.clinic_number,
        email=person.email,
        language=person.language,
        time_zone=person.time_zone,
        by=by,
        now=now,
    )
    recovery = add_fracture(patient=patient, fracture=fracture, by=by, now=now, recovery_id=recovery_id)
    if invites:
        invite.invite_patient(patient=patient, by=by, now=now)
    return recovery


@transaction.atomic
def add_fracture(
    *,
    patient: Patient,
    fracture: NewFracture,
    by: User,
    now: datetime,
    recovery_id: UUID | None = None,
) -> Recovery:
    """Record a broken bone with its treatment.

    A repeat with the same ``recovery_id`` is answered as done, another body under it is refused. Raises
    SavedDiffers, and what ``start_recovery`` and ``record_repair`` raise.
    """
    if known := _known(by, recovery_id, fracture):
        if known.patient_id != patient.pk:
            raise SavedDiffers
        return known
    recovery = start_recovery(
        patient=patient,
        site=fracture.site,
        side=fracture.side,
        injured_on=fracture.injured_on,
        is_open=fracture.is_open,
        is_low_energy=fracture.is_low_energy,
        icd10cm=fracture.icd10cm,
        recovery_id=recovery_id,
        by=by,
        now=now,
    )
    record_repair(
        recovery=recovery,
        method=fracture.method,
        operated_on=fracture.operated_on,
        hardware=fracture.hardware,
        graft=fracture.graft,
        note=fracture.note,
        by=by,
        now=now,
    )
    return recovery
