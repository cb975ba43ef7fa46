"""A protocol is one reviewed row of the clinical tables: one kind of break, treated in one way.

All weeks are completed weeks since day 0: week *w* begins ``7 * w`` days after it. A span of weeks
holds its first week and not its last one: ``[2, 6)`` is days 14 to 41.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

TREATMENTS = ("closed", "orif", "cement", "arthroplasty")
LIMBS = ("upper", "lower", "axial")
PHASES = ("protect", "mobilise", "strengthen", "return")
CHANGES = tuple(f"{before}-to-{after}" for before, after in pairwise(PHASES))
EXTRA_CHANGES = ("brace-off", "weight-steps", "return-to-sport")
STANDARD, ALTERNATIVE = "standard", "alternative"


@dataclass(frozen=True, slots=True)
class Fracture:
    """A place where a bone breaks. ``review_week`` and ``nonunion_pct`` are for staff only."""

    slug: str
    name: str
    plain: str
    limb: str
    region: str
    also_regions: tuple[str, ...]
    fragility_site: bool
    icd10cm: tuple[str, ...]
    icd10cm_fragility: str | None
    nonunion_pct: Decimal | None
    review_week: int


@dataclass(frozen=True, slots=True)
class LoadCode:
    """How much weight or lifting is allowed. ``rank`` orders the codes of one ``scale``."""

    code: str
    scale: str
    rank: int
    label: str
    plain: str


@dataclass(frozen=True, slots=True)
class LoadStep:
    """A load code from one week to another; the last step has no end."""

    from_week: int
    until_week: int | None
    code: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the plan, from one week up to (and without) another."""

    code: str
    from_week: int
    until_week: int


@dataclass(frozen=True, slots=True)
class Therapy:
    """How many visits a week are proposed in a span of weeks."""

    from_week: int
    until_week: int
    visits_per_week: Decimal


@dataclass(frozen=True, slots=True)
class RomLimit:
    """How far a joint may bend in a span of weeks, in degrees."""

    from_week: int
    until_week: int
    motion: str
    limit_deg: int


@dataclass(frozen=True, slots=True)
class Immobilisation:
    """The device that holds the break, and after how many weeks it usually comes off."""

    device: str
    min_weeks: int
    max_weeks: int


@dataclass(frozen=True, slots=True)
class WeekRange:
    """Early, typical and late week of a group of people: never a forecast for one person."""

    early: int
    typical: int
    late: int


@dataclass(frozen=True, slots=True)
class GateNeed:
    """One fact that must be true before a gate opens; a clinician confirms it.

    ``kind`` is ``clinician``, ``time``, ``log`` or ``measure``. A need of time has ``min_week``, or is met
    when the phase may start (``at_phase_start``), or has ``steps``: the first week of each load code.
    """

    kind: str
    text: str | None = None
    min_week: int | None = None
    at_phase_start: bool = False
    steps: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """What must be true before a change; ``change`` is one of ``CHANGES`` or ``EXTRA_CHANGES``."""

    name: str
    change: str
    needs: tuple[GateNeed, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A default template: a clinician must confirm the plan made from it.

    Either ``union`` (weeks to a healed bone) or ``recovery`` (weeks to better function, where there is no
    union to wait for) is set. ``gates`` holds the gate of each phase change, in the order of ``CHANGES``.
    """

    id: str
    fracture: str
    treatment: str
    hardware: tuple[str, ...]
    union: WeekRange | None
    recovery: WeekRange | None
    immobilisation: Immobilisation
    load: tuple[LoadStep, ...]
    load_alt: tuple[LoadStep, ...]
    phases: tuple[Phase, ...]
    film_weeks: tuple[int, ...]
    therapy: tuple[Therapy, ...]
    rom_limits: tuple[RomLimit, ...]
    gates: tuple[Gate, ...]
    extra_gates: tuple[Gate, ...]
    note: str | None
    evidence: str
    sources: tuple[str, ...]

    @property
    def asks_load_choice(self) -> bool:
        """Say whether units differ on the load, so that a clinician must pick one."""
        return bool(self.load_alt)


def matching(
    protocols: Iterable[Protocol], *, site: str, treatment: str, hardware: Collection[str]
) -> tuple[Protocol, ...]:
    """Return the protocols for a site and treatment, those that share most hardware first.

    Protocols that share equally much are ordered by id.
    """
    fitting = (one for one in protocols if one.fracture == site and one.treatment == treatment)
    return tuple(sorted(fitting, key=lambda one: (-len(set(one.hardware) & set(hardware)), one.id)))
