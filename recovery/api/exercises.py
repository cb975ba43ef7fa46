"""Assigned exercises and the sets done of them."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.clock import local_day
from accounts.models import Patient
from recovery.api.description import lists, reads, writes
from recovery.api.endpoint import LOG, Endpoint, find
from recovery.api.fields import IdField, InstantField, ZoneField
from recovery.api.recoveries import in_care
from recovery.models import Assignment, SetDone
from recovery.services.exercises import Dose, assign, do_set, end, pause, resume, undo_set

# Bounds of storage; the service knows which doses make sense.
_MOST = 30_000


class ExerciseQuerySerializer(serializers.Serializer):
    recovery = IdField(required=False)
    active_on = serializers.DateField(required=False, help_text="Only what is to be done on this local date.")


class DoseSerializer(serializers.Serializer):
    exercise_id = serializers.CharField(max_length=60, help_text="An exercise of the library.")
    sets = serializers.IntegerField(min_value=0, max_value=_MOST)
    reps = serializers.IntegerField(min_value=0, max_value=_MOST)
    times_per_day = serializers.IntegerField(min_value=0, max_value=_MOST)
    hold_seconds = serializers.IntegerField(min_value=0, max_value=_MOST, default=0)
    minutes = serializers.IntegerField(min_value=0, max_value=_MOST, default=0)
    note = serializers.CharField(max_length=300, allow_blank=True, default="")
    ends_on = serializers.DateField(allow_null=True, default=None, help_text="The last day.")


class AssignSerializer(serializers.Serializer):
    recovery = IdField()
    exercises = serializers.ListField(child=DoseSerializer(), allow_empty=False, max_length=50)
    starts_on = serializers.DateField(help_text="The patient's local date.")
    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class ExerciseSerializer(serializers.Serializer):
    """An exercise that was assigned, with its dose."""

    id = IdField(source="public_id")
    recovery = IdField(source="recovery.public_id")
    exercise_id = serializers.CharField(help_text="The exercise of the library.")
    content_version = serializers.CharField()
    sets = serializers.IntegerField()
    reps = serializers.IntegerField()
    hold_seconds = serializers.IntegerField()
    minutes = serializers.IntegerField()
    times_per_day = serializers.IntegerField()
    note = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, help_text="The last day.")
    paused_at = serializers.DateTimeField(allow_null=True)


class AssignedSerializer(serializers.Serializer):
    exercises = ExerciseSerializer(many=True)


class EndSerializer(serializers.Serializer):
    on = serializers.DateField(required=False, help_text="The last day; else today.")


class SetQuerySerializer(serializers.Serializer):
    recovery = IdField(required=False)
    exercise = IdField(required=False)
    day = serializers.DateField(required=False)
    from_on = serializers.DateField(required=False)
    until_on = serializers.DateField(required=False)


class SetSentSerializer(serializers.Serializer):
    id = IdField(help_text="Made by the client. A repeat with the same body is answered as done.")
    exercise = IdField(help_text="The assigned exercise.")
    day = serializers.DateField(help_text="The patient's local date, today or up to 31 days back.")
    done_at = InstantField()
    time_zone = ZoneField(required=False, help_text="Where the act took place; else the patient's own zone.")
    pain = serializers.IntegerField(min_value=0, max_value=10, allow_null=True, default=None)
    where = serializers.CharField(max_length=120, allow_blank=True, default="", help_text="Where it hurt.")


class SetSerializer(serializers.Serializer):
    id = IdField(source="public_id")
    exercise = IdField(source="assignment.public_id")
    recovery = IdField(source="assignment.recovery.public_id")
    day = serializers.DateField()
    done_at = serializers.DateTimeField()
    pain = serializers.IntegerField(allow_null=True)
    where = serializers.CharField()
    undone_at = serializers.DateTimeField(allow_null=True)


class Exercises(Endpoint):
    """Exercises that were assigned."""

    @lists("exercises_list", ExerciseSerializer, tag="exercises", query=ExerciseQuerySerializer)
    def get(self, request: Request) -> Response:
        """List assigned exercises, the newest first."""
        asked = self.asked(ExerciseQuerySerializer)
        rows = _assignments(self)
        if "recovery" in asked:
            rows = rows.filter(recovery__public_id=asked["recovery"])
        if "active_on" in asked:
            rows = rows.active_on(asked["active_on"])
        return self.page(rows.order_by("-starts_on", "-pk"), ExerciseSerializer, patient_of=_patient_of)

    @writes("exercises_assign", AssignSerializer, AssignedSerializer, tag="exercises", done=(201,))
    def post(self, request: Request) -> Response:
        """Assign exercises to a patient in one's care; one that runs already gets the new dose."""
        given = self.given(AssignSerializer)
        recovery = find(in_care(self), given["recovery"])
        assigned = assign(
            recovery=recovery,
            doses=[Dose(**one) for one in given["exercises"]],
            starts_on=given["starts_on"],
            reason=given["reason"],
            by=self.user,
            now=clock.now(),
        )
        return self.one({"exercises": assigned}, AssignedSerializer, status=201)


