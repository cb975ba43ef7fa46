"""The page after a save: what was saved, how it can be undone, and what is left for the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Case, OuterRef, Subquery, UUIDField, When
from django.utils.translation import gettext as _

from recovery.domain import log as rules
from recovery.domain.progress import PainFact, pain_fact
from recovery.models import DailyLog, LogRevision, Recovery
from recovery.queries import patient_place, patient_tasks, patient_words
from recovery.queries.patient_log import Other
from recovery.queries.patient_photos import PhotoLine, photos_of
from recovery.queries.patient_tasks import Task
from recovery.queries.patient_words import Phones


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What was saved and what is left. ``needs_help``: pain is high, or rose by the clinic's limit.

    ``undo_id`` is the save that can be undone: the person's own, while nothing newer was saved.
    """

    recovery: Recovery
    bone: str
    day: date
    today: date
    pain: int
    pain_move: int | None
    swelling: str
    check: str
    logs: int
    log_days: int
    fact: PainFact | None
    needs_help: bool
    tasks: tuple[Task, ...]
    others_left: tuple[Other, ...]
    undo_id: UUID | None
    photos: tuple[PhotoLine, ...]
    phones: Phones

    @property
    def is_today(self) -> bool:
        """Say whether the day is today."""
        return self.day == self.today


def saved(recoveries: Sequence[Recovery], recovery: Recovery, *, day: date, today: date) -> SavedPage | None:
    """Return the page after a save; None where the day holds no log (3 queries)."""
    running = [one for one in recoveries if not one.is_closed]
    rows = DailyLog.objects.filter(recovery__in={one.pk for one in (*running, recovery)}, day__lte=day)
    # One recovery's last 14 logs, whatever the others have: enough for the one before this day.
    rows = rows.annotate(undo_id=_undoable(recovery, day, today=today)).order_by("-day")
    columns = ("recovery_id", "day", "pain_rest", "pain_move", "answers", "undo_id")
    last = list(rows.values_list(*columns)[: patient_tasks.LOGS_READ * max(1, len(running))])
    mine = {on: found for owner, on, *found in last if owner == recovery.pk}
    if day not in mine:
        return None
    pain, move, answers, undo_id = mine[day]
    clinic = recovery.patient.clinic
    before = next((mine[on][0] for on in sorted(mine, reverse=True) if on < day), None)
    window = patient_tasks.LOGS_READ
    lately = {on: one[0] for on, one in mine.items() if (day - on).days < window}
    logged_too = {owner for owner, on, *_rest in last if on == day}
    return SavedPage(
        recovery=recovery,
        bone=patient_place.bone_of(recovery),
        day=day,
        today=today,
        pain=pain,
        pain_move=move,
        swelling=_(str(answers["swelling"])) if answers.get("swelling") else "",
        check=str(answers.get("check") or ""),
        logs=len(lately),
        log_days=min(window, (day - recovery.injured_on).days + 1),
        fact=pain_fact(lately),
        needs_help=rules.needs_help(pain, before, high=clinic.pain_high, rise=clinic.pain_rise),
        tasks=tuple(
            one for one in patient_tasks.to_do(patient_tasks.tasks(running, day=today)) if not one.is_done
        ),
        others_left=tuple(
            Other(one.public_id, patient_place.bone_of(one), False)
            for one in running
            if one.pk not in logged_too
        ),
        undo_id=undo_id,
        photos=photos_of(recovery, day),
        phones=patient_words.phones_of(clinic),
    )


def _undoable(recovery: Recovery, day: date, *, today: date) -> Case:
    """Return the save of a day that its patient can undo: the day's last one, where it is their own."""
    if recovery.is_closed or day < today - timedelta(days=rules.SCREEN_DAYS_BACK):
        return Case(output_field=UUIDField())
    standing = LogRevision.objects.standing().order_by("-pk")
    last = Subquery(standing.filter(log=OuterRef("log")).values("pk")[:1])
    own = standing.filter(recorded_by=recovery.patient.user_id, before__isnull=False)
    undoable = Subquery(own.filter(log=OuterRef("pk"), pk=last).values("public_id")[:1])
    is_asked = When(recovery=recovery, day=day, then=undoable)
    return Case(is_asked, output_field=UUIDField())
