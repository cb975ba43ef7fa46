"""Exercises: which moves may be offered to a therapist for a plan, and which doses are legal."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from recovery.domain.problem import Problem
from recovery.domain.protocol import LoadCode

GENERAL = "general"
SPINE = "spine"
SPINE_STOP = "s-spine"
REGIONS = ("wrist_hand", "elbow", "shoulder", "hip", "knee", "ankle_foot", SPINE)
PHASE_OF_LETTER = {"P": "protect", "M": "mobilise", "S": "strengthen", "R": "return"}
DOSE_BOUNDS = {
    "sets": (1, 10),
    "reps": (1, 50),
    "hold_s": (0, 300),
    "per_day": (1, 12),
    "minutes": (0, 120),
}


@dataclass(frozen=True, slots=True)
class StopRule:
    """When to stop a move, in the patient's words; ``flag`` is the warning sign it belongs to."""

    id: str
    text: str
    flag: str | None
    ask_after: bool


@dataclass(frozen=True, slots=True)
class Exercise:
    """A move of the library. ``hold_s`` is seconds; ``avoid`` and ``rom_note`` are shown to the therapist.

    ``first_weeks`` holds the first completed week in which a site may get it, ``ok_sites`` the sites that
    need a clinician's tick, ``load_min`` the first load code that allows it.
    """

    id: str
    name: str
    region: str
    phases: tuple[str, ...]
    steps: tuple[str, ...]
    sets: int
    reps: int
    hold_s: int
    per_day: int
    minutes: int | None
    stop: tuple[str, ...]
    load_min: str | None
    needs_ok: bool
    needs_xray_ok: bool
    first_weeks: Mapping[str, int]
    ok_sites: tuple[str, ...]
    avoid: tuple[str, ...]
    rom_note: str | None
    sources: tuple[str, ...]

    @property
    def is_free(self) -> bool:
        """Say whether a joint next door may do it: no load, and nobody has to say yes."""
        return self.load_min is None and not self.needs_ok and not self.needs_xray_ok


@dataclass(frozen=True, slots=True)
class Offer:
    """A move that may be offered. ``warnings`` are for the therapist; ``needs_ok`` asks for a tick first.

    ``stop`` holds the ids of the stop rules for this plan.
    """

    exercise: Exercise
    warnings: tuple[str, ...]
    needs_ok: bool
    stop: tuple[str, ...]


def offered(
    exercises: Iterable[Exercise],
    *,
    region: str,
    also_regions: Collection[str],
    site: str,
    completed_weeks: int,
    phase: str,
    load_code: str,
    codes: Mapping[str, LoadCode],
) -> tuple[Offer, ...]:
    """Return the moves that the tables allow now, in their order; a therapist assigns each one.

    ``completed_weeks`` counts from day 0; ``phase`` and ``load_code`` are the released ones.
    """
    return tuple(
        Offer(
            exercise=one,
            warnings=one.avoid if one.rom_note is None else (*one.avoid, one.rom_note),
            needs_ok=one.needs_ok or one.needs_xray_ok or site in one.ok_sites,
            stop=stop_rules_for(one, region=region),
        )
        for one in exercises
        if (one.region in (region, GENERAL) or (one.region in also_regions and one.is_free))
        and phase in one.phases
        and completed_weeks >= one.first_weeks.get(site, 0)
        and _is_load_enough(one.load_min, load_code, codes)
    )


def stop_rules_for(exercise: Exercise, *, region: str) -> tuple[str, ...]:
    """Return the ids of a move's stop rules; plans for the spine always add the spine's own."""
    return tuple(dict.fromkeys((*exercise.stop, *([SPINE_STOP] if region == SPINE else []))))


def check_dose(
    *, sets: int, reps: int, hold_s: int, per_day: int, minutes: int | None = None
) -> list[Problem]:
    """Return what is wrong with a dose; an empty list if nothing is. ``hold_s`` is seconds a repetition."""
    dose = {"sets": sets, "reps": reps, "hold_s": hold_s, "per_day": per_day, "minutes": minutes or 0}
    return [
        Problem(name, "out_of_bounds", {"min": low, "max": high})
        for name, (low, high) in DOSE_BOUNDS.items()
        if not low <= dose[name] <= high
    ]


def _is_load_enough(load_min: str | None, load_code: str, codes: Mapping[str, LoadCode]) -> bool:
    """Compare two loads; one of another scale than the plan's does not apply."""
    if load_min is None or codes[load_min].scale != codes[load_code].scale:
        return True
    return codes[load_code].rank >= codes[load_min].rank
