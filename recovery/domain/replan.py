"""Moving a plan when its day 0 is corrected."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

KEEPS = ("overridden", "booked", "done")


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A dated item of a plan. ``kept`` says why its date must stay: one of ``KEEPS``, or None."""

    key: str
    on: date
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Replan:
    """All items in the order they came, and those among them that stay where they were."""

    items: tuple[PlanItem, ...]
    staying: tuple[PlanItem, ...]


def move(items: Iterable[PlanItem], *, by_days: int) -> Replan:
    """Move every item that is not kept by the same number of days, earlier if ``by_days`` is negative."""
    everything = tuple(items)
    step = timedelta(days=by_days)
    return Replan(
        items=tuple(item if item.kept else replace(item, on=item.on + step) for item in everything),
        staying=tuple(item for item in everything if item.kept),
    )
