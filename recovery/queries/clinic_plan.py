"""The plan's page: the version in force, the draft, what may be drafted, and every version before."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recovery.domain import protocol as rules
from recovery.domain.repair import items_for
from recovery.models import (
    Alert,
    PlanFilm,
    PlanGate,
    PlanLoad,
    PlanPhase,
    PlanTherapy,
    PlanVersion,
    Visit,
    XRay,
)
from recovery.protocols import Content
from recovery.queries import clinic_words
from recovery.queries.clinic_offers import Offer, offers
from recovery.queries.clinic_patient import range_words
from recovery.queries.clinic_record import Record

NO_OPEN_FLAG = "no open red flag"
"""The one need of a gate, among those written as sentences, that a row of our own tables answers."""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One need of a gate, and the fact we know about it; empty where we know none."""

    kind: str
    text: str
    fact: str


@dataclass(frozen=True, slots=True)
class GateRow:
    title: str
    needs: tuple[NeedRow, ...]


@dataclass(frozen=True, slots=True)
class PhaseRow:
    row: PlanPhase
    number: int
    name: str
    is_next: bool
    gate: GateRow | None


@dataclass(frozen=True, slots=True)
class LoadRow:
    row: PlanLoad
    name: str
    text: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class FilmRow:
    row: PlanFilm
    name: str
    booked_on: date | None
    taken_on: date | None


@dataclass(frozen=True, slots=True)
class RomRow:
    motion: str
    limit_deg: int
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Version:
    """One version, laid out for reading. ``seen`` tells whether somebody changed it since it was drawn."""

    row: PlanVersion
    programme: str
    note: str
    evidence: str
    asks_load_choice: bool
    phases: tuple[PhaseRow, ...]
    loads: tuple[LoadRow, ...]
    films: tuple[FilmRow, ...]
    therapy: tuple[PlanTherapy, ...]
    extra_gates: tuple[GateRow, ...]
    rom: tuple[RomRow, ...]
    range_words: str
    seen: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Another open recovery of the patient that has a plan or a draft, as facts to compare."""

    bone: str
    state: str
    load: str
    load_text: str
    device: str
    phase: str


@dataclass(frozen=True, slots=True)
class PastVersion:
    row: PlanVersion
    programme: str
    stayed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    in_force: Version | None
    draft: Version | None
    offers: tuple[Offer, ...]
    additions: tuple[str, ...]
    clashes: tuple[Clash, ...]
    history: tuple[PastVersion, ...]
    seen: str
    is_repair_newer: bool


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of several versions, by version."""

    phases: dict[int, list[PlanPhase]]
    loads: dict[int, list[PlanLoad]]
    films: dict[int, list[PlanFilm]]
    therapy: dict[int, list[PlanTherapy]]
    gates: dict[int, list[PlanGate]]


def plan_page(record: Record) -> PlanPage:
    """Return the plan's page of a record (9 queries)."""
    recovery = record.recovery
    open_ids = [one.row.pk for one in record.bones if not one.row.is_closed or one.is_chosen]
    plans = list(
        PlanVersion.objects.filter(recovery_id__in=open_ids).select_related("drafted_by").order_by("-number")
    )
    mine = [one for one in plans if one.recovery_id == recovery.pk]
    in_force = next((one for one in mine if one.state == PlanVersion.State.CONFIRMED), None)
    draft = next((one for one in mine if one.state == PlanVersion.State.DRAFT), None)
    live = [one for one in plans if one.state in ("confirmed", "draft")]
    rows = _rows([one.pk for one in live])
    visits = dict(
        Visit.objects.booked().filter(recovery=recovery).exclude(film_key="").values_list("film_key", "on")
    )
    taken = dict(
        XRay.objects.filter(recovery=recovery).exclude(film_key="").values_list("film_key", "film_date")
    )
    open_warnings = Alert.objects.open().filter(recovery=recovery).count()

    def laid_out(plan: PlanVersion | None) -> Version | None:
        if plan is None:
            return None
        return _version(record, plan, rows, visits=visits, taken=taken, open_warnings=open_warnings)

    repair = recovery.current_repair
    return PlanPage(
        in_force=laid_out(in_force),
        draft=laid_out(draft),
        offers=offers(record),
        additions=items_for(record.content.modifiers, hardware=repair.hardware, graft=repair.graft)
        if repair
        else (),
        clashes=_clashes(record, live, rows),
        history=tuple(_past(one, record.content) for one in mine if one is not draft),
        seen=fingerprint(draft, rows.films[draft.pk] if draft else ()),
        is_repair_newer=bool(in_force and repair and in_force.repair_id != repair.pk),
    )


def fingerprint(plan: PlanVersion | None, films: Iterable[PlanFilm]) -> str:
    """Return what a draft looks like as a short text: it differs as soon as somebody changed the draft."""
    if plan is None:
        return "none"
    dated = sorted((one.key, one.due_on.isoformat(), one.is_overridden) for one in films)
    weeks = (plan.early_weeks, plan.typical_weeks, plan.late_weeks, plan.range_reason)
    look = (str(plan.public_id), plan.day_zero_on.isoformat(), weeks, dated)
    return sha256(repr(look).encode()).hexdigest()[:32]


def _rows(plan_ids: list[int]) -> _Rows:
    """Return the rows of several versions (5 queries)."""
    return _Rows(
        phases=_by_plan(PlanPhase.objects.filter(plan_id__in=plan_ids).order_by("starts_on")),
        loads=_by_plan(PlanLoad.objects.filter(plan_id__in=plan_ids).order_by("position")),
        films=_by_plan(PlanFilm.objects.filter(plan_id__in=plan_ids).order_by("due_on")),
        therapy=_by_plan(PlanTherapy.objects.filter(plan_id__in=plan_ids).order_by("from_on")),
        gates=_by_plan(PlanGate.objects.filter(plan_id__in=plan_ids).order_by("pk")),
    )


