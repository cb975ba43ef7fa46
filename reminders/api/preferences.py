"""What the caller wants to hear, and when."""

from typing import ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.models import Patient
from recovery.api.description import reads, writes
from recovery.api.endpoint import LOG, Endpoint
from recovery.api.fields import IdField
from reminders.api.reminders import ReminderSerializer
from reminders.domain.facts import EXERCISE_SLOTS
from reminders.models import Kind, Preference
from reminders.services.preferences import AS_CHOSEN, PATIENT_KINDS, Choice, change_preferences
from reminders.services.trial import send_test

_PATIENT = extend_schema(
    parameters=[
        OpenApiParameter("patient", str, description="Which of one's own records, where there are several.")
    ]
)
_KINDS = [(value, label) for value, label in Kind.choices if value in PATIENT_KINDS]


class WhoseSerializer(serializers.Serializer):
    patient = IdField(required=False)


class PreferencesSerializer(serializers.Serializer):
    """Hours are wall times in the patient's own zone."""

    patient = IdField(source="patient.public_id", read_only=True)
    time_zone = serializers.CharField(source="patient.time_zone", read_only=True)
    exercise_hours = serializers.ListField(
        source="exercise_times",
        child=serializers.TimeField(),
        min_length=1,
        max_length=len(EXERCISE_SLOTS),
        help_text="One to three, at least an hour apart.",
    )
    log_at = serializers.TimeField()
    visit_at = serializers.TimeField()
    kinds_off = serializers.ListField(child=serializers.ChoiceField(choices=_KINDS), max_length=20)
    hide_details = serializers.BooleanField(help_text="Mails say only that there is something to see.")
    quiet_from = serializers.TimeField()
    quiet_until = serializers.TimeField()
    paused_until_on = serializers.DateField(allow_null=True, help_text="The first day with reminders again.")


class PreferencesChangeSerializer(PreferencesSerializer):
    """Only what is to change."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, partial=True, **kwargs)  # type: ignore[arg-type,misc]


class Preferences(Endpoint):
    """One's own wishes about reminders."""

    write_scope: ClassVar = LOG

    @_PATIENT
    @reads("preferences_read", PreferencesSerializer, tag="preferences")
    def get(self, request: Request) -> Response:
        """Read one's own wishes."""
        return self.one(_preference(_own(self)), PreferencesSerializer)

    @_PATIENT
    @writes(
        "preferences_change",
        PreferencesChangeSerializer,
        PreferencesSerializer,
        tag="preferences",
        done=(200,),
    )
    def patch(self, request: Request) -> Response:
        """Change one's own wishes; reminders are laid out anew."""
        given, patient = self.given(PreferencesChangeSerializer), _own(self)
        before = _preference(patient)
        known = {name: getattr(before, name) for name in AS_CHOSEN} | {"kinds_off": before.kinds_off}
        wishes = {**known, "exercise_times": before.exercise_times(), **given}
        choice = Choice(
            **{name: wishes[name] for name in AS_CHOSEN},
            kinds_off=frozenset(wishes["kinds_off"]),
            exercise_hours=tuple(wishes["exercise_times"]),
        )
        changed = change_preferences(patient=patient, choice=choice, by=self.user, now=clock.now())
        changed.patient = patient
        return self.one(changed, PreferencesSerializer)


class TestReminder(Endpoint):
    """A reminder to try out whether mails arrive."""

    write_scope: ClassVar = LOG

    @_PATIENT
    @writes("preferences_test", None, ReminderSerializer, tag="preferences", done=(201,))
    def post(self, request: Request) -> Response:
        """Have a test reminder sent to oneself at once, at most one in ten minutes."""
        row = send_test(patient=_own(self), by=self.user, now=clock.now())
        return self.one(row, ReminderSerializer, status=201)


def _own(view: Endpoint) -> Patient:
    asked = view.asked(WhoseSerializer)
    mine = Patient.objects.of(view.user).order_by("pk")
    return get_object_or_404(mine.filter(**({"public_id": asked["patient"]} if asked else {}))[:1])


def _preference(patient: Patient) -> Preference:
    found: Preference | None = Preference.objects.filter(patient=patient).first()
    preference = found or Preference(patient=patient)
    preference.patient = patient
    return preference
