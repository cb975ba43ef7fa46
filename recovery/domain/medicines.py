"""What a person may put on the list of medicines, supplements and bone-health items, as bounds."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import TypeVar

Key = TypeVar("Key", str, int)

MOST_RUNNING = 20
MOST_TIMES = 6
LABEL_LENGTH = 80
LONGEST_DAYS = 366
DAY_BEGINS, DAY_ENDS = time(8), time(21)
"""Hours for everything on the list; a medicine may have one before 08:00 as well."""


def may_be_early(kind: str) -> bool:
    """Say whether a thing on the list may have an hour before 08:00."""
    return kind == "medicine"


def follow(before: Mapping[Key, time], after: Iterable[time]) -> tuple[dict[Key, time], list[time]]:
    """Return which old hour each new one is, by the old one's key, and the hours that are new.

    An hour that stays keeps its key. Each other new hour is the nearest old one, moved, while there are old
    ones left. So an hour that moves is known again, and one that stays is not mistaken for one that goes.
    """
    new, found = set(after), {}
    nearest_first = sorted(
        (_minutes_between(at, to), at, to, key) for key, at in before.items() for to in new
    )
    for _distance, _at, to, key in nearest_first:
        if key not in found and to in new:
            found[key] = to
            new.discard(to)
    return found, sorted(new)


def _minutes_between(one: time, other: time) -> int:
    return abs((one.hour - other.hour) * 60 + one.minute - other.minute)
