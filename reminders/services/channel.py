"""What every way of reaching a person offers the sender. E-mail is the first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class AddressDoesNotFit(ValueError):
    """The address is none that this channel could ever write to."""


class Result(StrEnum):
    """What became of an attempt."""

    SENT = "sent"
    LATER = "later"
    """Refused for now, or the line went dead in the middle: this message only."""
    OUTAGE = "outage"
    """Nobody answered: it says nothing about this message."""
    REFUSED = "refused"
    """The address does not work, for good."""
    FAILED = "failed"
    """The message does not work, for good."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an attempt, with a short code that names nobody, e.g. ``smtp_451``."""

    result: Result
    code: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told, in both forms, before a channel packs it.

    ``calendars`` are iCalendar files with their methods. ``told`` says which version of a visit each
    reminder, by primary key, tells of.
    """

    address: str
    sender_name: str
    subject: str
    text: str
    html: str
    message_id: str
    written_at: datetime
    stop_url: str = ""
    calendars: tuple[tuple[str, bytes], ...] = ()
    told: Mapping[int, int] = field(default_factory=dict)


class Channel(Protocol):
    """A way to reach people. One instance serves one sender and keeps its lines open.

    A line carries one letter at a time. ``hand_over`` only starts it: ``outcomes`` says later how it ended.
    """

    name: str
    most_lines: int

    def open(self, wanted: int) -> Outcome:
        """Have up to ``wanted`` lines open: SENT if at least one is, else OUTAGE with a code."""

    @property
    def free(self) -> int:
        """Say how many letters can be handed over now."""

    @property
    def busy(self) -> int:
        """Say how many letters are under way, or have ended and were not asked for."""

    def compose(self, letter: Letter) -> bytes:
        """Pack a letter as it goes over the wire.

        Raises AddressDoesNotFit, or another ValueError for what cannot be packed.
        """

    def hand_over(self, key: int, address: str, packed: bytes) -> None:
        """Start to give one packed letter to the other side; ``key`` names it in ``outcomes``."""

    def outcomes(self, *, wait: bool) -> list[tuple[int, Outcome]]:
        """Return how letters ended since the last call; with ``wait`` until one did, if any is under way."""

    def close(self) -> None:
        """End all lines, whatever their state."""