class Exercise(Endpoint):
    """One assigned exercise."""

    @reads("exercises_read", ExerciseSerializer, tag="exercises")
    def get(self, request: Request, exercise_id: UUID) -> Response:
        """Read an assigned exercise."""
        row = find(_assignments(self), exercise_id)
        self.note_reading(row.recovery.patient)
        return self.one(row, ExerciseSerializer)


class Pause(Endpoint):
    """A pause of an exercise."""

    @writes("exercises_pause", None, ExerciseSerializer, tag="exercises", done=(200,))
    def post(self, request: Request, exercise_id: UUID) -> Response:
        """Take an exercise off the patient's list until it is resumed."""
        pause(assignment=find(_assigned_in_care(self), exercise_id), by=self.user, now=clock.now())
        return self.one(find(_assigned_in_care(self), exercise_id), ExerciseSerializer)


class Resume(Endpoint):
    """The end of a pause."""

    @writes("exercises_resume", None, ExerciseSerializer, tag="exercises", done=(200,))
    def post(self, request: Request, exercise_id: UUID) -> Response:
        """Put a paused exercise back on the patient's list."""
        resume(assignment=find(_assigned_in_care(self), exercise_id), by=self.user, now=clock.now())
        return self.one(find(_assigned_in_care(self), exercise_id), ExerciseSerializer)


class End(Endpoint):
    """The end of an exercise."""

    @writes("exercises_end", EndSerializer, ExerciseSerializer, tag="exercises", done=(200,))
    def post(self, request: Request, exercise_id: UUID) -> Response:
        """End an exercise on a local date."""
        given, now = self.given(EndSerializer), clock.now()
        row = find(_assigned_in_care(self), exercise_id)
        today = local_day(now, row.recovery.patient.time_zone)
        end(assignment=row, on=given.get("on", today), by=self.user, now=now)
        return self.one(find(_assigned_in_care(self), exercise_id), ExerciseSerializer)


class Sets(Endpoint):
    """Sets done."""

    write_scope: ClassVar = LOG

    @lists("sets_list", SetSerializer, tag="sets", query=SetQuerySerializer)
    def get(self, request: Request) -> Response:
        """List sets that count, the newest first."""
        rows = _sets(self).counted().filter(_asked_for(self.asked(SetQuerySerializer)))
        return self.page(rows.order_by("-day", "-pk"), SetSerializer, patient_of=_patient_of_set)

    @writes("sets_create", SetSentSerializer, SetSerializer, tag="sets")
    def post(self, request: Request) -> Response:
        """Count a set: 201; the same set again: 200; another body under the same id: 409."""
        given, now = self.given(SetSentSerializer), clock.now()
        row = find(_assignments(self), given["exercise"])
        done = do_set(
            assignment=row,
            set_id=given["id"],
            day=given["day"],
            done_at=given["done_at"],
            time_zone=given.get("time_zone") or row.recovery.patient.time_zone,
            pain=given["pain"],
            where=given["where"],
            by=self.user,
            now=now,
        )
        done.assignment = row
        return self.one(done, SetSerializer, status=201 if done.received_at == now else 200)


class Set(Endpoint):
    """One set."""

    write_scope: ClassVar = LOG

    @reads("sets_read", SetSerializer, tag="sets")
    def get(self, request: Request, set_id: UUID) -> Response:
        """Read a set, also one that was taken back."""
        row = _set(self, set_id)
        self.note_reading(row.assignment.recovery.patient)
        return self.one(row, SetSerializer)

    @writes("sets_undo", None, None, tag="sets", done=(204,))
    def delete(self, request: Request, set_id: UUID) -> Response:
        """Take a set back. Taking it back again changes nothing."""
        undo_set(set_done=_set(self, set_id), by=self.user, now=clock.now())
        return Response(status=204)


def _assignments(view: Endpoint) -> Any:
    return Assignment.objects.visible_to(view.user).select_related("recovery__patient")


def _assigned_in_care(view: Endpoint) -> QuerySet[Assignment]:
    return Assignment.objects.in_care_of(view.user).select_related("recovery__patient")


def _sets(view: Endpoint) -> Any:
    return SetDone.objects.visible_to(view.user).select_related("assignment__recovery__patient")


def _set(view: Endpoint, set_id: UUID) -> SetDone:
    # An id is unique within an exercise only, so a person may have used it twice.
    row: SetDone = get_object_or_404(_sets(view).filter(public_id=set_id).order_by("undone_at", "pk")[:1])
    return row


def _asked_for(asked: dict[str, Any]) -> Q:
    names = {
        "recovery": "assignment__recovery__public_id",
        "exercise": "assignment__public_id",
        "day": "day",
        "from_on": "day__gte",
        "until_on": "day__lte",
    }
    return Q(**{names[name]: value for name, value in asked.items()})


def _patient_of(row: Assignment) -> Patient:
    return row.recovery.patient


def _patient_of_set(row: SetDone) -> Patient:
    return row.assignment.recovery.patient
