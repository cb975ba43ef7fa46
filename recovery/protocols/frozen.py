"""Released tables never change: FROZEN.txt holds the digest of each of their files."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parent
FROZEN = "FROZEN.txt"


def digest_lines(root: Path = ROOT) -> tuple[str, ...]:
    """Return a line for each file of each release: its SHA-256 and its path, as ``sha256sum`` writes them.

    To release a folder, write these lines to FROZEN.txt.
    """
    files = sorted(path for path in root.glob("*/*.yaml") if (path.parent / "content.yaml").exists())
    return tuple(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root).as_posix()}"
        for path in files
    )


def verify_frozen(root: Path = ROOT) -> tuple[str, ...]:
    """Return the paths of files that were changed, added or removed since the release, sorted."""
    frozen = set((root / FROZEN).read_text(encoding="ascii").splitlines())
    return tuple(sorted({line.split("  ", 1)[1] for line in frozen ^ set(digest_lines(root))}))
