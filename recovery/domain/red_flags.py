"""Warning signs: which ones fit a plan, and which ones a day's answers open.

One tick opens one fixed text; the most urgent text wins. Nothing is scored, and the full list stays
reachable whatever a plan says.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from recovery.domain.log import LogField, celsius, is_number

ANY_TREATMENT = "all"


@dataclass(frozen=True, slots=True)
class Urgency:
    """How soon to get help. ``rank`` 3 is the most urgent; ``action`` has places for the clinic's numbers."""

    code: str
    rank: int
    label: str
    action: str


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A warning sign. ``clinical_name``, ``window`` and ``escalate`` are for staff only.

    ``ask`` and ``ask2`` are two boxes for the same text ``do_now``. An empty ``limbs``, ``sites``,
    ``devices`` or ``hardware`` sets no limit.
    """

    id: str
    clinical_name: str
    applies: tuple[str, ...]
    limbs: tuple[str, ...]
    sites: tuple[str, ...]
    devices: tuple[str, ...]
    hardware: tuple[str, ...]
    urgency: Urgency
    window: str | None
    ask: str
    ask2: str | None
    do_now: str
    escalate: str | None
    sources: tuple[str, ...]


def fitting(
    flags: Iterable[RedFlag], *, treatment: str, hardware: Collection[str], limb: str, site: str
) -> tuple[RedFlag, ...]:
    """Return the warning signs that fit a plan, the most urgent first, else in the tables' order."""
    worn = set(hardware)
    chosen = (
        flag
        for flag in flags
        if (ANY_TREATMENT in flag.applies or treatment in flag.applies)
        and (not flag.limbs or limb in flag.limbs)
        and (not flag.sites or site in flag.sites)
        and (not flag.devices or worn & set(flag.devices))
        and (not flag.hardware or worn & set(flag.hardware))
    )
    return by_urgency(chosen)


def by_urgency(flags: Iterable[RedFlag]) -> tuple[RedFlag, ...]:
    """Return the flags with the most urgent first; equally urgent ones keep their order."""
    return tuple(sorted(flags, key=lambda flag: -flag.urgency.rank))


def most_urgent(flags: Iterable[RedFlag]) -> RedFlag | None:
    """Return the flag whose text wins, the first of equals; None where there is no flag."""
    return next(iter(by_urgency(flags)), None)


def found_in(
    answers: Mapping[str, object], fields: Iterable[LogField], *, completed_weeks: int
) -> tuple[str, ...]:
    """Return the ids of the warning signs that a day's answers open, each once, in the fields' order.

    A field's ``flags_until_week`` is the first completed week in which it opens nothing any more. An answer
    that is not legal opens nothing: check it first.
    """
    return tuple(
        dict.fromkeys(
            flag_id
            for field in fields
            if field.flags_until_week is None or completed_weeks < field.flags_until_week
            for flag_id in _opened_by(field, answers.get(field.name))
        )
    )


def _opened_by(field: LogField, answer: object) -> Iterable[str]:
    chosen = answer if isinstance(answer, list | tuple) else [answer]
    for rule in field.flags:
        if rule.at_least_c is not None:
            opens = is_number(answer) and celsius(answer) >= rule.at_least_c
        else:
            # "1 == True" must not turn a number into a yes.
            opens = any(type(one) is type(rule.answer) and one == rule.answer for one in chosen)
        if opens:
            yield from rule.flag_ids
