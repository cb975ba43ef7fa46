"""The list of medicines, supplements and bone-health items, as the patient or their team typed it."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.models import Patient
from recovery.api.description import lists, reads, writes
from recovery.api.endpoint import LOG, Endpoint, find
from recovery.api.fields import IdField
from recovery.api.recoveries import recoveries
from recovery.domain.medicines import LABEL_LENGTH, LONGEST_DAYS, MOST_TIMES
from recovery.models import Medicine
from recovery.services.medicines import add_medicine, change_medicine, resume_medicine, stop_medicine


class MedicineQuerySerializer(serializers.Serializer):
    recovery = IdField(required=False)
    kind = serializers.ChoiceField(choices=Medicine.Kind.choices, required=False)
    is_stopped = serializers.BooleanField(required=False, allow_null=True, default=None)


class MedicineChangeSerializer(serializers.Serializer):
    """Only what is to change. The kind stays."""

    label = serializers.CharField(max_length=LABEL_LENGTH, required=False)  # type: ignore[assignment]
    every_days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS, required=False)
    times = serializers.ListField(
        child=serializers.TimeField(),
        min_length=1,
        max_length=MOST_TIMES,
        required=False,
        help_text="Wall times in the patient's zone, before 21:00. Before 08:00 only for a medicine.",
    )
    starts_on = serializers.DateField(required=False, help_text="The patient's local date.")
    ends_on = serializers.DateField(required=False, allow_null=True, help_text="The last day.")


class MedicineSentSerializer(serializers.Serializer):
    id = IdField(help_text="Made by the client. A repeat with the same body is answered as done.")
    recovery = IdField()
    kind = serializers.ChoiceField(choices=Medicine.Kind.choices)
    label = serializers.CharField(max_length=LABEL_LENGTH)  # type: ignore[assignment]
    every_days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS, default=1)
    times = serializers.ListField(
        child=serializers.TimeField(),
        min_length=1,
        max_length=MOST_TIMES,
        help_text="Wall times in the patient's zone, before 21:00. Before 08:00 only for a medicine.",
    )
    starts_on = serializers.DateField(help_text="The patient's local date. Days count from it.")
    ends_on = serializers.DateField(allow_null=True, default=None, help_text="The last day.")


class MedicineSerializer(serializers.Serializer):
    """One thing on the list."""

    id = IdField(source="public_id")
    recovery = IdField(source="recovery.public_id")
    kind = serializers.ChoiceField(choices=Medicine.Kind.choices)
    label = serializers.CharField(help_text="As the person typed it.")  # type: ignore[assignment]
    every_days = serializers.IntegerField()
    times = serializers.ListField(child=serializers.TimeField(), help_text="In the zone beside them.")
    time_zone = serializers.CharField(source="recovery.patient.time_zone")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, help_text="The last day.")
    added_at = serializers.DateTimeField()
    stopped_at = serializers.DateTimeField(allow_null=True)


class Medicines(Endpoint):
    """The lists of oneself, or of the patients in one's care."""

    write_scope: ClassVar = LOG

    @lists("medicines_list", MedicineSerializer, tag="medicines", query=MedicineQuerySerializer)
    def get(self, request: Request) -> Response:
        """List what is on the list or was taken off it, the newest first."""
        rows = _medicines(self).filter(_asked_for(self.asked(MedicineQuerySerializer)))
        return self.page(rows.order_by("-added_at", "-pk"), MedicineSerializer, patient_of=_patient_of)

    @writes("medicines_add", MedicineSentSerializer, MedicineSerializer, tag="medicines")
    def post(self, request: Request) -> Response:
        """Add to the list: 201; the same again: 200; another body under the same id: 409."""
        given, now = self.given(MedicineSentSerializer), clock.now()
        recovery = find(recoveries(self), given.pop("recovery"))
        medicine_id = given.pop("id")
        row = add_medicine(recovery=recovery, medicine_id=medicine_id, by=self.user, now=now, **given)
        status = 201 if row.added_at == now else 200
        return self.one(find(_medicines(self), medicine_id), MedicineSerializer, status=status)


class MedicineDetail(Endpoint):
    """One thing on the list."""

    write_scope: ClassVar = LOG

    @reads("medicines_read", MedicineSerializer, tag="medicines")
    def get(self, request: Request, medicine_id: UUID) -> Response:
        """Read one thing on the list."""
        row = find(_medicines(self), medicine_id)
        self.note_reading(row.recovery.patient)
        return self.one(row, MedicineSerializer)

    @writes("medicines_change", MedicineChangeSerializer, MedicineSerializer, tag="medicines", done=(200,))
    def patch(self, request: Request, medicine_id: UUID) -> Response:
        """Change one thing on the list; its unsent reminders follow."""
        given = self.given(MedicineChangeSerializer)
        row = find(_medicines(self), medicine_id)
        names = ("label", "every_days", "starts_on", "ends_on")
        before = {name: getattr(row, name) for name in names} | {"times": row.times()}
        change_medicine(medicine=row, by=self.user, now=clock.now(), **(before | given))
        return self.one(find(_medicines(self), medicine_id), MedicineSerializer)


class StopMedicine(Endpoint):
    """The taking of something off the list."""

    write_scope: ClassVar = LOG

    @writes("medicines_stop", None, MedicineSerializer, tag="medicines", done=(200,))
    def post(self, request: Request, medicine_id: UUID) -> Response:
        """Take something off the list. Again changes nothing."""
        stop_medicine(medicine=find(_medicines(self), medicine_id), by=self.user, now=clock.now())
        return self.one(find(_medicines(self), medicine_id), MedicineSerializer)


class ResumeMedicine(Endpoint):
    """The putting back of something on the list."""

    write_scope: ClassVar = LOG

    @writes("medicines_resume", None, MedicineSerializer, tag="medicines", done=(200,))
    def post(self, request: Request, medicine_id: UUID) -> Response:
        """Put something back on the list. Again changes nothing."""
        resume_medicine(medicine=find(_medicines(self), medicine_id), by=self.user, now=clock.now())
        return self.one(find(_medicines(self), medicine_id), MedicineSerializer)


def _medicines(view: Endpoint) -> Any:
    return Medicine.objects.visible_to(view.user).select_related("recovery__patient").with_hours()


def _asked_for(asked: dict[str, Any]) -> Q:
    found = Q(recovery__public_id=asked["recovery"]) if "recovery" in asked else Q()
    if "kind" in asked:
        found &= Q(kind=asked["kind"])
    if asked["is_stopped"] is not None:
        found &= Q(stopped_at__isnull=not asked["is_stopped"])
    return found


def _patient_of(row: Medicine) -> Patient:
    return row.recovery.patient
