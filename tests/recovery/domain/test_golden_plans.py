"""Whole plans in readable text: a change of the tables or of the arithmetic shows as a changed line.

To accept a change, run these tests with ``WRITE_GOLDEN=1`` and read the difference.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from recovery.domain.protocol import ALTERNATIVE, STANDARD
from recovery.domain.timeline import DatedGate, Layout, lay_out
from recovery.protocols import load

FOLDER = Path(__file__).parent / "golden"
DAY_ZERO_ON = date(2028, 2, 1)
PLANS = {
    "distal-radius.plate": None,
    "ankle.plate-standard": STANDARD,
    "ankle.plate-alternative": ALTERNATIVE,
    "tibial-shaft.rod": None,
    "tibial-plateau.plate": None,
    "patella.tension-band": None,
    "vertebral-compression.kyphoplasty": None,
    "femoral-neck.arthroplasty": None,
}


def written(layout: Layout) -> str:
    """Return a plan as text, a line a row; a span's second day is the first one after it."""
    return "\n".join([*_lines(layout), ""])


def _lines(layout: Layout):
    yield f"{layout.protocol_id}, load {layout.load_choice}, day 0 on {layout.day_zero_on:%a %d %b %Y}"
    yield ""
    for one in layout.phases:
        yield f"phase    {one.starts_on} {one.ends_on}  {one.code}"
    for one in layout.loads:
        yield f"load     {one.from_on} {one.until_on or 'open-ended'}  {one.code}"
    for film in layout.films:
        yield f"film     {film.due_on} ({film.window_from_on} to {film.window_until_on})  {film.key}"
    for one in layout.therapy:
        yield f"therapy  {one.from_on} {one.until_on}  {one.visits_per_week} a week"
    for one in layout.rom_limits:
        yield f"bending  {one.from_on} {one.until_on}  {one.motion} {one.limit_deg} degrees"
    held = layout.immobilisation
    yield f"held by  {held.device}, off between {held.off_from_on} and {held.off_until_on}"
    for gate in (*layout.gates, *layout.extra_gates):
        yield from _gate_lines(gate)
    yield f"union    {layout.union}"
    yield f"recovery {layout.recovery}"
    yield f"ends on  {layout.ends_on}"


def _gate_lines(dated: DatedGate):
    yield f"gate     {dated.earliest_on or 'by steps'}  {dated.gate.change} ({dated.gate.name})"
    for on, code in dated.steps:
        yield f"           {on}  {code}"
    for need in dated.gate.needs:
        if need.text:
            yield f"           {need.kind}: {need.text}"


@pytest.mark.parametrize("name", PLANS)
class TestGoldenPlan:
    def test_is_laid_out_as_it_was_read_and_accepted(self, name):
        protocol_id = name.removesuffix(f"-{PLANS[name]}")
        path = FOLDER / f"{name}.txt"

        text = written(
            lay_out(load("2026-11").protocols[protocol_id], day_zero_on=DAY_ZERO_ON, load_choice=PLANS[name])
        )

        if os.environ.get("WRITE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")
