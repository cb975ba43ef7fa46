"""Warning signs: ticked by patients, acknowledged and closed by staff."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.clock import local_day
from accounts.models import Patient
from recovery.api.description import lists, reads, writes
from recovery.api.endpoint import LOG, Endpoint, find
from recovery.api.fields import IdField
from recovery.models import Alert, Recovery
from recovery.querysets import AlertQuerySet
from recovery.services.alerts import acknowledge, close_alert, tick_warnings


class AlertQuerySerializer(serializers.Serializer):
    recovery = IdField(required=False)
    is_closed = serializers.BooleanField(required=False, allow_null=True, default=None)


class TickSerializer(serializers.Serializer):
    recovery = IdField()
    flag_id = serializers.CharField(max_length=40, help_text="A warning sign of the clinical reference.")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[Alert.Source.HELP.value, Alert.Source.EXERCISE.value], default=Alert.Source.HELP.value
    )


class CloseAlertSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=500, help_text="What was done.")


class AlertSerializer(serializers.Serializer):
    """A warning sign of one day. Nobody has seen it until ``acknowledged_at`` says so."""

    id = IdField(source="public_id")
    recovery = IdField(source="recovery.public_id")
    flag_id = serializers.CharField()
    urgency = serializers.CharField()
    source = serializers.CharField(help_text="log, help or exercise")  # type: ignore[assignment]
    day = serializers.DateField(help_text="The patient's local date.")
    raised_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.CharField(source="acknowledged_by_name")
    closed_at = serializers.DateTimeField(allow_null=True)
    close_note = serializers.CharField()


class Alerts(Endpoint):
    """Warning signs."""

    write_scope: ClassVar = LOG

    @lists("alerts_list", AlertSerializer, tag="alerts", query=AlertQuerySerializer)
    def get(self, request: Request) -> Response:
        """List warning signs, the newest first."""
        rows = _alerts(self).filter(_asked_for(self.asked(AlertQuerySerializer)))
        return self.page(rows.order_by("-raised_at", "-pk"), AlertSerializer, patient_of=_patient_of)

    @writes("alerts_create", TickSerializer, AlertSerializer, tag="alerts")
    def post(self, request: Request) -> Response:
        """Put a warning sign in front of the care team: 201; the same sign again on the same day: 200."""
        given, now = self.given(TickSerializer), clock.now()
        recovery = find(Recovery.objects.visible_to(self.user).select_related("patient"), given["recovery"])
        day = local_day(now, recovery.patient.time_zone)
        flag_id, source = given["flag_id"], given["source"]
        new = tick_warnings(
            recovery=recovery, flag_ids=[flag_id], source=source, day=day, by=self.user, now=now
        )
        alert = _alerts(self).open().get(recovery=recovery, flag_id=flag_id, source=source, day=day)
        return self.one(alert, AlertSerializer, status=201 if new else 200)


class AlertDetail(Endpoint):
    """One warning sign."""

    @reads("alerts_read", AlertSerializer, tag="alerts")
    def get(self, request: Request, alert_id: UUID) -> Response:
        """Read a warning sign."""
        alert = find(_alerts(self), alert_id)
        self.note_reading(alert.recovery.patient)
        return self.one(alert, AlertSerializer)


class Acknowledge(Endpoint):
    """A person has seen a warning sign."""

    @writes("alerts_acknowledge", None, AlertSerializer, tag="alerts", done=(200,))
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Say that one has seen the warning sign. Repeating it changes nothing."""
        acknowledge(alert=find(_in_care(self), alert_id), by=self.user, now=clock.now())
        return self.one(find(_alerts(self), alert_id), AlertSerializer)


class CloseAlert(Endpoint):
    """A warning sign has been dealt with."""

    @writes("alerts_close", CloseAlertSerializer, AlertSerializer, tag="alerts", done=(200,))
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Close a warning sign with what was done about it."""
        given = self.given(CloseAlertSerializer)
        close_alert(alert=find(_in_care(self), alert_id), by=self.user, now=clock.now(), **given)
        return self.one(find(_alerts(self), alert_id), AlertSerializer)


def _alerts(view: Endpoint) -> AlertQuerySet:
    return Alert.objects.visible_to(view.user).select_related("recovery__patient")


def _in_care(view: Endpoint) -> QuerySet[Alert]:
    return Alert.objects.in_care_of(view.user).select_related("recovery__patient")


def _asked_for(asked: dict[str, Any]) -> Q:
    found = Q(recovery__public_id=asked["recovery"]) if "recovery" in asked else Q()
    return found if asked["is_closed"] is None else found & Q(closed_at__isnull=not asked["is_closed"])


def _patient_of(alert: Alert) -> Patient:
    return alert.recovery.patient
