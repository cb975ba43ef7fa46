"""Help: the warning signs to tick, and the fixed texts that answer a tick."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import CareLink, Clinic, Patient, User
from recovery import protocols
from recovery.domain import red_flags
from recovery.domain.red_flags import RedFlag, Urgency
from recovery.domain.repair import treatment_of
from recovery.models import Recovery
from recovery.protocols import Content, ContentError
from recovery.queries import patient_words
from recovery.queries.patient_words import Phones


@dataclass(frozen=True, slots=True)
class Sign:
    """One box to tick. ``value`` is the sign's id, with ".2" for its second wording."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """The signs of one urgency, under its own words."""

    urgency: str
    label: str
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Bone:
    """One of several broken bones that a sign may be about."""

    id: UUID
    bone: str


@dataclass(frozen=True, slots=True)
class HelpPage:
    """The list of warning signs: those that fit this person first; ``others`` holds the rest of the list."""

    groups: tuple[Group, ...]
    others: tuple[Group, ...]
    bones: tuple[Bone, ...]
    phones: Phones
    emergency_label: str
    emergency_action: str

    @property
    def signs(self) -> tuple[Sign, ...]:
        """Return every sign of the page."""
        return tuple(sign for group in (*self.groups, *self.others) for sign in group.signs)


@dataclass(frozen=True, slots=True)
class Ticked:
    """A sign that was ticked, in its own words, and what to do now."""

    asks: tuple[str, ...]
    do_now: str


@dataclass(frozen=True, slots=True)
class HelpResult:
    """The answer to a tick; the most urgent sign gives ``urgency``, ``label`` and ``action``."""

    urgency: str
    label: str
    action: str
    ticked: tuple[Ticked, ...]
    phones: Phones
    crisis: str
    """The crisis line, where a sign that was ticked names it."""


def help_page(recoveries: Sequence[Recovery], clinic: Clinic | None) -> HelpPage:
    """Return the warning signs: the whole list for who has no open recovery, visitors too (no query)."""
    content = _content(clinic)
    running = [one for one in recoveries if not one.is_closed]
    fitting = _fitting(content, running)
    rest = [flag for flag in content.red_flags.values() if flag.id not in {one.id for one in fitting}]
    phones = patient_words.phones_of(clinic)
    emergency = content.urgencies["emergency"]
    return HelpPage(
        groups=_groups(fitting or rest, content.urgencies.values(), phones),
        others=_groups(rest, content.urgencies.values(), phones) if fitting else (),
        bones=tuple(
            Bone(one.public_id, patient_words.bone(one, content.fractures[one.site])) for one in running
        )
        if len(running) > 1
        else (),
        phones=phones,
        emergency_label=_(emergency.label),
        emergency_action=phones.fill(_(emergency.action)),
    )


def _content(clinic: Clinic | None) -> Content:
    """Return the clinic's content; where that cannot be used, what visitors read: help must always open."""
    try:
        return protocols.load(clinic.content_version) if clinic else protocols.load()
    except ContentError:
        return protocols.load()


def _fitting(content: Content, recoveries: Iterable[Recovery]) -> list[RedFlag]:
    """Return the signs that fit any of the recoveries, each once; nothing for one without a treatment."""
    found: dict[str, RedFlag] = {}
    for recovery in recoveries:
        repair = recovery.current_repair
        if repair is None:
            continue
        for flag in red_flags.fitting(
            content.red_flags.values(),
            treatment=treatment_of(repair.method, repair.hardware),
            hardware=repair.hardware,
            limb=content.fractures[recovery.site].limb,
            site=recovery.site,
        ):
            found[flag.id] = flag
    return list(red_flags.by_urgency(found.values()))


def _groups(flags: Iterable[RedFlag], urgencies: Iterable[Urgency], phones: Phones) -> tuple[Group, ...]:
    listed = list(flags)
    found = (
        Group(
            level.code,
            _(level.label),
            tuple(sign for flag in listed if flag.urgency == level for sign in _signs(flag)),
        )
        for level in sorted(urgencies, key=lambda one: -one.rank)
    )
    return tuple(group for group in found if group.signs)


def _signs(flag: RedFlag) -> Iterable[Sign]:
    yield Sign(flag.id, _(flag.ask))
    if flag.ask2:
        yield Sign(f"{flag.id}.2", _(flag.ask2))


def words_of(flag: RedFlag) -> tuple[str, ...]:
    """Return what a warning sign asks, in one wording or two."""
    return tuple(sign.words for sign in _signs(flag))


def signs_of(values: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of the warning signs behind ticked boxes, each once."""
    return tuple(dict.fromkeys(value.partition(".")[0] for value in values))


def help_result(values: Iterable[str], clinic: Clinic | None) -> HelpResult | None:
    """Return the fixed texts for ticked boxes; None where none of them is a sign of the list (no query)."""
    content, chosen = _content(clinic), list(values)
    flags = [content.red_flags[one] for one in signs_of(chosen) if one in content.red_flags]
    worst = red_flags.most_urgent(flags)
    if worst is None:
        return None
    phones = patient_words.phones_of(clinic)
    return HelpResult(
        urgency=worst.urgency.code,
        label=_(worst.urgency.label),
        action=phones.fill(_(worst.urgency.action)),
        ticked=tuple(
            Ticked(
                tuple(sign.words for sign in _signs(flag) if sign.value in chosen),
                phones.fill(_(flag.do_now)),
            )
            for flag in red_flags.by_urgency(flags)
        ),
        phones=phones,
        crisis=phones.crisis if any("{crisis_line}" in flag.do_now for flag in flags) else "",
    )


def has_carer(user: User) -> bool:
    """Say whether anybody cares for this person now, so that a warning sign stands on somebody's list."""
    return CareLink.objects.current().filter(patient__in=Patient.objects.of(user)).exists()
