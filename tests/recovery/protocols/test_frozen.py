import shutil

import pytest

from recovery.protocols import CURRENT, digest_lines, verify_frozen
from recovery.protocols.frozen import FROZEN, ROOT


@pytest.fixture
def root(tmp_path):
    """Return a copy of all releases with their digests."""
    shutil.copytree(ROOT / CURRENT, tmp_path / CURRENT)
    shutil.copy(ROOT / FROZEN, tmp_path / FROZEN)
    return tmp_path


class TestFrozen:
    def test_tables_have_not_changed_since_their_release(self):
        assert verify_frozen() == ()

    def test_covers_every_file_of_every_release(self):
        files = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/*") if path.is_file()}

        assert {line.split("  ")[1] for line in digest_lines()} == {
            name for name in files if "__pycache__" not in name
        }

    def test_notices_a_changed_file(self, root):
        with (root / CURRENT / "gates.yaml").open("a", encoding="utf-8") as file:
            file.write("# one more word\n")

        assert verify_frozen(root) == (f"{CURRENT}/gates.yaml",)

    def test_notices_a_file_that_is_gone_and_one_that_is_new(self, root):
        (root / CURRENT / "loinc.yaml").rename(root / CURRENT / "codes.yaml")

        assert verify_frozen(root) == (f"{CURRENT}/codes.yaml", f"{CURRENT}/loinc.yaml")

    def test_waits_for_a_folder_to_be_a_release(self, root):
        (root / "2027-03").mkdir()
        (root / "2027-03" / "gates.yaml").write_text("[]", encoding="utf-8")

        assert verify_frozen(root) == ()
