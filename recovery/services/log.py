"""Record how a day went."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import User
from accounts.querysets import Prepared
from accounts.services import audit
from recovery import protocols
from recovery.domain import log as rules
from recovery.domain import red_flags, timeline
from recovery.domain.problem import Problem
from recovery.models import Alert, Assignment, DailyLog, LogRevision, Recovery, SetDone
from recovery.services.alerts import raise_alerts
from recovery.services.change import announce, check_act, lock

SCREEN_DAYS_BACK = rules.SCREEN_DAYS_BACK
QUEUE_DAYS_BACK = 31
_TICKS = "exercises_done"


class LogRefused(ValidationError):
    """An answer is missing or makes no sense."""

    def __init__(self, problems: list[Problem]) -> None:
        found: dict[str, list[ValidationError]] = {}
        for one in problems:
            found.setdefault(one.field, []).append(ValidationError(_words(one), code=one.code))
        super().__init__(found)


class LogDiffers(ValidationError):
    """The same id came with another body."""

    def __init__(self) -> None:
        super().__init__(_("This entry was already saved with other answers."), code="conflict")


@dataclass(frozen=True, slots=True)
class Logged:
    """What a save did. ``needs_help``: pain is high or rose so much that Help should follow.

    ``log`` is None for a repeat of a save that was undone and left the day without any.
    """

    log: DailyLog | None
    save: LogRevision
    is_new: bool
    alerts: tuple[Alert, ...]
    needs_help: bool


@transaction.atomic
def log_day(
    *,
    recovery_id: int,
    entry: rules.DayEntry,
    save_id: UUID,
    by: User,
    now: datetime,
    days_back: int = QUEUE_DAYS_BACK,
    shown_ticks: Collection[str] | None = None,
) -> Logged:
    """Record a save of a day, and raise the alerts that its answers call for.

    ``save_id`` is made by the client: a repeat is answered as done, another body under it is refused.
    A repeat of a save that was undone is done too, and brings nothing back. Two devices: for each field the
    answer set later wins, and both saves stay. ``days_back`` is how many days before today may be logged.
    ``shown_ticks`` are the exercises that the sender's page showed as ticked: leaving one of these out takes
    its sets back, and no others. A sender that does not say takes back what was ticked before. An alert
    once raised stays until a person closes it. Raises LogRefused, LogDiffers, ActOutOfReach, RecoveryClosed.
    """
    recovery = lock(recovery_id)
    digest = _digest(entry)
    known = next(iter(_SAVE(recovery.pk, save_id)), None)
    if known is not None:
        if known.body_digest != digest:
            raise LogDiffers
        log, earlier = _day_and_earlier(recovery, entry.day) if known.log else (None, None)
        return Logged(log, known, False, _alerts(recovery, entry), _needs_help(recovery, log, earlier))
    _check(recovery, entry, now=now, days_back=days_back)
    log, earlier = _day_and_earlier(recovery, entry.day)
    before: dict[str, Any] = {"answers": log.answers, "set_at": log.set_at} if log else {}
    ticked = list(before.get("answers", {}).get(_TICKS) or [])
    log = _merge(log, recovery, entry, ticked=ticked, shown_ticks=shown_ticks, now=now)
    if _TICKS in entry.answers:
        shown = ticked if shown_ticks is None else shown_ticks
        before |= _count_ticks(recovery, entry, shown=shown, save_id=save_id, by=by, now=now)
    save = LogRevision.objects.create(
        public_id=save_id,
        recovery=recovery,
        log=log,
        day=entry.day,
        body=dict(entry.answers),
        body_digest=digest,
        done_at=entry.done_at,
        time_zone=entry.zone,
        recorded_by=by,
        received_at=now,
        before=before,
    )
    raise_alerts(recovery, _opened(recovery, entry), source=Alert.Source.LOG, day=entry.day, now=now)
    audit.record("recovery.day_logged", by=by, now=now, patient=recovery.patient, subject_id=log.public_id)
    announce(recovery)
    return Logged(log, save, True, _alerts(recovery, entry), _needs_help(recovery, log, earlier))


def _digest(entry: rules.DayEntry) -> str:
    # Not the zone: it is the patient's own where a client sends none, and may change between two tries.
    body = {"day": entry.day, "done_at": entry.done_at.isoformat(), "answers": dict(entry.answers)}
    return sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def _check(recovery: Recovery, entry: rules.DayEntry, *, now: datetime, days_back: int) -> None:
    problems = rules.check_entry(
        entry,
        fields=protocols.load(recovery.patient.clinic.content_version).log_fields,
        today=local_day(now, recovery.patient.time_zone),
        days_back=days_back,
        not_before=recovery.injured_on,
    )
    if problems:
        raise LogRefused(problems)
    check_act(recovery, done_at=entry.done_at, now=now)


def _merge(
    row: DailyLog | None,
    recovery: Recovery,
    entry: rules.DayEntry,
    *,
    ticked: Collection[str],
    shown_ticks: Collection[str] | None,
    now: datetime,
) -> DailyLog:
    """Merge an entry into its day; ``ticked`` are the exercises that were ticked before."""
    current = None
    if row is not None:
        answers = {
            name: rules.Answer(row.answers.get(name), datetime.fromisoformat(at))
            for name, at in row.set_at.items()
        }
        current = rules.DayLog(entry.day, answers)
    unseen = [one for one in ticked if shown_ticks is not None and one not in shown_ticks]
    # A phone whose clock runs ahead must not win against every later answer.
    merged = rules.merge(
        current, replace(entry, done_at=min(entry.done_at, now), answers=_with_unseen(entry, unseen))
    )
    is_first = row is None
    row = row or DailyLog(recovery=recovery, day=entry.day, logged_at=entry.done_at)
    set_answers(row, merged.values)
    row.set_at = {name: one.set_at.isoformat() for name, one in sorted(merged.answers.items())}
    row.changed_at = now
    row.save()
    if is_first:
        # Saves of this day that were undone belong to it again, so that staff see them beside it.
        LogRevision.objects.filter(recovery=recovery, day=entry.day, log=None).update(log=row)
    return row


def set_answers(row: DailyLog, values: Mapping[str, Any]) -> None:
    """Put answers on a day, and those that have columns into these."""
    row.answers = dict(values)
    row.pain_rest, row.pain_move = values["pain_rest"], values.get("pain_move")


def _ticks(entry: rules.DayEntry) -> list[str]:
    return [str(one) for one in entry.answers.get(_TICKS) or []]  # type: ignore[attr-defined]


def _with_unseen(entry: rules.DayEntry, unseen: Collection[str]) -> Mapping[str, object]:
    """Return an entry's answers; ticks that its page did not know stay beside those that it sends."""
    if not unseen or _TICKS not in entry.answers:
        return entry.answers
    return {**entry.answers, _TICKS: list(dict.fromkeys([*_ticks(entry), *unseen]))}


