"""Daily logs: each day as it stands, and saves that are answered once for ever."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.http import Http404
from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.models import User
from accounts.querysets import Prepared
from recovery.api.answers import check_answers, log_answers, log_names
from recovery.api.description import lists, reads, writes
from recovery.api.endpoint import LOG, Endpoint
from recovery.api.fields import LONGEST_LIST, IdField, InstantField, ZoneField
from recovery.domain.log import DayEntry
from recovery.models import DailyLog, LogRevision, Recovery
from recovery.services.log import log_day

# Ids stay the text that the database makes of them: nothing is done with them but to write them out again.
_ID = Cast("public_id", CharField())
_COLUMNS = ("pk", "recovery_id", _ID, "day", "answers", "changed_at")
_OWNER = ("recovery_id", "recovery__public_id", "recovery__patient__public_id", "recovery__patient__user_id")
MOST_SAVES = 50
"""How many saves a day is listed with on average; beyond them the oldest are left out."""


class Whose(NamedTuple):
    """Whose record a day belongs to, as far as a note of the reading needs it."""

    public_id: UUID
    user_id: int | None


class _Owner(NamedTuple):
    recovery: str
    patient: Whose


class _Save(NamedTuple):
    id: str
    done_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it stands, with the ids of its saves as they came, and of those that were undone."""

    recovery: str
    patient: Whose
    day: date
    answers: dict[str, Any]
    done_at: datetime
    changed_at: datetime
    saves: list[str]
    undone: list[str]


class LogQuerySerializer(serializers.Serializer):
    recovery = IdField(required=False)
    day = serializers.DateField(required=False)
    from_on = serializers.DateField(required=False, help_text="The first day.")
    until_on = serializers.DateField(required=False, help_text="The last day.")


