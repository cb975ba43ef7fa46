"""The record of one film: which values are legal. Nothing here reads an image or judges a result."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeGuard

from recovery.domain.log import can_be_stored, is_number
from recovery.domain.problem import Problem

HEALED = "healed"
MOVED = "moved - action needed"
HEALED = "healed"
NUMBER_BOUNDS = (-200, 400)
"""Bounds of storage where the table gives none."""


@dataclass(frozen=True, slots=True)
class XrayField:
    """A field of the record of one film. Patients see it only if ``for_patient``; ``site`` narrows it."""

    name: str
    kind: str
    required: bool
    for_patient: bool
    options: tuple[str, ...]
    parts: tuple[str, ...]
    minimum: int | None
    maximum: int | None
    site: str | None
    computed_from: str | None


def fields_for(fields: Iterable[XrayField], *, site: str) -> tuple[XrayField, ...]:
    """Return the fields that a person fills in for a site, in the table's order."""
    return tuple(one for one in fields if one.computed_from is None and one.site in (None, site))


def check_record(
    values: Mapping[str, object], *, fields: Iterable[XrayField], site: str, not_before: date, today: date
) -> list[Problem]:
    """Return what is wrong with a film's record; an empty list if nothing is.

    ``not_before`` is the day of the injury, ``today`` the clinic's date. An empty value counts as not given.
    """
    known = {one.name: one for one in fields_for(fields, site=site)}
    problems = [Problem(name, "unknown_field") for name in values if name not in known]
    for name, one in known.items():
        value = values.get(name)
        if value in (None, "", []):
            problems.extend([Problem(name, "required")] if one.required else [])
        else:
            problems.extend(_value_problems(one, value))
    film_date = values.get("film_date")
    if _is_day(film_date) and not not_before <= film_date <= today:
        problems.append(Problem("film_date", "in_future" if film_date > today else "before_injury"))
    return problems


def _value_problems(one: XrayField, value: object) -> list[Problem]:
    match one.kind:
        case "date":
            is_right = _is_day(value)
        case "choice":
            is_right = value in one.options
        case "multi" | "composite":
            allowed = one.options or one.parts
            is_right = isinstance(value, list) and all(part in allowed for part in value)
        case "list4":
            is_right = (
                isinstance(value, list) and len(value) == 4 and all(_is_within(one, part) for part in value)
            )
        case "text":
            is_right = isinstance(value, str) and len(value) <= (one.maximum or 500) and can_be_stored(value)
        case "integer":
            is_right = isinstance(value, int) and value >= 0 and _is_within(one, value)
        case _:
            is_right = _is_within(one, value)
    return [] if is_right else [Problem(one.name, "not_allowed")]


def _is_day(value: object) -> TypeGuard[date]:
    """Say whether a value is a date; a datetime is a date to Python and none here."""
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_within(one: XrayField, value: object) -> bool:
    low, high = NUMBER_BOUNDS
    least = low if one.minimum is None else one.minimum
    most = high if one.maximum is None else one.maximum
    return is_number(value) and least <= value <= most
