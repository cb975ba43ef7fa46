"""Visits: booked, moved and cancelled by staff; a patient says when they cannot come."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.models import Patient
from recovery.api.description import lists, reads, writes
from recovery.api.endpoint import LOG, Endpoint, find
from recovery.api.fields import IdField
from recovery.api.recoveries import in_care
from recovery.models import Visit
from recovery.services.follow_ups import book_visit, cancel_visit, finish_visit, move_visit, say_cannot_come


class VisitQuerySerializer(serializers.Serializer):
    recovery = IdField(required=False)
    state = serializers.ChoiceField(choices=Visit.State.choices, required=False)
    from_on = serializers.DateField(required=False)
    until_on = serializers.DateField(required=False)


class VisitSentSerializer(serializers.Serializer):
    id = IdField(help_text="Made by the client. A repeat with the same body is answered as done.")
    recovery = IdField()
    kind = serializers.ChoiceField(choices=Visit.Kind.choices)
    on = serializers.DateField()
    at = serializers.TimeField(help_text="Wall time in the clinic's zone.")
    minutes = serializers.IntegerField(min_value=5, max_value=480, default=30)
    place = serializers.CharField(max_length=120, allow_blank=True, default="")
    film_key = serializers.CharField(
        max_length=20, allow_blank=True, default="", help_text="The planned film that the visit is for."
    )
    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class MoveSerializer(serializers.Serializer):
    on = serializers.DateField(required=False)
    at = serializers.TimeField(required=False)
    place = serializers.CharField(max_length=120, allow_blank=True, required=False)


class FinishSerializer(serializers.Serializer):
    came = serializers.BooleanField(help_text="False: the patient did not come.")


class VisitSerializer(serializers.Serializer):
    id = IdField(source="public_id")
    recovery = IdField(source="recovery.public_id")
    kind = serializers.ChoiceField(choices=Visit.Kind.choices)
    state = serializers.ChoiceField(choices=Visit.State.choices)
    film_key = serializers.CharField()
    on = serializers.DateField()
    at = serializers.TimeField(help_text="Wall time in the zone beside it.")
    time_zone = serializers.CharField(source="recovery.patient.clinic.time_zone")
    minutes = serializers.IntegerField()
    place = serializers.CharField()
    note = serializers.CharField()
    cannot_come_at = serializers.DateTimeField(allow_null=True)
    sequence = serializers.IntegerField(help_text="Grows with every change.")


class Visits(Endpoint):
    """Visits."""

    @lists("visits_list", VisitSerializer, tag="visits", query=VisitQuerySerializer)
    def get(self, request: Request) -> Response:
        """List visits, the earliest first."""
        rows = _visits(self).filter(_asked_for(self.asked(VisitQuerySerializer)))
        return self.page(rows.order_by("on", "at", "pk"), VisitSerializer, patient_of=_patient_of)

    @writes("visits_create", VisitSentSerializer, VisitSerializer, tag="visits")
    def post(self, request: Request) -> Response:
        """Book a visit: 201; the same booking again: 200; another body under the same id: 409."""
        given, now = self.given(VisitSentSerializer), clock.now()
        recovery = find(in_care(self), given.pop("recovery"))
        visit_id = given.pop("id")
        visit = book_visit(recovery=recovery, visit_id=visit_id, by=self.user, now=now, **given)
        status = 201 if visit.booked_at == now else 200
        return self.one(find(_visits(self), visit_id), VisitSerializer, status=status)


class VisitDetail(Endpoint):
    """One visit."""

    @reads("visits_read", VisitSerializer, tag="visits")
    def get(self, request: Request, visit_id: UUID) -> Response:
        """Read a visit."""
        visit = find(_visits(self), visit_id)
        self.note_reading(visit.recovery.patient)
        return self.one(visit, VisitSerializer)

    @writes("visits_move", MoveSerializer, VisitSerializer, tag="visits", done=(200,))
    def patch(self, request: Request, visit_id: UUID) -> Response:
        """Move a booked visit; its unsent reminders follow."""
        given = self.given(MoveSerializer)
        visit = find(_in_care(self), visit_id)
        places = {"on": visit.on, "at": visit.at, **given}
        move_visit(visit=visit, by=self.user, now=clock.now(), **places)
        return self.one(find(_visits(self), visit_id), VisitSerializer)


class Cancel(Endpoint):
    """The cancelling of a visit."""

    @writes("visits_cancel", None, VisitSerializer, tag="visits", done=(200,))
    def post(self, request: Request, visit_id: UUID) -> Response:
        """Cancel a booked visit."""
        cancel_visit(visit=find(_in_care(self), visit_id), by=self.user, now=clock.now())
        return self.one(find(_visits(self), visit_id), VisitSerializer)


class Finish(Endpoint):
    """The end of a visit."""

    @writes("visits_finish", FinishSerializer, VisitSerializer, tag="visits", done=(200,))
    def post(self, request: Request, visit_id: UUID) -> Response:
        """Record that a visit took place, or that the patient did not come."""
        given = self.given(FinishSerializer)
        finish_visit(visit=find(_in_care(self), visit_id), by=self.user, now=clock.now(), **given)
        return self.one(find(_visits(self), visit_id), VisitSerializer)


class CannotCome(Endpoint):
    """A patient's word that they cannot come."""

    write_scope: ClassVar = LOG

    @writes("visits_cannot_come", None, VisitSerializer, tag="visits", done=(200,))
    def post(self, request: Request, visit_id: UUID) -> Response:
        """Tell the clinic that one cannot come. The visit stays booked until staff move or cancel it."""
        say_cannot_come(visit=find(Visit.objects.of(self.user), visit_id), by=self.user, now=clock.now())
        return self.one(find(_visits(self), visit_id), VisitSerializer)


def _visits(view: Endpoint) -> QuerySet[Visit]:
    return Visit.objects.visible_to(view.user).select_related("recovery__patient__clinic")


def _in_care(view: Endpoint) -> QuerySet[Visit]:
    return Visit.objects.in_care_of(view.user).select_related("recovery__patient__clinic")


def _asked_for(asked: dict[str, Any]) -> Q:
    names = {"recovery": "recovery__public_id", "state": "state", "from_on": "on__gte", "until_on": "on__lte"}
    return Q(**{names[name]: value for name, value in asked.items()})


def _patient_of(visit: Visit) -> Patient:
    return visit.recovery.patient