def _count_ticks(
    recovery: Recovery,
    entry: rules.DayEntry,
    *,
    shown: Collection[str],
    save_id: UUID,
    by: User,
    now: datetime,
) -> dict[str, list[str]]:
    """Make the sets of the day agree with the ticks: a tick completes them, taking it back undoes them.

    Returns which sets this counted and which it took back, by their ids, as far as there are any.
    """
    ticked = _ticks(entry)
    counted: list[SetDone] = []
    taken_back: list[UUID] = []
    assignments = Assignment.objects.filter(recovery=recovery, public_id__in={*ticked, *shown})
    for assignment in assignments:
        sets = SetDone.objects.counted().filter(assignment=assignment, day=entry.day)
        done = list(sets.values_list("public_id", flat=True))
        if str(assignment.public_id) not in ticked:
            taken_back += done
            sets.update(undone_at=now)
            continue
        counted += [
            SetDone(
                public_id=uuid5(save_id, f"{assignment.public_id}/{number}"),
                assignment=assignment,
                day=entry.day,
                done_at=entry.done_at,
                time_zone=entry.zone,
                recorded_by=by,
                received_at=now,
            )
            for number in range(len(done), assignment.sets_per_day)
        ]
    SetDone.objects.bulk_create(counted)
    found = {
        "counted": [str(one.public_id) for one in counted],
        "taken_back": [str(one) for one in taken_back],
    }
    return {name: ids for name, ids in found.items() if ids}


def _opened(recovery: Recovery, entry: rules.DayEntry) -> tuple[str, ...]:
    """Return the ids of the warning signs that an entry's answers open."""
    repair = recovery.current_repair
    day_zero_on = repair.day_zero_on(recovery.injured_on) if repair else recovery.injured_on
    return red_flags.found_in(
        entry.answers,
        protocols.load(recovery.patient.clinic.content_version).log_fields,
        completed_weeks=timeline.completed_weeks(day_zero_on, entry.day),
    )


def _alerts(recovery: Recovery, entry: rules.DayEntry) -> tuple[Alert, ...]:
    """Return the day's newest alert of each warning sign that an entry opens, also for a repeat of it."""
    found = _opened(recovery, entry)
    rows = Alert.objects.filter(recovery=recovery, day=entry.day, source="log", flag_id__in=found)
    by_flag = {one.flag_id: one for one in rows.order_by("raised_at", "pk")} if found else {}
    return tuple(by_flag[one] for one in found if one in by_flag)


def _needs_help(recovery: Recovery, log: DailyLog | None, earlier: DailyLog | None) -> bool:
    if log is None:
        return False
    clinic, before = recovery.patient.clinic, earlier.pain_rest if earlier else None
    return rules.needs_help(log.pain_rest, before, high=clinic.pain_high, rise=clinic.pain_rise)


def _day_and_earlier(recovery: Recovery, day: date) -> tuple[DailyLog | None, DailyLog | None]:
    """Return the log of a day and the last one before it (1 query)."""
    found = _LAST(recovery.pk, day)
    here = [one for one in found if one.day == day]
    return next(iter(here), None), next((one for one in found if one.day < day), None)


def _save(recovery_id: int, save_id: UUID) -> QuerySet[LogRevision]:
    return LogRevision.objects.filter(recovery=recovery_id, public_id=save_id).select_related("log")


def _last(recovery_id: int, day: date) -> QuerySet[DailyLog]:
    return DailyLog.objects.filter(recovery=recovery_id, day__lte=day).order_by("-day")[:2]


_SAVE: Prepared[LogRevision] = Prepared(_save)
_LAST: Prepared[DailyLog] = Prepared(_last)


def _words(problem: Problem) -> str:
    params = {
        name: date_format(value, _("j F Y")) if isinstance(value, date) else value
        for name, value in problem.params.items()
    }
    if problem.field in {"pain_rest", "pain_move"}:
        return _("Choose a number for your pain, from 0 to 10.")
    if problem.field == "temperature":
        return _("Give a temperature, such as 38.2 °C or 100.8 °F.")
    known = {
        "in_future": _("This day has not come yet. Choose today or an earlier day."),
        "before_injury": _("This day is before your injury. Choose a later day."),
        "too_far_back": _("This day is too long ago to log. Choose a day from %(earliest)s on."),
        "no_offset": _("The time of the entry needs a zone."),
        "unknown_zone": _("The time zone is not known."),
        "required": _("Choose an answer."),
        "unknown_field": _("This question does not belong to the log."),
        "too_long": _("This text is too long. Use fewer words."),
    }
    return known.get(problem.code, _("Choose one of the answers shown.")) % params
