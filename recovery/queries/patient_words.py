"""Words of the patient's pages for the codes of the reference, with the clinic's numbers filled in."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from accounts.models import Clinic
from recovery.domain.protocol import Fracture
from recovery.models import Recovery, Repair

Words = str | Promise

PHASES: dict[str, Words] = {
    "protect": _lazy("Protect"),
    "mobilise": _lazy("Move gently"),
    "strengthen": _lazy("Build strength"),
    "return": _lazy("Return to daily life"),
}
POSITIONS: dict[str, Words] = {
    "unchanged": _lazy("The bone has not moved"),
    "small change accepted": _lazy("The bone moved a little, and your team accepts it"),
    "moved - action needed": _lazy("The bone has moved"),
    "not assessed": _lazy("Position not checked on this picture"),
}
CALLUS: dict[str, Words] = {
    "none": _lazy("New bone: none to see yet."),
    "early": _lazy("New bone: first signs."),
    "bridging 1-2 cortices": _lazy("New bone: it bridges part of the break."),
    "bridging 3 or more": _lazy("New bone: it bridges most of the break."),
    "remodelled": _lazy("New bone: it is taking its final shape."),
}
VERDICTS: dict[str, Words] = {
    "healing as expected": _lazy("Healing as expected"),
    "slower than expected": _lazy("Slower than expected"),
    "not healing - plan changed": _lazy("Not healing, the plan was changed"),
    "healed": _lazy("Healed"),
}
HARDWARE_FOUND: dict[str, Words] = {
    "intact": _lazy("in place"),
    "loose": _lazy("loose"),
    "broken": _lazy("broken"),
    "backing out": _lazy("backing out"),
    "cut-out": _lazy("cut out"),
}
METHODS: dict[str, Words] = {
    Repair.Method.OPEN_REDUCTION: _lazy("Surgery"),
    Repair.Method.CLOSED_REDUCTION: _lazy("Treatment without surgery"),
    Repair.Method.VERTEBROPLASTY: _lazy("Bone cement (vertebroplasty)"),
    Repair.Method.BALLOON_KYPHOPLASTY: _lazy("Bone cement (kyphoplasty)"),
    Repair.Method.ARTHROPLASTY: _lazy("Joint replacement"),
}
HARDWARE: dict[str, Words] = {
    "cast": _lazy("cast"),
    "splint": _lazy("splint"),
    "brace": _lazy("brace"),
    "sling": _lazy("sling"),
    "plate": _lazy("plate"),
    "screws": _lazy("screws"),
    "rod": _lazy("rod"),
    "pins": _lazy("pins"),
    "tension_band": _lazy("wires"),
    "external_fixator": _lazy("outside frame"),
    "bone_graft": _lazy("bone graft"),
    "bone_cement": _lazy("bone cement"),
    "balloon": _lazy("balloon"),
    "joint_replacement": _lazy("new joint"),
}


MOVE_LIMITS: dict[str, Words] = {
    "elbow_flexion": _lazy("Bend your elbow no further than %(degrees)s degrees."),
    "knee_flexion": _lazy("Bend your knee no further than %(degrees)s degrees."),
}
AT_THE_BREAK = _lazy("At the break")
SPOTS: dict[str, tuple[Words, ...]] = {
    "general": (AT_THE_BREAK, _lazy("Above the break"), _lazy("Below the break"), _lazy("Elsewhere")),
    "wrist_hand": (
        AT_THE_BREAK,
        _lazy("Thumb side"),
        _lazy("Small finger side"),
        _lazy("Palm side"),
        _lazy("Back of the hand"),
        _lazy("Fingers"),
    ),
    "elbow": (
        AT_THE_BREAK,
        _lazy("Inner side"),
        _lazy("Outer side"),
        _lazy("Back of the elbow"),
        _lazy("Upper arm"),
        _lazy("Lower arm"),
    ),
    "shoulder": (
        AT_THE_BREAK,
        _lazy("Front"),
        _lazy("Back"),
        _lazy("Top"),
        _lazy("Upper arm"),
        _lazy("Neck"),
    ),
    "hip": (
        AT_THE_BREAK,
        _lazy("Groin"),
        _lazy("Side of the hip"),
        _lazy("Buttock"),
        _lazy("Thigh"),
        _lazy("Knee"),
    ),
    "knee": (
        AT_THE_BREAK,
        _lazy("Front"),
        _lazy("Back"),
        _lazy("Inner side"),
        _lazy("Outer side"),
        _lazy("Lower leg"),
    ),
    "ankle_foot": (
        AT_THE_BREAK,
        _lazy("Inner side"),
        _lazy("Outer side"),
        _lazy("Heel"),
        _lazy("Top of the foot"),
        _lazy("Toes"),
    ),
    "spine": (
        AT_THE_BREAK,
        _lazy("Neck"),
        _lazy("Upper back"),
        _lazy("Lower back"),
        _lazy("Hip"),
        _lazy("Leg"),
    ),
}
"""Where an exercise may hurt, by its region. Places only: none says what a pain means."""


@dataclass(frozen=True, slots=True)
class Phones:
    """Who to call. Everything but the emergency number may be empty."""

    emergency: str
    clinic: str = ""
    hours: str = ""
    out_of_hours: str = ""
    crisis: str = ""
    clinic_name: str = ""

    def fill(self, text: str) -> str:
        """Put the numbers into a fixed text; what speaks of a number that the clinic lacks is left out."""
        numbers = {
            "{emergency_number}": self.emergency or _("your emergency number"),
            "{clinic_phone}": self.clinic,
            "{out_of_hours_phone}": self.out_of_hours,
            "{crisis_line}": self.crisis,
        }
        for place, number in numbers.items():
            text = text.replace(place, number) if number else _without(text, place)
        return text


def _without(text: str, place: str) -> str:
    text = text.replace(f": {place}", "").replace(_("%(place)s or ") % {"place": place}, "")
    return " ".join(sentence for sentence in re.split(r"(?<=\.) ", text) if place not in sentence)


def phones_of(clinic: Clinic | None) -> Phones:
    """Return a clinic's numbers, or the installation's own where there is no clinic."""
    if clinic is None:
        return Phones(
            settings.DEFAULT_EMERGENCY_NUMBER,
            settings.DEFAULT_CLINIC_PHONE,
            crisis=settings.DEFAULT_CRISIS_LINE,
        )
    return Phones(
        emergency=clinic.emergency_number,
        clinic=clinic.phone,
        hours=clinic.phone_hours,
        out_of_hours=clinic.out_of_hours_phone,
        crisis=clinic.crisis_line or settings.DEFAULT_CRISIS_LINE,
        clinic_name=clinic.name,
    )


def bone(recovery: Recovery, fracture: Fracture) -> str:
    """Name the broken bone and its side: "Broken wrist, left"."""
    if recovery.side == Recovery.Side.LEFT:
        return _("%(bone)s, left") % {"bone": _(fracture.plain)}
    if recovery.side == Recovery.Side.RIGHT:
        return _("%(bone)s, right") % {"bone": _(fracture.plain)}
    return _(fracture.plain)


def day_words(days: int, repair: Repair | None) -> str:
    """Say how long ago day 0 was: "day 17 after surgery"."""
    method = repair.method if repair else ""
    if repair is None or repair.operated_on is None:
        words = _("day %(days)s after your injury")
    elif method == Repair.Method.VERTEBROPLASTY:
        words = _("day %(days)s after vertebroplasty")
    elif method == Repair.Method.BALLOON_KYPHOPLASTY:
        words = _("day %(days)s after kyphoplasty")
    else:
        words = _("day %(days)s after surgery")
    return words % {"days": days}


def hardware(codes: Iterable[str]) -> str:
    """List what holds the bone: "plate, screws, splint"; empty where nothing does."""
    return ", ".join(str(HARDWARE[code]) for code in codes if code in HARDWARE)


def move_limit(motion: str, degrees: int) -> str:
    """Say how far a joint may be bent."""
    words = MOVE_LIMITS.get(motion) or _("Bend no further than %(degrees)s degrees.")
    return str(words) % {"degrees": degrees}


def found_hardware(raw: str | None) -> str:
    """Say what a film showed of the metal, from the record's own list in JSON; empty without one."""
    found: list[str] = json.loads(raw) if raw else []
    return ", ".join(str(HARDWARE_FOUND[one]) for one in found if one in HARDWARE_FOUND)


def dose(*, reps: int, hold_seconds: int, minutes: int) -> str:
    """Say what one set is: "10 times, hold 3 seconds"."""
    parts = []
    if minutes:
        parts.append(ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes})
    if reps > 1 or not minutes:
        parts.append(ngettext("%(number)s time", "%(number)s times", reps) % {"number": reps})
    if hold_seconds:
        words = ngettext("hold %(number)s second", "hold %(number)s seconds", hold_seconds)
        parts.append(words % {"number": hold_seconds})
    return ", ".join(parts)
