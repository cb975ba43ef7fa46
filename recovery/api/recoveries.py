"""Recoveries: the fracture, its repairs, and how a recovery ends."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.models import Patient
from recovery.api.description import lists, reads, writes
from recovery.api.endpoint import Endpoint, check_repeat, find
from recovery.api.fields import IdField
from recovery.models import Recovery, Repair
from recovery.services.close import close_recovery
from recovery.services.start import record_repair, start_recovery


class RecoveryQuerySerializer(serializers.Serializer):
    patient = IdField(required=False)
    is_closed = serializers.BooleanField(required=False, allow_null=True, default=None)


class RecoverySentSerializer(serializers.Serializer):
    id = IdField(help_text="Made by the client.")
    patient = IdField()
    site = serializers.CharField(max_length=40, help_text="A site of the clinical reference.")
    side = serializers.ChoiceField(choices=Recovery.Side.choices)
    injured_on = serializers.DateField(help_text="The patient's local date.")
    is_open = serializers.BooleanField(default=False, help_text="An open fracture: the skin is broken.")
    is_low_energy = serializers.BooleanField(default=False)
    icd10cm = serializers.CharField(max_length=12, allow_blank=True, default="")


class RepairSentSerializer(serializers.Serializer):
    method = serializers.ChoiceField(choices=Repair.Method.choices)
    operated_on = serializers.DateField(allow_null=True, default=None)
    hardware = serializers.ListField(child=serializers.CharField(max_length=40), max_length=30)
    graft = serializers.ChoiceField(choices=Repair.Graft.choices, default=Repair.Graft.NONE)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class RepairSerializer(serializers.Serializer):
    id = IdField(source="public_id")
    sequence = serializers.IntegerField(help_text="The newest one, with the highest number, is current.")
    method = serializers.ChoiceField(choices=Repair.Method.choices)
    operated_on = serializers.DateField(allow_null=True)
    hardware = serializers.ListField(child=serializers.CharField())
    graft = serializers.ChoiceField(choices=Repair.Graft.choices)
    note = serializers.CharField()


class RecoverySerializer(serializers.Serializer):
    id = IdField(source="public_id")
    patient = IdField(source="patient.public_id")
    patient_name = serializers.CharField(source="patient.name")
    site = serializers.CharField()
    side = serializers.ChoiceField(choices=Recovery.Side.choices)
    injured_on = serializers.DateField()
    is_open = serializers.BooleanField(help_text="An open fracture: the skin is broken.")
    is_low_energy = serializers.BooleanField()
    icd10cm = serializers.CharField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    close_reason = serializers.CharField(help_text="Empty while the recovery is open.")
    repair = RepairSerializer(source="current_repair", allow_null=True)
    plan = IdField(source="plan.public_id", default=None, allow_null=True, help_text="The version in force.")


class CloseSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(choices=Recovery.CloseReason.choices)


class Recoveries(Endpoint):
    """One's own recoveries, or those in one's care."""

    @lists("recoveries_list", RecoverySerializer, tag="recoveries", query=RecoveryQuerySerializer)
    def get(self, request: Request) -> Response:
        """List recoveries, open ones first, then the newest first."""
        rows = recoveries(self).filter(**_asked_for(self.asked(RecoveryQuerySerializer)))
        return self.page(
            rows.order_by("closed_at", "-opened_at", "-pk"), RecoverySerializer, patient_of=_patient_of
        )

    @writes("recoveries_create", RecoverySentSerializer, RecoverySerializer, tag="recoveries")
    def post(self, request: Request) -> Response:
        """Record a broken bone of a patient in one's care."""
        given, now = self.given(RecoverySentSerializer), clock.now()
        patient = find(Patient.objects.in_care_of(self.user), given.pop("patient"))
        recovery_id = given.pop("id")
        recovery = start_recovery(patient=patient, recovery_id=recovery_id, by=self.user, now=now, **given)
        check_repeat(recovery, {"patient_id": patient.pk, **given})
        is_new = recovery.opened_at == now
        return self.one(
            find(recoveries(self), recovery_id), RecoverySerializer, status=201 if is_new else 200
        )


class RecoveryDetail(Endpoint):
    """One recovery."""

    @reads("recoveries_read", RecoverySerializer, tag="recoveries")
    def get(self, request: Request, recovery_id: UUID) -> Response:
        """Read a recovery with its current repair."""
        recovery = find(recoveries(self), recovery_id)
        self.note_reading(recovery.patient)
        return self.one(recovery, RecoverySerializer)


class Repairs(Endpoint):
    """How a fracture was treated."""

    @lists("repairs_list", RepairSerializer, tag="recoveries", has_errors_of_path=True)
    def get(self, request: Request, recovery_id: UUID) -> Response:
        """List a recovery's repairs, the current one first."""
        recovery = find(recoveries(self), recovery_id)
        self.note_reading(recovery.patient)
        return self.page(recovery.repairs.newest_first(), RepairSerializer)

    @writes("repairs_create", RepairSentSerializer, RepairSerializer, tag="recoveries", done=(201,))
    def post(self, request: Request, recovery_id: UUID) -> Response:
        """Record a repair, which becomes the current one. The plan in force stays in force."""
        given = self.given(RepairSentSerializer)
        recovery = find(in_care(self), recovery_id)
        repair = record_repair(recovery=recovery, by=self.user, now=clock.now(), **given)
        return self.one(repair, RepairSerializer, status=201)


class Close(Endpoint):
    """The end of a recovery."""

    @writes("recoveries_close", CloseSerializer, RecoverySerializer, tag="recoveries", done=(200,))
    def post(self, request: Request, recovery_id: UUID) -> Response:
        """Close a recovery: booked visits are cancelled and reminders stop."""
        given = self.given(CloseSerializer)
        close_recovery(recovery=find(in_care(self), recovery_id), by=self.user, now=clock.now(), **given)
        return self.one(find(recoveries(self), recovery_id), RecoverySerializer)


def recoveries(view: Endpoint) -> QuerySet[Recovery]:
    """Return what the caller may read, with all that the answer shows."""
    return Recovery.objects.visible_to(view.user).select_related("patient__clinic", "current_repair", "plan")


def in_care(view: Endpoint) -> QuerySet[Recovery]:
    """Return the recoveries that the caller may change as a member of staff."""
    return Recovery.objects.in_care_of(view.user).select_related("patient__clinic", "current_repair", "plan")


def _asked_for(asked: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"patient__public_id": asked["patient"]} if "patient" in asked else {}
    if asked["is_closed"] is not None:
        found["closed_at__isnull"] = not asked["is_closed"]
    return found


def _patient_of(recovery: Recovery) -> Patient:
    return recovery.patient
