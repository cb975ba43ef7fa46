"""Clinical facts as data: versioned tables, checked when they are loaded, frozen when they are released."""

from recovery.protocols.content import (
    Content,
    ContentError,
    Hazard,
    Notice,
    Release,
    Source,
    Stage,
)
from recovery.protocols.frozen import digest_lines, verify_frozen
from recovery.protocols.loader import CURRENT, load, load_folder, versions
from recovery.protocols.texts import PatientText, patient_texts

__all__ = [
    "CURRENT",
    "Content",
    "ContentError",
    "Hazard",
    "Notice",
    "PatientText",
    "Release",
    "Source",
    "Stage",
    "digest_lines",
    "load",
    "load_folder",
    "patient_texts",
    "verify_frozen",
    "versions",
]
