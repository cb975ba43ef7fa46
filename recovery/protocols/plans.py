"""Parsing what a plan is made of: fractures, load codes, gates and protocols."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from recovery.domain.exercises import REGIONS
from recovery.domain.protocol import (
    CHANGES,
    EXTRA_CHANGES,
    LIMBS,
    PHASES,
    TREATMENTS,
    Fracture,
    Gate,
    GateNeed,
    Immobilisation,
    LoadCode,
    LoadStep,
    Phase,
    Protocol,
    RomLimit,
    Therapy,
    WeekRange,
)
from recovery.domain.repair import NO_HARDWARE
from recovery.protocols.rows import Row

SCALES = ("leg", "arm", "spine")
SCALE_OF_LIMB = {"upper": ("arm",), "lower": ("leg",), "axial": ("leg", "spine")}
GATE_KINDS = ("clinician", "time", "log", "measure")
EVIDENCE = ("A", "B", "G")
DEFAULT_GATE = "default"
PHASE_START = "phase_start"
# A device named in the words of "immob" must be in the hardware list, or its warning signs go missing.
DEVICE_WORDS = {
    "cast": "cast",
    "splint": "splint",
    "slab": "splint",
    "boot": "splint",
    "shoe": "splint",
    "strap": "splint",
    "brace": "brace",
    "sling": "sling",
    "frame": "external_fixator",
}


def fracture(row: Row) -> Fracture:
    """Parse a row of ``fractures.yaml``."""
    return Fracture(
        slug=row.text("slug"),
        name=row.text("name"),
        plain=row.text("plain"),
        limb=row.one_of("limb", LIMBS),
        region=row.one_of("region", REGIONS),
        also_regions=_regions(row),
        fragility_site=row.yes_or_no("fragility_site"),
        icd10cm=row.texts("icd10cm"),
        icd10cm_fragility=row.text_or_none("icd10cm_fragility"),
        nonunion_pct=_decimal_or_none(row, row.raw("nonunion_pct")),
        review_week=row.whole("review_wk"),
    )


def load_code(row: Row) -> LoadCode:
    """Parse a row of ``load_codes.yaml``."""
    return LoadCode(
        code=row.text("code"),
        scale=row.one_of("scale", SCALES),
        rank=row.whole("rank"),
        label=row.text("label"),
        plain=row.text("plain"),
    )


def gate(row: Row, *, load_codes: Mapping[str, LoadCode]) -> Gate:
    """Parse a row of ``gates.yaml``; its name is checked once the protocols are known."""
    name = row.text("gate")
    change = name.rpartition(".")[2]
    row.check(change in CHANGES + EXTRA_CHANGES, f"{change!r} is no known change")
    needs = tuple(_need(row, need, load_codes) for need in row.items("needs"))
    row.check(any(need.kind == "clinician" for need in needs), "needs no tick of a clinician")
    is_extra = change in EXTRA_CHANGES
    row.check(
        not (is_extra and any(need.at_phase_start for need in needs)),
        f"{PHASE_START!r} has no meaning beside the phases",
    )
    return Gate(name, change, needs)


def check_gate_names(gates: Iterable[str], *, owners: Collection[str]) -> None:
    """Refuse a gate that belongs to no fracture and no protocol, and a change without a default gate."""
    for name in gates:
        row = Row("gates.yaml", name, {})
        owner, _dot, change = name.rpartition(".")
        if owner == DEFAULT_GATE:
            row.check(change in CHANGES, f"{change!r} has no default")
        else:
            row.check(owner in owners, f"{owner!r} is no fracture and no protocol")


def protocol(
    row: Row,
    *,
    fractures: Mapping[str, Fracture],
    load_codes: Mapping[str, LoadCode],
    gates: Mapping[str, Gate],
    hardware: Collection[str],
    sources: Collection[str],
) -> Protocol:
    """Parse a row of ``protocols.yaml`` and resolve its gates."""
    protocol_id, site = row.text("id"), row.text("fracture")
    row.refer("fracture", site, fractures, "fractures.yaml")
    row.check(protocol_id.startswith(f"{site}."), f"id does not start with its fracture {site!r}")
    parsed = Protocol(
        id=protocol_id,
        fracture=site,
        treatment=row.one_of("treatment", TREATMENTS),
        hardware=row.texts("hardware"),
        union=_range(row, "union"),
        recovery=_range(row, "recovery"),
        immobilisation=_immobilisation(row),
        load=_load(row, "load", fractures[site].limb, load_codes),
        load_alt=_load(row, "load_alt", fractures[site].limb, load_codes),
        phases=_phases(row),
        film_weeks=tuple(row.as_whole(week, "xray") for week in row.items("xray")),
        therapy=_therapy(row),
        rom_limits=_rom_limits(row),
        gates=tuple(_first_gate(row, protocol_id, site, change, gates) for change in CHANGES),
        extra_gates=tuple(
            found for change in EXTRA_CHANGES if (found := _find_gate(protocol_id, site, change, gates))
        ),
        note=row.text_or_none("note"),
        evidence=row.one_of("ev", EVIDENCE),
        sources=row.texts("src"),
    )
    row.check(bool(parsed.load), "has no load")
    row.check((parsed.union is None) != (parsed.recovery is None), "needs either union or recovery")
    row.refer("hardware", parsed.hardware, hardware, "modifiers.yaml")
    row.check(bool(parsed.hardware), "names no hardware")
    row.check(
        NO_HARDWARE not in parsed.hardware or len(parsed.hardware) == 1, f"{NO_HARDWARE!r} stands with others"
    )
    row.refer("source", parsed.sources, sources, "sources.yaml")
    row.check(bool(parsed.sources), "names no source")
    weeks = parsed.film_weeks
    row.check(list(weeks) == sorted(set(weeks)) and min(weeks, default=1) > 0, "films do not ascend")
    _check_devices(row, parsed)
    return parsed


def _decimal_or_none(row: Row, value: object) -> Decimal | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        row.fail(f"{value!r} is not a number")
    return Decimal(str(value))


def _regions(row: Row) -> tuple[str, ...]:
    also = row.texts("also_regions")
    row.refer("region", also, REGIONS, "the list of regions")
    return also


def _need(row: Row, need: object, load_codes: Mapping[str, LoadCode]) -> GateNeed:
    if not isinstance(need, dict):
        row.fail(f"a need must hold named columns, not {need!r}")
    part = Row(row.file, row.name, need)
    kind = part.one_of("kind", GATE_KINDS)
    part.text_or_none("id")
    if kind != "time":
        found = GateNeed(kind, text=part.text("text"))
    elif part.has("steps"):
        found = GateNeed(kind, steps=_steps(part, load_codes))
    else:
        value = part.raw("min_wk")
        at_start = value == PHASE_START
        found = GateNeed(
            kind,
            min_week=None if at_start else part.as_whole(value, "min_wk"),
            at_phase_start=at_start,
        )
    part.close()
    return found


def _steps(row: Row, load_codes: Mapping[str, LoadCode]) -> tuple[tuple[int, str], ...]:
    steps = tuple(
        (row.as_whole(week, "steps"), row.as_text(code, "steps")) for week, code in row.table("steps").items()
    )
    row.refer("load code", [code for _week, code in steps], load_codes, "load_codes.yaml")
    _check_never_down(row, [load_codes[code] for _week, code in steps], "steps")
    row.check(list(steps) == sorted(steps), "steps do not ascend")
    return steps


def _range(row: Row, column: str) -> WeekRange | None:
    if not row.has(column):
        row.text_or_none(column)
        return None
    early, typical, late = (row.as_whole(week, column) for week in row.as_tuple(row.raw(column), column, 3))
    row.check(0 < early < typical < late, f"{column} does not ascend")
    return WeekRange(early, typical, late)


def _immobilisation(row: Row) -> Immobilisation:
    device, least, most = row.as_tuple(row.raw("immob"), "immob", 3)
    found = Immobilisation(
        row.as_text(device, "immob"), row.as_whole(least, "immob"), row.as_whole(most, "immob")
    )
    row.check(0 <= found.min_weeks <= found.max_weeks, "immob does not ascend")
    return found


def _load(row: Row, column: str, limb: str, load_codes: Mapping[str, LoadCode]) -> tuple[LoadStep, ...]:
    steps = tuple(
        LoadStep(
            row.as_whole(first, column),
            None if until is None else row.as_whole(until, column),
            row.as_text(code, column),
        )
        for first, until, code in row.tuples(column, 3)
    )
    if not steps:
        return ()
    row.refer("load code", [step.code for step in steps], load_codes, "load_codes.yaml")
    codes = [load_codes[step.code] for step in steps]
    row.check(codes[0].scale in SCALE_OF_LIMB[limb], f"{column} is not for this limb")
    _check_never_down(row, codes, column)
    _check_spans(row, column, [(step.from_week, step.until_week) for step in steps])
    row.check(steps[-1].until_week is None, f"{column} is not open-ended")
    return steps


def _check_never_down(row: Row, codes: Sequence[LoadCode], column: str) -> None:
    row.check(len({code.scale for code in codes}) == 1, f"{column} mixes scales")
    ranks = [code.rank for code in codes]
    row.check(ranks == sorted(ranks), f"{column} steps down")


def _check_spans(row: Row, column: str, spans: Sequence[tuple[int, int | None]]) -> None:
    """Spans must start at week 0, follow each other without a hole, and each be longer than nothing."""
    expected: int | None = 0
    for first, until in spans:
        row.check(first == expected, f"{column} is not contiguous from week 0: {first} after {expected}")
        row.check(until is None or until > first, f"{column} ends before it begins: {first} to {until}")
        expected = until


def _phases(row: Row) -> tuple[Phase, ...]:
    table = row.table("phases")
    row.check(tuple(table) == PHASES, f"phases are not {', '.join(PHASES)}")
    spans = [row.as_tuple(span, "phases", 2) for span in table.values()]
    weeks = [(row.as_whole(first, "phases"), row.as_whole(until, "phases")) for first, until in spans]
    _check_spans(row, "phases", weeks)
    return tuple(Phase(code, *span) for code, span in zip(PHASES, weeks, strict=True))


def _therapy(row: Row) -> tuple[Therapy, ...]:
    found = tuple(
        Therapy(
            row.as_whole(first, "pt"),
            row.as_whole(until, "pt"),
            _decimal_or_none(row, visits) or Decimal(0),
        )
        for first, until, visits in row.tuples("pt", 3)
    )
    row.check(all(one.visits_per_week > 0 for one in found), "pt without visits")
    _check_ascending(row, "pt", [(one.from_week, one.until_week) for one in found])
    return found


def _rom_limits(row: Row) -> tuple[RomLimit, ...]:
    found = tuple(
        RomLimit(
            row.as_whole(first, "rom_limit"),
            row.as_whole(until, "rom_limit"),
            row.as_text(motion, "rom_limit"),
            row.as_whole(limit, "rom_limit"),
        )
        for first, until, motion, limit in row.tuples("rom_limit", 4)
    )
    _check_ascending(row, "rom_limit", [(one.from_week, one.until_week) for one in found])
    return found


def _check_ascending(row: Row, column: str, spans: Sequence[tuple[int, int]]) -> None:
    ends = [week for span in spans for week in span]
    row.check(ends == sorted(ends), f"{column} does not ascend")
    row.check(all(first < until for first, until in spans), f"{column} ends before it begins")


def _find_gate(protocol_id: str, site: str, change: str, gates: Mapping[str, Gate]) -> Gate | None:
    return gates.get(f"{protocol_id}.{change}") or gates.get(f"{site}.{change}")


def _first_gate(row: Row, protocol_id: str, site: str, change: str, gates: Mapping[str, Gate]) -> Gate:
    found = _find_gate(protocol_id, site, change, gates) or gates.get(f"{DEFAULT_GATE}.{change}")
    if found is None:
        row.fail(f"gate '{DEFAULT_GATE}.{change}' is not in gates.yaml")
    return found


def _check_devices(row: Row, parsed: Protocol) -> None:
    words = parsed.immobilisation.device
    for word, device in DEVICE_WORDS.items():
        # "none; walking frame" names a walking aid, not a device on the break.
        is_worn = re.search(word, words) and not (device == "external_fixator" and words.startswith("none"))
        row.check(
            not is_worn or device in parsed.hardware, f"immob names {word!r}, hardware has no {device!r}"
        )
