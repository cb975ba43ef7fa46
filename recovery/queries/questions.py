"""The patient's questions for the next visit, for their own page, the visit page and the sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from recovery.models import Recovery, VisitQuestion
from recovery.queries import patient_place
from recovery.queries.patient_log import Other
from recovery.queries.patient_timeline import others

MOST_ROWS = 60
ASKED_SHOWN = 10
UNDO_SHOWN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """One recovery's list. ``deleted`` is the one that can be put back."""

    recovery: Recovery
    bone: str
    others: tuple[Other, ...]
    query: str
    open: tuple[VisitQuestion, ...]
    asked: tuple[VisitQuestion, ...]
    deleted: VisitQuestion | None


def questions(recoveries: Sequence[Recovery], recovery: Recovery, *, now: datetime) -> QuestionsPage:
    """Return the list of one of a person's recoveries (1 query).

    The open ones are bounded and come first: however many were asked since, none of these is cut off.
    """
    rows = list(
        VisitQuestion.objects.filter(recovery=recovery)
        .exclude(text="")
        .order_by(F("asked_at").desc(nulls_first=True), "-added_at", "-pk")[:MOST_ROWS]
    )
    kept = [one for one in rows if one.removed_at is None]
    asked = sorted(
        (one for one in kept if one.asked_at), key=lambda one: (one.asked_at, one.pk), reverse=True
    )
    deleted = [one for one in rows if one.removed_at and now - one.removed_at <= UNDO_SHOWN]
    return QuestionsPage(
        recovery=recovery,
        bone=patient_place.bone_of(recovery),
        others=others(recoveries, recovery),
        query=f"recovery={recovery.public_id}" if len(recoveries) > 1 else "",
        open=tuple(reversed([one for one in kept if one.asked_at is None])),
        asked=tuple(asked[:ASKED_SHOWN]),
        deleted=deleted[0] if deleted else None,
    )


def open_questions(recovery: Recovery) -> tuple[str, ...]:
    """Return the words of what is still to be asked, the oldest first (1 query)."""
    rows = VisitQuestion.objects.filter(recovery=recovery).still_open()
    return tuple(rows.values_list("text", flat=True)[:MOST_ROWS])