def _by_plan(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for one in rows:
        found[one.plan_id].append(one)
    return found


def _version(
    record: Record,
    plan: PlanVersion,
    rows: _Rows,
    *,
    visits: dict[str, date],
    taken: dict[str, date],
    open_warnings: int,
) -> Version:
    protocol = record.content.protocols.get(plan.protocol_id)
    gates = {one.change: _gate(one, record, open_warnings) for one in rows.gates[plan.pk]}
    changes = set(rules.CHANGES)
    return Version(
        row=plan,
        programme=clinic_words.programme(protocol) if protocol else plan.protocol_id,
        note=(protocol.note or "") if protocol else "",
        evidence=protocol.evidence if protocol else "",
        asks_load_choice=protocol.asks_load_choice if protocol else False,
        phases=_phases(rows.phases[plan.pk], gates),
        loads=_loads(rows.loads[plan.pk], record.content),
        films=tuple(
            FilmRow(one, clinic_words.film(one.key), visits.get(one.key), taken.get(one.key))
            for one in rows.films[plan.pk]
        ),
        therapy=tuple(rows.therapy[plan.pk]),
        extra_gates=tuple(gate for change, gate in gates.items() if change not in changes),
        rom=tuple(_rom(one) for one in plan.rom_limits),
        range_words=range_words(plan),
        seen=fingerprint(plan, rows.films[plan.pk]),
    )


def _phases(rows: list[PlanPhase], gates: dict[str, GateRow]) -> tuple[PhaseRow, ...]:
    upcoming = next((one for one in rows if one.released_at is None), None)
    found = []
    for number, one in enumerate(rows, start=1):
        before = rows[number - 2].code if number > 1 else ""
        gate = gates.get(f"{before}-to-{one.code}")
        found.append(PhaseRow(one, number, clinic_words.phase(one.code), one is upcoming, gate))
    return tuple(found)


def _loads(rows: list[PlanLoad], content: Content) -> tuple[LoadRow, ...]:
    last = max((one.position for one in rows if one.released_at), default=-1)
    upcoming = next((one for one in rows if one.position > last), None)
    codes = content.load_codes
    return tuple(LoadRow(one, codes[one.code].label, codes[one.code].plain, one is upcoming) for one in rows)


def _gate(gate: PlanGate, record: Record, open_warnings: int) -> GateRow:
    needs = tuple(need for one in gate.needs for need in _need_rows(one, record, open_warnings))
    return GateRow(clinic_words.gate_change(gate.change), needs)


def _need_rows(need: dict[str, Any], record: Record, open_warnings: int) -> Iterable[NeedRow]:
    kind = str(clinic_words.NEED_KINDS.get(need["kind"], need["kind"]))
    for on, code in need.get("steps") or []:
        label = record.content.load_codes[code].label
        yield _time_need(kind, date.fromisoformat(on), record.today, label)
    if need.get("from_on"):
        yield _time_need(kind, date.fromisoformat(need["from_on"]), record.today)
    if need.get("text"):
        yield NeedRow(kind, need["text"], _flag_fact(open_warnings) if need["text"] == NO_OPEN_FLAG else "")


def _time_need(kind: str, on: date, today: date, load: str = "") -> NeedRow:
    """Say from which day a need of time is met, and whether that day has come."""
    words = _("%(load)s not before %(day)s") if load else _("Not before %(day)s")
    days = (on - today).days
    fact = (
        ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
        if days > 0
        else _("that day has come")
    )
    return NeedRow(kind, words % {"load": load, "day": date_format(on, _("j F Y"))}, fact)


def _flag_fact(open_warnings: int) -> str:
    return _("%(count)s open") % {"count": open_warnings} if open_warnings else _("none open")


def _rom(limit: dict[str, Any]) -> RomRow:
    return RomRow(
        clinic_words.plain(limit["motion"]),
        limit["limit_deg"],
        date.fromisoformat(limit["from_on"]),
        date.fromisoformat(limit["until_on"]),
    )


def _past(plan: PlanVersion, content: Content) -> PastVersion:
    protocol = content.protocols.get(plan.protocol_id)
    return PastVersion(
        plan, clinic_words.programme(protocol) if protocol else plan.protocol_id, _stayed(plan)
    )


def _stayed(plan: PlanVersion) -> tuple[str, ...]:
    return tuple(
        _("%(film)s: %(why)s")
        % {"film": clinic_words.film(one["key"]), "why": clinic_words.STAYED[one["why"]]}
        for one in plan.stayed
    )


def _clashes(record: Record, live: Iterable[PlanVersion], rows: _Rows) -> tuple[Clash, ...]:
    """Return the other plans of the patient (hazard H13): the version in force, else the draft."""
    names = {one.row.pk: one.name for one in record.bones if not one.is_chosen}
    others = {one.recovery_id: one for one in sorted(live, key=lambda plan: plan.state == "confirmed")}
    return tuple(_clash(names[pk], plan, rows, record.content) for pk, plan in others.items() if pk in names)


def _clash(bone: str, plan: PlanVersion, rows: _Rows, content: Content) -> Clash:
    loads, phases = rows.loads[plan.pk], rows.phases[plan.pk]
    load = next((one for one in reversed(loads) if one.released_at), loads[0] if loads else None)
    phase = next((one for one in reversed(phases) if one.released_at), phases[0] if phases else None)
    code = content.load_codes.get(load.code) if load else None
    return Clash(
        bone=bone,
        state=str(PlanVersion.State(plan.state).label),
        load=code.label if code else "",
        load_text=code.plain if code else "",
        device=plan.device,
        phase=clinic_words.phase(phase.code) if phase else "",
    )
