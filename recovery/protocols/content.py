"""The content of one release: every clinical table, parsed and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from recovery.domain.exercises import Exercise, StopRule
from recovery.domain.log import LogField
from recovery.domain.protocol import Fracture, Gate, LoadCode, Protocol
from recovery.domain.red_flags import RedFlag, Urgency
from recovery.domain.repair import Modifier
from recovery.domain.xray import XrayField


class ContentError(ValueError):
    """The clinical tables cannot be used; the message names the file and the row."""


@dataclass(frozen=True, slots=True)
class Release:
    """What is known of this release; ``reviewer`` and the dates are None until somebody reviewed it."""

    version: str
    status: str
    reviewer: str | None
    reviewed_on: date | None
    next_review_on: date | None

    @property
    def is_reviewed(self) -> bool:
        """Say whether a named clinician reviewed this release."""
        return self.reviewer is not None and self.reviewed_on is not None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of healing in general, in completed weeks; stages may overlap."""

    id: str
    name: str
    from_week: int
    until_week: int
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A fixed text that patients read, and where it stands."""

    id: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Hazard:
    """A row of the hazard log; severity and likelihood are 1 to 5, before controls."""

    id: str
    hazard: str
    cause: str
    severity: int
    likelihood: int
    control: str
    test: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from, and how much of it was read."""

    id: str
    what: str
    read: str
    says: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """All tables of one release. Mappings are read-only and keep the order of their file.

    ``reference`` holds, by file name without its ending, the tables that no rule acts on yet.
    """

    release: Release
    fractures: Mapping[str, Fracture]
    protocols: Mapping[str, Protocol]
    load_codes: Mapping[str, LoadCode]
    gates: Mapping[str, Gate]
    modifiers: tuple[Modifier, ...]
    red_flags: Mapping[str, RedFlag]
    urgencies: Mapping[str, Urgency]
    exercises: Mapping[str, Exercise]
    stop_rules: Mapping[str, StopRule]
    stages: tuple[Stage, ...]
    notices: Mapping[str, Notice]
    log_fields: tuple[LogField, ...]
    xray_fields: tuple[XrayField, ...]
    hazards: tuple[Hazard, ...]
    sources: Mapping[str, Source]
    reference: Mapping[str, tuple[Mapping[str, object], ...]]

    @property
    def version(self) -> str:
        """Return the version of this release, which a plan stores."""
        return self.release.version
