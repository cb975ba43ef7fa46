"""Programmes that fit a broken bone and its treatment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from recovery.domain import protocol as rules
from recovery.domain.protocol import LoadStep, Protocol
from recovery.domain.repair import treatment_of
from recovery.protocols import Content
from recovery.queries import clinic_words
from recovery.queries.clinic_record import Record


@dataclass(frozen=True, slots=True)
class Offer:
    """A protocol that fits the bone and the treatment; ``shared`` is the hardware it has in common."""

    id: str
    name: str
    shared: str
    missing: str
    weeks: str
    note: str
    evidence: str
    load: tuple[str, ...]
    load_alt: tuple[str, ...]
    asks_load_choice: bool


def offers(record: Record) -> tuple[Offer, ...]:
    """Return the protocols for the bone and its treatment, most shared hardware first (no query)."""
    repair = record.recovery.current_repair
    if repair is None:
        return ()
    found = rules.matching(
        record.content.protocols.values(),
        site=record.recovery.site,
        treatment=treatment_of(repair.method, repair.hardware),
        hardware=repair.hardware,
    )
    return tuple(_offer(one, record.content, repair.hardware) for one in found)


def _offer(protocol: Protocol, content: Content, hardware: Sequence[str]) -> Offer:
    weeks = protocol.union or protocol.recovery
    shared = [one for one in protocol.hardware if one in hardware]
    missing = [one for one in hardware if one not in protocol.hardware and one != "none"]
    return Offer(
        id=protocol.id,
        name=clinic_words.programme(protocol),
        shared=clinic_words.hardware(shared),
        missing=clinic_words.hardware(missing),
        weeks=_("%(early)s to %(late)s weeks, typical %(typical)s")
        % {"early": weeks.early, "late": weeks.late, "typical": weeks.typical}
        if weeks
        else "",
        note=protocol.note or "",
        evidence=protocol.evidence,
        load=load_words(protocol.load, content),
        load_alt=load_words(protocol.load_alt, content),
        asks_load_choice=protocol.asks_load_choice,
    )


def load_words(steps: Iterable[LoadStep], content: Content) -> tuple[str, ...]:
    """Put load steps into words, in weeks from day 0."""
    return tuple(_load_step(one, content.load_codes[one.code].label) for one in steps)


def _load_step(step: LoadStep, label: str) -> str:
    if step.until_week is None:
        return _("%(label)s from week %(start)s") % {"label": label, "start": step.from_week}
    words = _("%(label)s weeks %(start)s to %(end)s")
    return words % {"label": label, "start": step.from_week, "end": step.until_week}