class LogHeadSerializer(serializers.Serializer):
    """What a save needs beside its answers. Those go on as they came: the service knows each question."""

    id = IdField(help_text="Made by the client. A repeat with the same body is answered as done.")
    recovery = IdField()
    day = serializers.DateField(help_text="The patient's local date, today or up to 31 days back.")
    done_at = InstantField(
        help_text="The instant of the act with its offset. Of two answers the later one stands."
    )
    time_zone = ZoneField(required=False, help_text="Where the act took place; else the patient's own zone.")

    exercises_shown = serializers.ListField(
        child=IdField(),
        required=False,
        max_length=LONGEST_LIST,
        help_text="What the sender showed as ticked: leaving one of these out takes its sets back, no other.",
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the head's values and ``answers``. Raises ValidationError for names of no question."""
        head = super().to_internal_value(data)
        answers = {name: value for name, value in data.items() if name not in self.fields}
        check_answers(answers, known=log_names())
        return {**head, "answers": answers}


class LogSentSerializer(LogHeadSerializer):
    """A save of a day with every question, for the description."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the head and the questions of the daily log."""
        return {**super().get_fields(), **log_answers()}


class LogSerializer(serializers.Serializer):
    """A day as it stands: each question's last answer. Questions without an answer are left out.

    A day whose only save was undone holds none, not even ``pain_rest``.
    """

    id = IdField(help_text="The id of the day's first save. Every save's id finds the day.")
    recovery = IdField()
    day = serializers.DateField()
    done_at = serializers.DateTimeField(help_text="The latest act.")
    changed_at = serializers.DateTimeField()
    saves = serializers.ListField(child=IdField(), help_text="The ids of this day's saves, the oldest first.")
    undone = serializers.ListField(
        child=IdField(), help_text="Those of these saves that were undone. They count for nothing."
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the fields above and the questions of the daily log."""
        return {**super().get_fields(), **log_answers()}

    def to_representation(self, instance: Day) -> dict[str, Any]:
        """Return the day as it is stored: a page of 200 days must not build 6,000 fields."""
        return {
            "id": self._asked_for or instance.saves[0],
            "recovery": instance.recovery,
            "day": instance.day.isoformat(),
            "done_at": _written(instance.done_at),
            "changed_at": _written(instance.changed_at),
            "saves": instance.saves,
            "undone": instance.undone,
            **instance.answers,
            **self._more,
        }

    # A serializer looks its context up anew each time, through all its parents: once is enough.
    @cached_property
    def _asked_for(self) -> UUID | None:
        return self.context.get("asked_for")

    @cached_property
    def _more(self) -> dict[str, Any]:
        more: dict[str, Any] = self.context.get("more", {})
        return more


class LogSavedSerializer(LogSerializer):
    """The day after the save, and what should follow."""

    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="The ids of the warning signs that this save's answers open."
    )
    needs_help = serializers.BooleanField(help_text="Pain is high or rose by much: show the Help page.")


class Logs(Endpoint):
    """How days went."""

    write_scope: ClassVar = LOG

    @lists("logs_list", LogSerializer, tag="logs", query=LogQuerySerializer)
    def get(self, request: Request) -> Response:
        """List days, the newest first, one row for each recovery and day."""
        rows = _Listed(self.user, self.asked(LogQuerySerializer))
        return self.page(rows, LogSerializer, patient_of=_patient_of, built_by=rows.days)

    @writes("logs_create", LogSentSerializer, LogSavedSerializer, tag="logs")
    def post(self, request: Request) -> Response:
        """Save a day's answers: 201; the same save again: 200; another body under the same id: 409."""
        given, now = self.given(LogHeadSerializer), clock.now()
        recovery = next(iter(_RECOVERY(self.user.pk, given["recovery"])), None)
        if recovery is None:
            raise Http404
        zone = given.get("time_zone") or recovery.patient.time_zone
        entry = DayEntry(given["day"], given["done_at"], zone, given["answers"])
        shown = given.get("exercises_shown")
        done = log_day(
            recovery_id=recovery.pk,
            entry=entry,
            save_id=given["id"],
            by=self.user,
            now=now,
            shown_ticks=None if shown is None else [str(one) for one in shown],
        )
        more = {"warnings": [one.flag_id for one in done.alerts], "needs_help": done.needs_help}
        day = _one_day(done.log, recovery) if done.log else _empty_day(done.save, recovery)
        return self.one(
            day, LogSavedSerializer, status=201 if done.is_new else 200, asked_for=given["id"], more=more
        )


class Log(Endpoint):
    """One day."""

    @reads("logs_read", LogSerializer, tag="logs")
    def get(self, request: Request, log_id: UUID) -> Response:
        """Read the day that a save belongs to, by the id of any of its saves."""
        saves = LogRevision.objects.filter(
            recovery=OuterRef("recovery"), public_id=log_id, log=OuterRef("pk")
        )
        # An id is unique within a recovery only, so a person with two may have used it twice.
        days = DailyLog.objects.visible_to(self.user).select_related("recovery__patient")
        log = days.filter(Q(public_id=log_id) | Exists(saves)).order_by("pk").first()
        day = _one_day(log, log.recovery) if log else self._undone(log_id)
        self.note_reading(day.patient)
        return self.one(day, LogSerializer, asked_for=log_id)

    def _undone(self, log_id: UUID) -> Day:
        """Return the empty day that an undone save left behind. Raises Http404."""
        saves = LogRevision.objects.visible_to(self.user).filter(public_id=log_id, log=None)
        save = saves.select_related("recovery__patient").order_by("pk").first()
        if save is None:
            raise Http404
        return _empty_day(save, save.recovery)


class _Listed(Sequence[tuple[Any, ...]]):
    """The days that a person asks for: how many they are, and a part of them, each in one query."""

    def __init__(self, user: User, asked: Mapping[str, Any]) -> None:
        self._asked = (user.pk, *(asked.get(name) for name in _FILTERS))
        self._owners: dict[int, _Owner] = {}

    def __len__(self) -> int:
        found = _NUMBERS(*self._asked)
        self._owners = {row[0]: _Owner(str(row[1]), Whose(row[2], row[3])) for row in found}
        return sum(row[4] for row in found)

    def __getitem__(self, part: Any) -> Any:
        return _LISTED(*self._asked, part=part)

    def days(self, rows: list[tuple[Any, ...]]) -> list[Day]:
        """Return a part with its saves; the pages have asked for the length before it."""
        return _days(rows, self._owners)


def _listed(user_id: int, *asked: Any) -> QuerySet[DailyLog, tuple[Any, ...]]:
    # Plain columns: 100 days as models with their recoveries and patients would cost as much again.
    return _wanted(user_id, *asked).order_by("-day", "-pk").values_list(*_COLUMNS)


def _numbers(user_id: int, *asked: Any) -> QuerySet[DailyLog, tuple[Any, ...]]:
    # Whose a day is stands here once for each recovery, and not once for each day.
    return _wanted(user_id, *asked).order_by().values_list(*_OWNER).annotate(number=Count("pk"))


def _wanted(user_id: int, *asked: Any) -> QuerySet[DailyLog]:
    wanted = {lookup: one for lookup, one in zip(_FILTERS.values(), asked, strict=True) if one is not None}
    return DailyLog.objects.visible_to(User(pk=user_id)).filter(**wanted)


def _recovery(user_id: int, public_id: UUID) -> QuerySet[Recovery]:
    seen = Recovery.objects.visible_to(User(pk=user_id)).filter(public_id=public_id)
    return seen.select_related("patient")


def _saves(log_ids: Sequence[int]) -> QuerySet[LogRevision, tuple[Any, ...]]:
    found = LogRevision.objects.filter(log__in=log_ids).order_by("-pk")
    return found.values_list("log_id", _ID, "done_at", "undone_at")[: MOST_SAVES * len(log_ids)]


_FILTERS = {
    "recovery": "recovery__public_id",
    "day": "day",
    "from_on": "day__gte",
    "until_on": "day__lte",
}
_LISTED: Prepared[tuple[Any, ...]] = Prepared(_listed)
_NUMBERS: Prepared[tuple[Any, ...]] = Prepared(_numbers)
_RECOVERY: Prepared[Recovery] = Prepared(_recovery)
_SAVES: Prepared[tuple[Any, ...]] = Prepared(_saves)


def _one_day(log: DailyLog, recovery: Recovery) -> Day:
    row = (log.pk, recovery.pk, str(log.public_id), log.day, log.answers, log.changed_at)
    return _days([row], {recovery.pk: _owner_of(recovery)})[0]


def _owner_of(recovery: Recovery) -> _Owner:
    return _Owner(str(recovery.public_id), Whose(recovery.patient.public_id, recovery.patient.user_id))


def _days(rows: list[tuple[Any, ...]], owners: Mapping[int, _Owner]) -> list[Day]:
    """Return the days with their saves, in one more query."""
    saves: defaultdict[int, list[_Save]] = defaultdict(list)
    for log_id, save_id, done_at, undone_at in reversed(_SAVES([row[0] for row in rows])):
        saves[log_id].append(_Save(_dashed(save_id), done_at, undone_at))
    return [_day(row, saves[row[0]], owners[row[1]]) for row in rows]


def _written(instant: datetime) -> str:
    """Return an instant in UTC as the API writes it. The encoder would ask each value what it is first."""
    return instant.isoformat().replace("+00:00", "Z")


def _dashed(written: str) -> str:
    """Return an id as the API writes it; SQLite keeps it without dashes."""
    if len(written) > 32:
        return written
    return f"{written[:8]}-{written[8:12]}-{written[12:16]}-{written[16:20]}-{written[20:]}"


def _empty_day(save: LogRevision, recovery: Recovery) -> Day:
    return Day(
        *_owner_of(recovery),
        day=save.day,
        answers={},
        done_at=save.done_at,
        changed_at=save.undone_at or save.received_at,
        saves=[str(save.public_id)],
        undone=[str(save.public_id)],
    )


def _day(row: tuple[Any, ...], saves: list[_Save], owner: _Owner) -> Day:
    _pk, _recovery_id, public_id, day, answers, changed_at = row
    return Day(
        *owner,
        day=day,
        answers=answers,
        done_at=max((one.done_at for one in saves if one.undone_at is None), default=changed_at),
        changed_at=changed_at,
        saves=[one.id for one in saves] or [_dashed(public_id)],
        undone=[one.id for one in saves if one.undone_at],
    )


def _patient_of(day: Day) -> Whose:
    return day.patient
