"""Which questions of the daily log fit a person, their repair and the week."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from recovery.domain.log import LogField
from recovery.domain.protocol import LoadCode, Protocol

DAILY_SET = ("pain_rest", "pain_move", "exercises_done", "swelling")
DETAILS = ("cast", "wound", "numb_colour")
"""What stands behind "something is wrong"."""
FALL = "fall"
STRENGTH_MOVES: Mapping[str, tuple[str, ...]] = {
    "upper": ("ex-putty",),
    "lower": ("ex-heel-raise", "ex-heel-raise-sit"),
}
"""The moves that the weekly question counts, by limb. Who was not given one is not asked to try."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which questions fit. ``device`` is cast, splint, brace or empty."""

    completed_weeks: int
    limb: str
    device: str
    is_cut: bool
    move_ids: Collection[str]
    has_medicines: bool
    has_loads: bool

    def fits(self, one: LogField) -> bool:
        """Say whether a question belongs to this person's log in this week."""
        if not one.is_asked(self.completed_weeks):
            return False
        wants = {
            "cast": bool(self.device),
            "wound": self.is_cut,
            "numb_colour": self.limb != "axial",
            "exercise_pain_after": bool(self.move_ids),
            "medication": self.has_medicines,
            "load_actual": self.has_loads,
            "rom": self.limb != "axial" and self.device != "cast",
            "grip_or_heel_raise": not set(self.move_ids).isdisjoint(STRENGTH_MOVES.get(self.limb, ())),
        }
        return wants.get(one.name, True)

    def opens_warnings(self, one: LogField) -> bool:
        """Say whether an answer can open a warning sign in this week."""
        return bool(one.flags) and (
            one.flags_until_week is None or self.completed_weeks < one.flags_until_week
        )


def resting(weekly: Collection[str], answered: Collection[str]) -> frozenset[str]:
    """Return the weekly questions that rest, given those answered on other days of the week.

    They are asked together and rest together. Only that about falls rests by itself: its answer can open a
    warning sign, so it is asked until it is answered.
    """
    others = {name for name in weekly if name != FALL}
    rest = others if others & set(answered) else set()
    return frozenset(rest | ({FALL} & set(answered)))


def load_codes(protocol: Protocol, codes: Mapping[str, LoadCode]) -> tuple[LoadCode, ...]:
    """Return the steps of the plan's scale, the least load first.

    Of steps that stand beside each other (with a locked brace, in a boot) only those of the plan are kept.
    """
    planned = {step.code for step in (*protocol.load, *protocol.load_alt)}
    scales = {codes[code].scale for code in planned}
    taken = {codes[code].rank for code in planned}
    found = sorted((one for one in codes.values() if one.scale in scales), key=lambda one: one.rank)
    kept: list[LoadCode] = []
    for one in found:
        if one.code in planned or one.rank not in taken:
            kept.append(one)
            taken.add(one.rank)
    return tuple(kept)
