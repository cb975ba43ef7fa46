"""The programme's page: what the library offers now, and what runs. A fixed number of queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recovery.domain import exercises as rules
from recovery.domain import timeline
from recovery.domain.exercises import Offer
from recovery.models import Assignment, PlanLoad, PlanPhase
from recovery.queries import clinic_words
from recovery.queries.clinic_patient import Assigned, assigned
from recovery.queries.clinic_record import Record


@dataclass(frozen=True, slots=True)
class Offered:
    """A move of the library that the rules allow now; ``running`` is its assignment, if it has one."""

    offer: Offer
    region: str
    running: Assignment | None

    @property
    def id(self) -> str:
        """Return the exercise's id in the library."""
        return self.offer.exercise.id


@dataclass(frozen=True, slots=True)
class AssignPage:
    """What may be assigned, in the released phase and load, and what is assigned."""

    phase: str
    load: str
    week: int
    offers: tuple[Offered, ...]
    running: tuple[Assigned, ...]
    past: tuple[Assigned, ...]


def assign_page(record: Record) -> AssignPage:
    """Return the programme's page of a record (3 queries)."""
    recovery = record.recovery
    rows = list(Assignment.objects.filter(recovery=recovery).order_by("-starts_on", "-pk"))
    phase = _released(PlanPhase.objects.filter(plan_id=recovery.plan_id).order_by("-starts_on"))
    load = _released(PlanLoad.objects.filter(plan_id=recovery.plan_id).order_by("-position"))
    here = [one for one in rows if one.ends_on is None or one.ends_on >= record.today]
    lasting = {one.exercise_id: one for one in here if one.ends_on is None}
    codes = record.content.load_codes
    return AssignPage(
        phase=clinic_words.phase(phase) if phase else "",
        load=codes[load].label if load else "",
        week=timeline.week_of(record.bone.day_zero_on, record.today) if record.bone else 0,
        offers=_offers(record, phase, load, lasting) if phase and load else (),
        running=tuple(assigned(record, one) for one in here),
        past=tuple(assigned(record, one) for one in rows if one not in here),
    )


def _released(rows: Iterable[PlanPhase] | Iterable[PlanLoad]) -> str:
    return next((one.code for one in rows if one.released_at), "")


def _offers(record: Record, phase: str, load: str, running: Mapping[str, Assignment]) -> tuple[Offered, ...]:
    fracture = record.fracture
    assert record.bone  # noqa: S101  # nosec: a plan is in force
    found = rules.offered(
        record.content.exercises.values(),
        region=fracture.region,
        also_regions=fracture.also_regions,
        site=fracture.slug,
        completed_weeks=timeline.completed_weeks(record.bone.day_zero_on, record.today),
        phase=phase,
        load_code=load,
        codes=record.content.load_codes,
    )
    return tuple(Offered(one, _region(one.exercise.region), running.get(one.exercise.id)) for one in found)


def running(record: Record) -> tuple[Assigned, ...]:
    """Return the moves on the patient's list today (1 query)."""
    rows = (
        Assignment.objects.filter(recovery=record.recovery)
        .active_on(record.today)
        .order_by("starts_on", "pk")
    )
    return tuple(assigned(record, one) for one in rows)


def _region(code: str) -> str:
    return str(clinic_words.REGIONS.get(code) or clinic_words.plain(code))
