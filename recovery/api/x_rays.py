"""X-ray results, in the codes of the clinical reference. A patient reads only the values meant for them."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.models import Patient, User
from recovery.api.answers import OnlyKnown, names_for_patient, x_ray_values
from recovery.api.description import lists, reads, writes
from recovery.api.endpoint import Endpoint, find
from recovery.api.fields import IdField
from recovery.api.recoveries import in_care
from recovery.domain.xray import MOVED
from recovery.models import XRay
from recovery.services.follow_ups import correct_x_ray, record_x_ray

_COLUMNS = (
    "film_date",
    "modality",
    "position_vs_last",
    "callus",
    "clinician_verdict",
    "next_film_week",
    "note_for_patient",
)
_HEAD = ("id", "recovery", "film_key", "patient_phoned")


class XRayQuerySerializer(serializers.Serializer):
    recovery = IdField(required=False)


class CorrectionSerializer(OnlyKnown):
    patient_phoned = serializers.BooleanField(
        allow_null=True,
        default=None,
        help_text="Asked when the bone has moved: the patient hears it by phone first.",
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the fields above and the values of the film's record."""
        return {**super().get_fields(), **x_ray_values()}


class XRaySentSerializer(CorrectionSerializer):
    id = IdField(help_text="Made by the client. A repeat with the same body is answered as done.")
    recovery = IdField()
    film_key = serializers.CharField(
        max_length=20, allow_blank=True, default="", help_text="The planned film."
    )


class XRaySerializer(serializers.Serializer):
    """One film's result. Values that nobody filled in are left out."""

    id = IdField()
    recovery = IdField()
    film_key = serializers.CharField()
    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    corrected_at = serializers.DateTimeField(allow_null=True)
    patient_phoned = serializers.BooleanField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the fields above and the values of the film's record."""
        return {**super().get_fields(), **x_ray_values()}

    def to_representation(self, instance: XRay) -> dict[str, Any]:
        """Return the record; its own patient gets the values that the reference marks for patients."""
        values = _values(instance)
        if instance.recovery.patient.user_id == self.context["user"].pk:
            values = {name: value for name, value in values.items() if name in names_for_patient()}
        return {
            "id": instance.public_id,
            "recovery": instance.recovery.public_id,
            "film_key": instance.film_key,
            "recorded_by": instance.recorded_by_name,
            "recorded_at": instance.recorded_at,
            "corrected_at": instance.corrected_at,
            "patient_phoned": instance.patient_phoned,
            **values,
        }


class XRays(Endpoint):
    """X-ray results."""

    @lists("x_rays_list", XRaySerializer, tag="x-rays", query=XRayQuerySerializer)
    def get(self, request: Request) -> Response:
        """List results, the newest film first. A patient does not see a moved bone before being phoned."""
        asked = self.asked(XRayQuerySerializer)
        rows = _x_rays(self).filter(**({"recovery__public_id": asked["recovery"]} if asked else {}))
        return self.page(rows.order_by("-film_date", "-pk"), XRaySerializer, patient_of=_patient_of)

    @writes("x_rays_create", XRaySentSerializer, XRaySerializer, tag="x-rays")
    def post(self, request: Request) -> Response:
        """Record what a film showed: 201; the same record again: 200; another body under the same id: 409."""
        given, now = self.given(XRaySentSerializer), clock.now()
        values = {name: value for name, value in given.items() if name not in _HEAD}
        record = record_x_ray(
            recovery=find(in_care(self), given["recovery"]),
            values=values,
            film_key=given["film_key"],
            patient_phoned=given["patient_phoned"],
            x_ray_id=given["id"],
            by=self.user,
            now=now,
        )
        status = 201 if record.recorded_at == now else 200
        return self.one(find(_in_care(self), given["id"]), XRaySerializer, status=status)


class XRayDetail(Endpoint):
    """One result."""

    @reads("x_rays_read", XRaySerializer, tag="x-rays")
    def get(self, request: Request, x_ray_id: UUID) -> Response:
        """Read a result."""
        record = find(_x_rays(self), x_ray_id)
        self.note_reading(record.recovery.patient)
        return self.one(record, XRaySerializer)

    @writes("x_rays_correct", CorrectionSerializer, XRaySerializer, tag="x-rays", done=(200,))
    def put(self, request: Request, x_ray_id: UUID) -> Response:
        """Correct a result; the patient sees the corrected one as new."""
        given = self.given(CorrectionSerializer)
        phoned = given.pop("patient_phoned")
        record = find(_in_care(self), x_ray_id)
        correct_x_ray(record=record, values=given, patient_phoned=phoned, by=self.user, now=clock.now())
        return self.one(find(_in_care(self), x_ray_id), XRaySerializer)


def told(rows: QuerySet[XRay], user: User) -> QuerySet[XRay]:
    """Leave out the person's own results that they are to hear by phone first."""
    untold = Q(position_vs_last=MOVED, patient_phoned=False, recovery__patient__user_id=user.pk)
    return rows.filter(~untold)


def _x_rays(view: Endpoint) -> QuerySet[XRay]:
    return told(XRay.objects.visible_to(view.user).select_related("recovery__patient"), view.user)


def _in_care(view: Endpoint) -> QuerySet[XRay]:
    return XRay.objects.in_care_of(view.user).select_related("recovery__patient")


def _values(record: XRay) -> dict[str, Any]:
    columns = {name: getattr(record, name) for name in _COLUMNS}
    return {name: value for name, value in (columns | record.findings).items() if value not in (None, "", [])}


def _patient_of(record: XRay) -> Patient:
    return record.recovery.patient
