"""Parsing what patients and therapists are told: warning signs, exercises, the log and fixed texts."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from types import MappingProxyType

from recovery.domain.exercises import GENERAL, PHASE_OF_LETTER, REGIONS, Exercise, StopRule
from recovery.domain.log import FlagRule, LogField
from recovery.domain.protocol import LIMBS, TREATMENTS, LoadCode
from recovery.domain.red_flags import ANY_TREATMENT, RedFlag, Urgency
from recovery.domain.repair import HARDWARE, Modifier
from recovery.domain.xray import XrayField
from recovery.protocols.content import Hazard, Notice, Release, Source, Stage
from recovery.protocols.rows import Row

LOG_KINDS = (
    "int",
    "bool",
    "choice",
    "multi",
    "decimal",
    "checklist",
    "load_code",
    "angle",
    "list3_0_10",
    "image",
)
FREQUENCIES = ("daily", "weekly", "as_needed", "visit")
XRAY_KINDS = ("date", "computed", "choice", "multi", "number", "integer", "list4", "composite", "text")
HAZARD_BOUNDS = range(1, 6)
FLAG_ID = re.compile(r"\brf-[a-z]+(?:-[a-z]+)*")
TEMPERATURE = re.compile(r"(\d+(?:\.\d+)?) C or more")


def release(row: Row) -> Release:
    """Parse ``content.yaml``."""
    found = Release(
        version=row.text("version"),
        status=row.text("status"),
        reviewer=row.text_or_none("reviewer"),
        reviewed_on=row.day_or_none("reviewed_on"),
        next_review_on=row.day_or_none("next_review_on"),
    )
    row.close()
    return found


def source(row: Row) -> Source:
    """Parse a row of ``sources.yaml``."""
    return Source(row.text("id"), row.text("what"), row.text("read"), row.text_or_none("says"))


def urgency(row: Row) -> Urgency:
    """Parse a row of ``urgency.yaml``."""
    return Urgency(row.text("code"), row.whole("rank"), row.text("label"), row.text("action"))


def stage(row: Row) -> Stage:
    """Parse a row of ``stages.yaml``."""
    first, until = (row.as_whole(week, "weeks") for week in row.as_tuple(row.raw("weeks"), "weeks", 2))
    row.check(0 <= first < until, "weeks do not ascend")
    return Stage(row.text("id"), row.text("name"), first, until, row.text("text"))


def notice(row: Row) -> Notice:
    """Parse a row of ``notices.yaml``."""
    return Notice(row.text("id"), row.text("where"), row.text("text"))


def hazard(row: Row) -> Hazard:
    """Parse a row of ``hazards.yaml``."""
    found = Hazard(
        id=row.text("id"),
        hazard=row.text("hazard"),
        cause=row.text("cause"),
        severity=row.whole("sev"),
        likelihood=row.whole("lik"),
        control=row.text("control"),
        test=row.text("test"),
    )
    row.check({found.severity, found.likelihood} <= set(HAZARD_BOUNDS), "sev and lik are not 1 to 5")
    return found


def modifier(row: Row) -> Modifier:
    """Parse a row of ``modifiers.yaml``; the warning signs it names are checked later."""
    return Modifier(
        hardware=row.one_of("hardware", sorted(HARDWARE)),
        subtype=row.text_or_none("subtype"),
        adds=row.texts("adds"),
        union_shift=row.text_or_none("union_shift"),
    )


def red_flag(
    row: Row,
    *,
    urgencies: Mapping[str, Urgency],
    sites: Collection[str],
    hardware: Collection[str],
    sources: Collection[str],
) -> RedFlag:
    """Parse a row of ``red_flags.yaml``."""
    level = row.text("urgency")
    row.refer("urgency", level, urgencies, "urgency.yaml")
    found = RedFlag(
        id=row.text("id"),
        clinical_name=row.text("clin"),
        applies=row.texts("applies"),
        limbs=row.texts("limb"),
        sites=row.texts("site"),
        devices=row.texts("device"),
        hardware=row.texts("hardware"),
        urgency=urgencies[level],
        window=row.text_or_none("window"),
        ask=row.text("ask"),
        ask2=row.text_or_none("ask2"),
        do_now=row.text("do_now"),
        escalate=row.text_or_none("escalate"),
        sources=row.texts("src"),
    )
    row.check(bool(found.applies), "applies to nothing")
    row.refer("treatment", found.applies, (*TREATMENTS, ANY_TREATMENT), "the list of treatments")
    row.refer("limb", found.limbs, LIMBS, "the list of limbs")
    row.refer("site", found.sites, sites, "fractures.yaml")
    row.refer("device", found.devices, hardware, "modifiers.yaml")
    row.refer("hardware", found.hardware, hardware, "modifiers.yaml")
    row.refer("source", found.sources, sources, "sources.yaml")
    return found


def check_named_flags(row: Row, texts: Collection[str], flags: Collection[str]) -> None:
    """Refuse a sentence that names a warning sign which does not exist."""
    row.refer("red flag", [name for text in texts for name in FLAG_ID.findall(text)], flags, "red_flags.yaml")


def stop_rule(row: Row, *, flags: Collection[str]) -> StopRule:
    """Parse a row of ``stop_rules.yaml``."""
    found = StopRule(
        id=row.text("id"),
        text=row.text("text"),
        flag=row.text_or_none("flag"),
        ask_after=row.yes_or_no("ask_after"),
    )
    row.refer("red flag", [found.flag] if found.flag else [], flags, "red_flags.yaml")
    return found


def exercise(
    row: Row,
    *,
    load_codes: Collection[str],
    stop_rules: Collection[str],
    sites: Collection[str],
    sources: Collection[str],
) -> Exercise:
    """Parse a row of ``exercises.yaml``."""
    letters = row.texts("phases")
    row.refer("phase", letters, PHASE_OF_LETTER, "the list of phases")
    found = Exercise(
        id=row.text("id"),
        name=row.text("name"),
        region=row.one_of("region", (*REGIONS, GENERAL)),
        phases=tuple(PHASE_OF_LETTER[letter] for letter in letters),
        steps=row.texts("steps"),
        sets=row.whole("sets"),
        reps=row.whole("reps"),
        hold_s=row.whole("hold_s"),
        per_day=row.whole("per_day"),
        minutes=row.whole_or_none("minutes"),
        stop=row.texts("stop"),
        load_min=row.text_or_none("load_min"),
        needs_ok=row.yes_or_no("needs_ok"),
        needs_xray_ok=row.yes_or_no("needs_xray_ok"),
        first_weeks=MappingProxyType(
            {
                row.as_text(site, "site_min_wk"): row.as_whole(week, "site_min_wk")
                for site, week in row.table("site_min_wk").items()
            }
        ),
        ok_sites=row.texts("site_ok"),
        avoid=row.texts("avoid"),
        rom_note=row.text_or_none("rom_note"),
        sources=row.texts("src"),
    )
    row.check(bool(letters and found.steps and found.stop), "has no phases, no steps or no stop rule")
    row.refer("stop rule", found.stop, stop_rules, "stop_rules.yaml")
    row.refer("load code", [found.load_min] if found.load_min else [], load_codes, "load_codes.yaml")
    row.refer("site", [*found.first_weeks, *found.ok_sites], sites, "fractures.yaml")
    row.refer("source", found.sources, sources, "sources.yaml")
    return found


def log_field(row: Row, *, load_codes: Mapping[str, LoadCode], flags: Collection[str]) -> LogField:
    """Parse a row of ``daily_log.yaml``; a question about the load gets every load code as its options."""
    kind = row.one_of("type", LOG_KINDS)
    options = row.texts("options")
    found = LogField(
        name=row.text("field"),
        frequency=row.one_of("freq", FREQUENCIES),
        kind=kind,
        prompt=row.text("prompt"),
        minimum=row.whole_or_none("min"),
        maximum=row.whole_or_none("max"),
        options=tuple(load_codes) if kind == "load_code" else options,
        unit=row.text_or_none("unit"),
        loinc=row.text_or_none("loinc"),
        flags=tuple(
            _flag_rule(row, kind, answer, ids, options=options, flags=flags)
            for answer, ids in row.table("flags").items()
        ),
        flags_until_week=row.whole_or_none("flags_until_week"),
        until_week=row.whole_or_none("until_week"),
        until=row.text_or_none("until"),
    )
    row.check(row.yes_or_no("red_flag") == bool(found.flags), "red_flag and flags do not agree")
    row.check(
        bool(found.options) == (kind in ("choice", "multi", "load_code")), f"{kind} and options do not agree"
    )
    return found


def xray_field(row: Row, *, sites: Collection[str]) -> XrayField:
    """Parse a row of ``xray_record.yaml``."""
    found = XrayField(
        name=row.text("field"),
        kind=row.one_of("type", XRAY_KINDS),
        required=row.yes_or_no("required"),
        for_patient=row.yes_or_no("patient"),
        options=row.texts("options"),
        parts=row.texts("parts"),
        minimum=row.whole_or_none("min"),
        maximum=row.whole_or_none("max"),
        site=row.text_or_none("site"),
        computed_from=row.text_or_none("from"),
    )
    row.refer("site", [found.site] if found.site else [], sites, "fractures.yaml")
    return found


def _flag_rule(
    row: Row, kind: str, answer: object, ids: object, *, options: Collection[str], flags: Collection[str]
) -> FlagRule:
    names = tuple(row.as_text(name, "flags") for name in (ids if isinstance(ids, list) else [ids]))
    row.refer("red flag", names, flags, "red_flags.yaml")
    if kind == "decimal":
        limit = TEMPERATURE.fullmatch(str(answer))
        row.check(limit is not None, f"flags: {answer!r} is not a temperature")
        return FlagRule(None, Decimal(limit.group(1)) if limit else None, names)
    if kind == "bool":
        row.check(isinstance(answer, bool), f"flags: {answer!r} is not true or false")
        return FlagRule(bool(answer), None, names)
    row.check(answer in options, f"flags: {answer!r} is not an option")
    return FlagRule(str(answer), None, names)
