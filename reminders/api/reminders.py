"""Receipts: which reminders exist, and what became of each. Nothing is changed here."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Patient
from recovery.api.description import lists, reads
from recovery.api.endpoint import Endpoint, find
from recovery.api.fields import IdField
from reminders.models import Kind, Reminder


class ReminderQuerySerializer(serializers.Serializer):
    recovery = IdField(required=False)
    state = serializers.ChoiceField(choices=Reminder.State.choices, required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    from_on = serializers.DateField(required=False)
    until_on = serializers.DateField(required=False)


class ReminderSerializer(serializers.Serializer):
    """One occurrence: what it is about, when it is due, and what became of it."""

    id = IdField(source="public_id")
    patient = IdField(source="patient.public_id")
    recovery = IdField(source="recovery.public_id", default=None, allow_null=True)
    kind = serializers.ChoiceField(choices=Kind.choices)
    local_on = serializers.DateField(help_text="The patient's local date.")
    wall_time = serializers.TimeField(help_text="In the zone beside it.")
    time_zone = serializers.CharField()
    channel = serializers.CharField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Reminder.State.choices)
    reason = serializers.CharField(
        help_text="A code that says why it was not sent, or `came_back` where it was."
    )
    sent_at = serializers.DateTimeField(source="message.sent_at", default=None, allow_null=True)


class Reminders(Endpoint):
    """Reminders of oneself, or of the patients in one's care."""

    @lists("reminders_list", ReminderSerializer, tag="reminders", query=ReminderQuerySerializer)
    def get(self, request: Request) -> Response:
        """List reminders, the latest due first."""
        rows = _reminders(self).filter(_asked_for(self.asked(ReminderQuerySerializer)))
        return self.page(rows.order_by("-due_at", "-pk"), ReminderSerializer, patient_of=_patient_of)


class ReminderDetail(Endpoint):
    """One reminder."""

    @reads("reminders_read", ReminderSerializer, tag="reminders")
    def get(self, request: Request, reminder_id: UUID) -> Response:
        """Read what became of a reminder."""
        reminder = find(_reminders(self), reminder_id)
        self.note_reading(reminder.patient)
        return self.one(reminder, ReminderSerializer)


def _reminders(view: Endpoint) -> QuerySet[Reminder]:
    rows = Reminder.objects.visible_to(view.user).select_related("patient", "recovery", "message")
    # What tells staff about a patient is theirs, not a part of the patient's reminders.
    return rows.exclude(kind=Kind.STAFF_ALERT)


def _asked_for(asked: dict[str, Any]) -> Q:
    names = {
        "recovery": "recovery__public_id",
        "state": "state",
        "kind": "kind",
        "from_on": "local_on__gte",
        "until_on": "local_on__lte",
    }
    return Q(**{names[name]: value for name, value in asked.items()})


def _patient_of(reminder: Reminder) -> Patient | None:
    return reminder.patient
