"""Loading a release of the clinical tables, with every reference checked."""

from collections.abc import Collection, Mapping
from functools import cache, partial
from pathlib import Path

from recovery.domain.repair import HARDWARE, Modifier
from recovery.protocols import advice, plans
from recovery.protocols.content import Content, ContentError
from recovery.protocols.rows import Row, by_key, read_one, read_rows

CURRENT = "2026-11"
ROOT = Path(__file__).parent

# Tables that no rule acts on yet, with the column that names a row.
REFERENCE_KEYS = {
    "alignment_refs": "fracture",
    "bone_medicines": "drug",
    "falls_tasks": "task",
    "loinc": "code",
    "osteoporosis_schedule": "id",
    "proms": "slug",
    "regulatory_line": "feature",
    "risk_factors": "slug",
    "scores": "id",
    "snomed": "id",
}
# SNOMED rows may be about bone in general.
NO_FRACTURES = ("any", "osteoporosis")


@cache
def load(version: str = CURRENT) -> Content:
    """Return a release by its version. Raises ContentError if it is unknown or broken."""
    if version not in versions():
        raise ContentError(f"content version {version!r} is not here")
    return load_folder(ROOT / version)


def versions() -> tuple[str, ...]:
    """Return the versions that are here, the oldest first."""
    return tuple(sorted(path.parent.name for path in ROOT.glob("*/content.yaml")))


def load_folder(folder: Path) -> Content:
    """Return the release in a folder named after its version. Raises ContentError if it is broken."""
    rows = partial(read_rows, folder)
    about = advice.release(read_one(folder, "content.yaml"))
    if about.version != folder.name:
        raise ContentError(f"content.yaml: version {about.version!r} is not the name of its folder")
    sources = by_key(rows("sources.yaml", key="id"), advice.source)
    urgencies = by_key(rows("urgency.yaml", key="code"), advice.urgency)
    fractures = by_key(rows("fractures.yaml", key="slug"), plans.fracture)
    load_codes = by_key(rows("load_codes.yaml", key="code"), plans.load_code)
    modifier_rows, modifiers = _modifiers(folder)
    hardware = [one.hardware for one in modifiers]
    red_flags = by_key(
        rows("red_flags.yaml", key="id"),
        partial(advice.red_flag, urgencies=urgencies, sites=fractures, hardware=hardware, sources=sources),
    )
    for row, one in zip(modifier_rows, modifiers, strict=True):
        advice.check_named_flags(row, one.adds, red_flags)
    for flag in red_flags.values():
        advice.check_named_flags(Row("red_flags.yaml", flag.id, {}), [flag.escalate or ""], red_flags)
    gates = by_key(rows("gates.yaml", key="gate"), partial(plans.gate, load_codes=load_codes))
    protocols = by_key(
        rows("protocols.yaml", key="id"),
        partial(
            plans.protocol,
            fractures=fractures,
            load_codes=load_codes,
            gates=gates,
            hardware=hardware,
            sources=sources,
        ),
    )
    plans.check_gate_names(gates, owners={*fractures, *protocols})
    stop_rules = by_key(rows("stop_rules.yaml", key="id"), partial(advice.stop_rule, flags=red_flags))
    exercises = by_key(
        rows("exercises.yaml", key="id"),
        partial(
            advice.exercise, load_codes=load_codes, stop_rules=stop_rules, sites=fractures, sources=sources
        ),
    )
    log_fields = by_key(
        rows("daily_log.yaml", key="field"), partial(advice.log_field, load_codes=load_codes, flags=red_flags)
    )
    xray_fields = by_key(rows("xray_record.yaml", key="field"), partial(advice.xray_field, sites=fractures))
    return Content(
        release=about,
        fractures=fractures,
        protocols=protocols,
        load_codes=load_codes,
        gates=gates,
        modifiers=modifiers,
        red_flags=red_flags,
        urgencies=urgencies,
        exercises=exercises,
        stop_rules=stop_rules,
        stages=tuple(by_key(rows("stages.yaml", key="id"), advice.stage).values()),
        notices=by_key(rows("notices.yaml", key="id"), advice.notice),
        log_fields=tuple(log_fields.values()),
        xray_fields=tuple(xray_fields.values()),
        hazards=tuple(by_key(rows("hazards.yaml", key="id"), advice.hazard).values()),
        sources=sources,
        reference={name: _reference(folder, name, fractures, sources) for name in REFERENCE_KEYS},
    )


def _modifiers(folder: Path) -> tuple[list[Row], tuple[Modifier, ...]]:
    """Read the modifiers: a graft has a row for each kind, so rows are not told apart by hardware alone."""
    file = "modifiers.yaml"
    rows = list(read_rows(folder, file, key="hardware"))
    found = []
    for row in rows:
        found.append(advice.modifier(row))
        row.close()
        twins = [
            one for one in found if (one.hardware, one.subtype) == (found[-1].hardware, found[-1].subtype)
        ]
        row.check(len(twins) == 1, "stands there twice")
    missing = HARDWARE - {one.hardware for one in found}
    if missing:
        raise ContentError(f"{file}: has no row for {', '.join(sorted(missing))}")
    return rows, tuple(found)


def _reference(
    folder: Path, name: str, fractures: Collection[str], sources: Collection[str]
) -> tuple[Mapping[str, object], ...]:
    found = []
    for row in read_rows(folder, f"{name}.yaml", key=REFERENCE_KEYS[name]):
        cells = row.rest()
        named = cells.get("src", [])
        row.refer("source", named if isinstance(named, list) else [str(named)], sources, "sources.yaml")
        if "fracture" in cells:
            row.refer("fracture", str(cells["fracture"]), (*fractures, *NO_FRACTURES), "fractures.yaml")
        found.append(cells)
    return tuple(found)
