"""Words of the clinic's pages for the codes of the reference and of our own tables."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from recovery.domain.protocol import Fracture, Protocol
from recovery.models import Recovery, Repair

Words = str | Promise

PHASES: dict[str, Words] = {
    "protect": _lazy("Protect"),
    "mobilise": _lazy("Move gently"),
    "strengthen": _lazy("Build strength"),
    "return": _lazy("Return to daily life"),
}
HARDWARE: dict[str, Words] = {
    "cast": _lazy("Cast"),
    "splint": _lazy("Splint, boot or back slab"),
    "brace": _lazy("Brace"),
    "sling": _lazy("Sling"),
    "plate": _lazy("Plate"),
    "screws": _lazy("Screws"),
    "rod": _lazy("Rod or nail"),
    "pins": _lazy("Pins through the skin"),
    "tension_band": _lazy("Buried wires (tension band)"),
    "external_fixator": _lazy("Outside frame"),
    "bone_graft": _lazy("Bone graft"),
    "bone_cement": _lazy("Bone cement"),
    "balloon": _lazy("Balloon"),
    "joint_replacement": _lazy("Joint replacement"),
    "none": _lazy("None"),
}
SHORT_HARDWARE: dict[str, Words] = {
    "splint": _lazy("splint"),
    "rod": _lazy("rod"),
    "pins": _lazy("pins"),
    "tension_band": _lazy("buried wires"),
    "none": _lazy("no hardware"),
}
GATE_CHANGES: dict[str, Words] = {
    "brace-off": _lazy("Brace off"),
    "weight-steps": _lazy("Steps of weight"),
    "return-to-sport": _lazy("Return to sport"),
}
REGIONS: dict[str, Words] = {
    "general": _lazy("General"),
    "wrist_hand": _lazy("Wrist and hand"),
    "ankle_foot": _lazy("Ankle and foot"),
}
NEED_KINDS: dict[str, Words] = {
    "clinician": _lazy("Team"),
    "time": _lazy("Time"),
    "log": _lazy("Log"),
    "measure": _lazy("Measure"),
}
POSITIONS: dict[str, Words] = {
    "unchanged": _lazy("Held"),
    "small change accepted": _lazy("Small shift, accepted"),
    "moved - action needed": _lazy("Moved, action needed"),
    "not assessed": _lazy("Not assessed"),
}
CALLUS: dict[str, Words] = {
    "none": _lazy("None yet"),
    "early": _lazy("Early callus"),
    "bridging 1-2 cortices": _lazy("Bridging 1 or 2 cortices"),
    "bridging 3 or more": _lazy("Bridging 3 or more"),
    "remodelled": _lazy("Remodelled"),
}
VERDICTS: dict[str, Words] = {
    "healing as expected": _lazy("Healing as expected"),
    "slower than expected": _lazy("Slower than expected"),
    "not healing - plan changed": _lazy("Not healing, plan changed"),
    "healed": _lazy("Healed"),
}
STAYED: dict[str, Words] = {
    "overridden": _lazy("its date was set by hand"),
    "booked": _lazy("a visit is booked for it"),
    "done": _lazy("it has a result"),
}


def plain(code: str) -> str:
    """Turn a code of the reference into words: the best there is where a table holds no label."""
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def bone(recovery: Recovery, fracture: Fracture) -> str:
    """Name the broken bone with its side: "Left distal radius"."""
    name = fracture.name[:1].lower() + fracture.name[1:]
    if recovery.side == Recovery.Side.LEFT:
        return _("Left %(bone)s") % {"bone": name}
    if recovery.side == Recovery.Side.RIGHT:
        return _("Right %(bone)s") % {"bone": name}
    return fracture.name


def hardware(codes: Iterable[str]) -> str:
    """List hardware in short words: "plate, screws, splint"."""
    return ", ".join(_short(code) for code in codes)


def _short(code: str) -> str:
    words = str(SHORT_HARDWARE.get(code) or HARDWARE.get(code) or plain(code))
    return words[:1].lower() + words[1:]


def treatment(repair: Repair | None) -> str:
    """Name the treatment: "Open reduction: plate, screws"."""
    if repair is None:
        return _("No treatment recorded")
    method = str(Repair.Method(repair.method).label)
    parts = hardware(one for one in repair.hardware if str(HARDWARE.get(one)) != method)
    return f"{method}: {parts}" if parts else method


def programme(protocol: Protocol) -> str:
    """Name a protocol by what it is made for: "Plate, screws, splint"."""
    words = hardware(protocol.hardware)
    return words[:1].upper() + words[1:]


def phase(code: str) -> str:
    """Name a phase: "Move gently"."""
    return str(PHASES.get(code) or plain(code))


def gate_change(change: str) -> str:
    """Name the change a gate stands before: "Protect to Move gently"."""
    before, between, after = change.partition("-to-")
    if change in GATE_CHANGES or not between:
        return str(GATE_CHANGES.get(change) or plain(change.replace("-", " ")))
    return _("%(before)s to %(after)s") % {"before": phase(before), "after": phase(after)}


def film(key: str) -> str:
    """Name a planned film by its key: "Week 6"."""
    treatment, _dash, week = key.rpartition("week-")
    words = plain(f"week {week}")
    return f"{words} (treatment {treatment[1:-1]})" if treatment else words
