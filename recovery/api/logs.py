"""Daily logs: each day as it stands, and saves that are answered once for ever."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from recovery.api.answers import check_answers, log_answers, log_names
from recovery.api.description import lists, reads, writes
from recovery.api.endpoint import LOG, Endpoint, find
from recovery.api.fields import LONGEST_LIST, IdField, InstantField, ZoneField
from recovery.domain.log import DayEntry
from recovery.models import DailyLog, LogRevision, Recovery
from recovery.services.log import log_day

_COLUMNS = (
    "pk",
    "public_id",
    "day",
    "answers",
    "logged_at",
    "changed_at",
    "recovery__public_id",
    "recovery__patient__public_id",
    "recovery__patient__user_id",
)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose record a day belongs to, as far as a note of the reading needs it."""

    public_id: UUID
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it stands, with the ids of its saves in the order in which they came."""

    recovery: UUID
    patient: Whose
    day: date
    answers: dict[str, Any]
    done_at: datetime
    changed_at: datetime
    saves: list[UUID]


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
    """A day as it stands: each question's last answer. Questions without an answer are left out."""

    id = IdField(help_text="The id of the day's first save. Every save's id finds the day.")
    recovery = IdField()
    day = serializers.DateField()
    done_at = serializers.DateTimeField(help_text="The latest act.")
    changed_at = serializers.DateTimeField()
    saves = serializers.ListField(child=IdField(), help_text="The ids of all saves of this day.")

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the fields above and the questions of the daily log."""
        return {**super().get_fields(), **log_answers()}

    def to_representation(self, instance: Day) -> dict[str, Any]:
        """Return the day as it is stored: a page of 200 days must not build 6,000 fields."""
        return {
            "id": self.context.get("asked_for") or instance.saves[0],
            "recovery": instance.recovery,
            "day": instance.day,
            "done_at": instance.done_at,
            "changed_at": instance.changed_at,
            "saves": instance.saves,
            **instance.answers,
            **self.context.get("more", {}),
        }


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
        rows = _logs(self).filter(_asked_for(self.asked(LogQuerySerializer))).order_by("-day", "-pk")
        return self.page(rows, LogSerializer, patient_of=_patient_of, built_by=_days)

    @writes("logs_create", LogSentSerializer, LogSavedSerializer, tag="logs")
    def post(self, request: Request) -> Response:
        """Save a day's answers: 201; the same save again: 200; another body under the same id: 409."""
        given, now = self.given(LogHeadSerializer), clock.now()
        recovery = find(Recovery.objects.visible_to(self.user).select_related("patient"), given["recovery"])
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
        day = _days([_columns_of(done.log, recovery)])[0]
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
        row = _logs(self).filter(Q(public_id=log_id) | Exists(saves)).order_by("pk").first()
        if row is None:
            raise Http404
        day = _days([row])[0]
        self.note_reading(day.patient)
        return self.one(day, LogSerializer, asked_for=log_id)


def _logs(view: Endpoint) -> QuerySet[DailyLog, tuple[Any, ...]]:
    # Plain columns: 100 days as models with their recoveries and patients would cost as much again.
    return DailyLog.objects.visible_to(view.user).values_list(*_COLUMNS)


def _columns_of(log: DailyLog, recovery: Recovery) -> tuple[Any, ...]:
    patient = recovery.patient
    whose = (recovery.public_id, patient.public_id, patient.user_id)
    return (log.pk, log.public_id, log.day, log.answers, log.logged_at, log.changed_at, *whose)


def _days(rows: list[tuple[Any, ...]]) -> list[Day]:
    """Return the days with their saves, in one more query."""
    saves: defaultdict[int, list[tuple[UUID, datetime]]] = defaultdict(list)
    found = LogRevision.objects.filter(log__in=[row[0] for row in rows]).order_by("pk")
    for log_id, save_id, done_at in found.values_list("log_id", "public_id", "done_at"):
        saves[log_id].append((save_id, done_at))
    return [_day(row, saves[row[0]]) for row in rows]


def _day(row: tuple[Any, ...], saves: list[tuple[UUID, datetime]]) -> Day:
    _pk, public_id, day, answers, logged_at, changed_at, recovery, patient, user_id = row
    return Day(
        recovery=recovery,
        patient=Whose(patient, user_id),
        day=day,
        answers=answers,
        done_at=max((done_at for _save_id, done_at in saves), default=logged_at),
        changed_at=changed_at,
        saves=[save_id for save_id, _done_at in saves] or [public_id],
    )


def _asked_for(asked: dict[str, Any]) -> Q:
    names = {"recovery": "recovery__public_id", "day": "day", "from_on": "day__gte", "until_on": "day__lte"}
    return Q(**{names[name]: value for name, value in asked.items()})


def _patient_of(day: Day) -> Whose:
    return day.patient
