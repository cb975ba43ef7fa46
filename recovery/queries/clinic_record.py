"""One patient's record as the clinic's pages open it: who it is, and which broken bone is meant."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.clock import local_day
from accounts.models import Patient, User
from recovery import protocols
from recovery.domain import timeline
from recovery.domain.protocol import Fracture
from recovery.models import Recovery
from recovery.protocols import Content
from recovery.queries import clinic_words


@dataclass(frozen=True, slots=True)
class Bone:
    """One recovery of the patient, in words. ``day`` and ``week`` count from day 0 as screens say them."""

    row: Recovery
    name: str
    treatment: str
    day_zero_on: date
    day: int
    week: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A patient in somebody's care. ``today`` is the patient's local date, ``clinic_today`` the clinic's."""

    patient: Patient
    bones: tuple[Bone, ...]
    bone: Bone | None
    age: int
    today: date
    clinic_today: date

    @property
    def recovery(self) -> Recovery:
        """Return the recovery the page is about. Raises Recovery.DoesNotExist where the patient has none."""
        if self.bone is None:
            raise Recovery.DoesNotExist
        return self.bone.row

    @property
    def content(self) -> Content:
        """Return the clinical content the clinic uses."""
        return protocols.load(self.patient.clinic.content_version)

    @property
    def fracture(self) -> Fracture:
        """Return the reference's row of the broken bone."""
        return self.content.fractures[self.recovery.site]

    @property
    def query(self) -> str:
        """Return the query string that keeps a page on this recovery; empty where it is the only one."""
        return f"?recovery={self.recovery.public_id}" if self.bone and len(self.bones) > 1 else ""


def record(user: User, patient_id: UUID, *, recovery_id: UUID | None, now: datetime) -> Record:
    """Return a patient in this member of staff's care, by default with the newest open recovery (2 queries).

    Raises Patient.DoesNotExist, Recovery.DoesNotExist.
    """
    patient = Patient.objects.in_care_of(user).select_related("clinic", "user").get(public_id=patient_id)
    rows = Recovery.objects.in_care_of(user).filter(patient=patient)
    recoveries = sorted(
        rows.select_related("current_repair", "plan"),
        key=lambda one: (one.is_closed, -one.opened_at.timestamp()),
    )
    today = local_day(now, patient.time_zone)
    chosen = _chosen(recoveries, recovery_id)
    for one in recoveries:
        one.patient = patient
    bones = tuple(_bone(one, today, is_chosen=one is chosen) for one in recoveries)
    return Record(
        patient=patient,
        bones=bones,
        bone=next((one for one in bones if one.is_chosen), None),
        age=age(patient.born_on, today),
        today=today,
        clinic_today=local_day(now, patient.clinic.time_zone),
    )


def age(born_on: date, today: date) -> int:
    """Return the age in completed years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def day_zero_on(recovery: Recovery) -> date:
    """Return day 0; the recovery comes with its current repair."""
    repair = recovery.current_repair
    return repair.day_zero_on(recovery.injured_on) if repair else recovery.injured_on


def _chosen(recoveries: list[Recovery], recovery_id: UUID | None) -> Recovery | None:
    if recovery_id is None:
        return recoveries[0] if recoveries else None
    found = [one for one in recoveries if one.public_id == recovery_id]
    if not found:
        raise Recovery.DoesNotExist
    return found[0]


def _bone(recovery: Recovery, today: date, *, is_chosen: bool) -> Bone:
    fractures = protocols.load(recovery.patient.clinic.content_version).fractures
    zero_on = day_zero_on(recovery)
    return Bone(
        row=recovery,
        name=clinic_words.bone(recovery, fractures[recovery.site]),
        treatment=clinic_words.treatment(recovery.current_repair),
        day_zero_on=zero_on,
        day=timeline.days_since(zero_on, today),
        week=timeline.week_of(zero_on, today),
        is_chosen=is_chosen,
    )
