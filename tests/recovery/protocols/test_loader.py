"""A table that refers to nothing, or contradicts itself, stops the load with its file and its row."""

import shutil
from pathlib import Path

import pytest
import yaml

from recovery.protocols import CURRENT, ContentError, load, load_folder, versions
from recovery.protocols.loader import ROOT


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the current release that a test may break."""
    return Path(shutil.copytree(ROOT / CURRENT, tmp_path / CURRENT))


def replaced(folder, file, old, new):
    """Replace a text in a table, everywhere it stands."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has changed: {old!r} is gone"
    path.write_text(text.replace(old, new), encoding="utf-8")


BROKEN = yaml.safe_load((Path(__file__).parent / "broken.yaml").read_text(encoding="utf-8"))


class TestBrokenTable:
    @pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["error"])
    def test_stops_the_load_and_is_named(self, folder, case):
        replaced(folder, case["file"], case["old"], case["new"])

        with pytest.raises(ContentError) as error:
            load_folder(folder)

        assert str(error.value).startswith(case["error"])

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("- {a: [", "stages.yaml: is not YAML"),
            ("- !!python/object/apply:os.getcwd []", "stages.yaml: is not YAML"),
            ("just words", "stages.yaml: must hold rows"),
            ("", "stages.yaml: must hold rows"),
            ("- just words", "stages.yaml: row 1: must hold named columns"),
            ("- {id: st1, name: A, name: B}", "stages.yaml: row name: stands there twice (line 1)"),
        ],
    )
    def test_is_refused_if_it_is_no_table(self, folder, text, message):
        (folder / "stages.yaml").write_text(text, encoding="utf-8")

        with pytest.raises(ContentError) as error:
            load_folder(folder)

        assert str(error.value).startswith(message)

    def test_is_refused_if_it_is_no_utf_8(self, folder):
        (folder / "stages.yaml").write_bytes(b"\xff\xfe")

        with pytest.raises(ContentError, match=r"stages\.yaml: is not YAML"):
            load_folder(folder)

    @pytest.mark.parametrize("path", sorted((ROOT / CURRENT).glob("*.yaml")), ids=lambda path: path.name)
    def test_is_missed_if_it_is_gone(self, folder, path):
        (folder / path.name).unlink()

        with pytest.raises(ContentError, match=rf"{path.name}: cannot be read"):
            load_folder(folder)


class TestLoad:
    def test_reads_a_copy_as_it_reads_the_release(self, folder):
        assert load_folder(folder) == load()

    def test_reads_a_release_once(self):
        assert load() is load()

    def test_knows_its_versions(self):
        assert CURRENT in versions()

    @pytest.mark.parametrize("version", ["1999-01", "../2026-11", ""])
    def test_refuses_a_version_that_is_not_here(self, version):
        with pytest.raises(ContentError, match="is not here"):
            load(version)

    def test_takes_the_days_of_a_review(self, folder):
        replaced(
            folder,
            "content.yaml",
            "reviewer: null\nreviewed_on: null",
            "reviewer: Dr A\nreviewed_on: 2027-01-05",
        )

        release = load_folder(folder).release

        assert release.is_reviewed
        assert release.reviewed_on.isoformat() == "2027-01-05"

    @pytest.mark.parametrize(
        ("column", "written"),
        [("fragility_site", "false"), ("icd10cm_fragility", "null"), ("nonunion_pct", "null")],
    )
    def test_tells_a_no_from_a_blank(self, column, written):
        text = (ROOT / CURRENT / "fractures.yaml").read_text(encoding="utf-8")
        rows = sum(f"{column}: {written}" in line for line in text.splitlines())

        assert sum(not getattr(one, column) for one in load().fractures.values()) == rows
