"""What every way of reaching a person offers the sender. E-mail is the first."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Result(StrEnum):
    """What became of an attempt."""

    SENT = "sent"
    LATER = "later"
    """Refused for now, this message only."""
    OUTAGE = "outage"
    """Nobody answered, or the line went dead: it says nothing about this message."""
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
    """What one person is told, in both forms, before a channel packs it."""

    address: str
    sender_name: str
    subject: str
    text: str
    html: str
    message_id: str
    written_at: datetime
    stop_url: str = ""
    calendar: bytes = b""


class Channel(Protocol):
    """A way to reach people. One instance serves one sender and keeps its connection open."""

    name: str

    def compose(self, letter: Letter) -> bytes:
        """Pack a letter as it goes over the wire. Raises ValueError for what cannot be packed."""

    def ready(self) -> Outcome:
        """Open the connection, or find it still open: SENT, or OUTAGE with a code."""

    def hand_over(self, address: str, packed: bytes) -> Outcome:
        """Give one packed letter to the other side and say what became of it. Never raises for a refusal."""

    def close(self) -> None:
        """End the connection, whatever its state."""
