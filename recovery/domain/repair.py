"""How a break was repaired: the method, the hardware and the graft."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from recovery.domain.problem import Problem

DEVICES = frozenset({"cast", "splint", "brace", "sling"})
FIXATION = frozenset({"plate", "screws", "rod", "pins", "tension_band", "external_fixator"})
ADDITIONS = frozenset({"bone_graft", "bone_cement"})
CEMENT = frozenset({"bone_cement", "balloon"})
NO_HARDWARE = "none"
HARDWARE = DEVICES | FIXATION | ADDITIONS | CEMENT | {"joint_replacement", NO_HARDWARE}

# What each method may leave in or on the body. Any fixation after a closed reduction makes it "orif".
HARDWARE_OF_METHOD = {
    "open_reduction": DEVICES | FIXATION | ADDITIONS | {NO_HARDWARE},
    "closed_reduction": DEVICES | FIXATION | {NO_HARDWARE},
    "vertebroplasty": DEVICES | {"bone_cement"},
    "balloon_kyphoplasty": DEVICES | CEMENT,
    "arthroplasty": DEVICES | FIXATION | ADDITIONS | {"joint_replacement"},
}
METHODS = tuple(HARDWARE_OF_METHOD)
ALWAYS_WITH = {
    "vertebroplasty": ("bone_cement",),
    "balloon_kyphoplasty": ("balloon", "bone_cement"),
    "arthroplasty": ("joint_replacement",),
}
_TREATMENT_OF_METHOD = {
    "open_reduction": "orif",
    "closed_reduction": "closed",
    "vertebroplasty": "cement",
    "balloon_kyphoplasty": "cement",
    "arthroplasty": "arthroplasty",
}

NO_GRAFT = "none"
GRAFT_NATURE = {"autograft": "natural", "allograft": "natural", "substitute": "artificial"}
GRAFTS = (NO_GRAFT, *GRAFT_NATURE)


@dataclass(frozen=True, slots=True)
class Modifier:
    """What a piece of hardware adds to the plan. ``subtype`` narrows a bone graft."""

    hardware: str
    subtype: str | None
    adds: tuple[str, ...]
    union_shift: str | None


def treatment_of(method: str, hardware: Collection[str] = ()) -> str:
    """Return the treatment code that the tables use for a method of repair.

    Fixation after a closed reduction, also pins through the skin and outside frames, counts as ``orif``.
    Raises ValueError for a method that is not one of ``METHODS``.
    """
    if method not in _TREATMENT_OF_METHOD:
        raise ValueError(f"unknown method: {method!r}")
    if method == "closed_reduction" and FIXATION & set(hardware):
        return "orif"
    return _TREATMENT_OF_METHOD[method]


def graft_nature(graft: str) -> str | None:
    """Return ``natural`` (from a person) or ``artificial``; None where there is no graft."""
    return GRAFT_NATURE.get(graft)


def check_repair(*, method: str, hardware: Sequence[str], graft: str = NO_GRAFT) -> list[Problem]:
    """Return what is wrong with a repair; an empty list if nothing is.

    Codes: ``unknown_option``, ``twice``, ``required``, ``not_with_others``, ``not_for_method``, ``missing``,
    ``graft_kind_missing`` and ``graft_not_listed``.
    """
    if method not in HARDWARE_OF_METHOD:
        return [Problem("method", "unknown_option", {"value": method})]
    return [*_hardware_problems(method, hardware), *_graft_problems(hardware, graft)]


def items_for(
    modifiers: Iterable[Modifier], *, hardware: Collection[str], graft: str = NO_GRAFT
) -> tuple[str, ...]:
    """Return what the hardware adds to the plan, in the words of the tables, each line once."""
    fitting = (
        one
        for one in modifiers
        if one.hardware in hardware and (one.subtype is None or _is_subtype(one.subtype, graft))
    )
    return tuple(dict.fromkeys(line for one in fitting for line in one.adds))


def _is_subtype(subtype: str, graft: str) -> bool:
    return graft in subtype.split("_or_")


def _hardware_problems(method: str, hardware: Sequence[str]) -> Iterable[Problem]:
    if not hardware:
        yield Problem("hardware", "required")
    if len(set(hardware)) < len(hardware):
        yield Problem("hardware", "twice")
    if NO_HARDWARE in hardware and len(hardware) > 1:
        yield Problem("hardware", "not_with_others", {"value": NO_HARDWARE})
    for one in hardware:
        if one not in HARDWARE:
            yield Problem("hardware", "unknown_option", {"value": one})
        elif one not in HARDWARE_OF_METHOD[method]:
            yield Problem("hardware", "not_for_method", {"value": one, "method": method})
    for one in ALWAYS_WITH.get(method, ()):
        if one not in hardware:
            yield Problem("hardware", "missing", {"value": one, "method": method})


def _graft_problems(hardware: Sequence[str], graft: str) -> Iterable[Problem]:
    if graft not in GRAFTS:
        yield Problem("graft", "unknown_option", {"value": graft})
    elif "bone_graft" in hardware and graft == NO_GRAFT:
        yield Problem("graft", "graft_kind_missing")
    elif "bone_graft" not in hardware and graft != NO_GRAFT:
        yield Problem("hardware", "graft_not_listed", {"value": graft})
