"""Hours of the day that a person changes: which of the new ones is which of the old."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import TypeVar

Key = TypeVar("Key", str, int)


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
