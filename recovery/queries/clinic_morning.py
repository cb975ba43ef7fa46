"""How many people need somebody this morning, and why: numbers only, for the morning mail."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Clinic, User
from recovery.domain.progress import Need
from recovery.queries.clinic_caseload import needs_by_recovery


@dataclass(frozen=True, slots=True)
class Morning:
    """How many patients need somebody, and for each reason how many, the most pressing first."""

    count: int
    reasons: tuple[tuple[Need, int], ...]


def morning(user: User, clinic: Clinic, *, now: datetime) -> Morning:
    """Return what waits for a member of staff at one clinic, by the caseload's own reasons (2 queries)."""
    found = {
        one: needs
        for one, needs in needs_by_recovery(user, now=now)
        if one.patient.clinic_id == clinic.pk and needs
    }
    patients = {one.patient_id for one in found}
    counted = Counter(needs[0] for needs in found.values())
    return Morning(len(patients), tuple(sorted(counted.items())))
