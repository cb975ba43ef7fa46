"""Visits with a wall time at the clinic, and x-rays with their result."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from recovery.models.recovery import Recovery
from recovery.querysets import VisitQuerySet, XRayQuerySet


class Visit(models.Model):
    """A booked visit: a local date and a wall time in the clinic's zone."""

    class Kind(models.TextChoices):
        THERAPY = "therapy", _("Therapy")
        X_RAY = "x_ray", _("X-ray")
        WOUND_CHECK = "wound_check", _("Wound check")
        CLINIC = "clinic", _("Clinic visit")

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")
        CANCELLED = "cancelled", _("Cancelled")
        DONE = "done", _("Done")
        MISSED = "missed", _("Missed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="visits")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.BOOKED)
    film_key = models.CharField(
        max_length=20, blank=True, help_text=_("The planned film this x-ray visit is for.")
    )
    on = models.DateField()
    at = models.TimeField(help_text=_("Wall time in the clinic's zone."))
    minutes = models.PositiveSmallIntegerField(default=30)
    place = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    sequence = models.PositiveIntegerField(default=0, help_text=_("Grows with every change, for calendars."))
    cannot_come_at = models.DateTimeField(null=True, blank=True)
    booked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    booked_at = models.DateTimeField()

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery",
                "film_key",
                condition=Q(state="booked") & ~Q(film_key=""),
                name="one_booking_per_film",
            ),
            models.UniqueConstraint(
                "recovery", "kind", "on", "at", condition=Q(state="booked"), name="a_visit_is_booked_once"
            ),
            models.CheckConstraint(condition=Q(minutes__range=(5, 480)), name="visit_has_minutes"),
        ]
        indexes = [models.Index("recovery", "on", name="visits_of_a_recovery")]

    def __str__(self) -> str:
        return f"visit {self.public_id}"


class XRay(models.Model):
    """One film's result, in the codes of ``clinical/xray_record.yaml``."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="x_rays")
    visit = models.ForeignKey(Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="x_rays")
    film_key = models.CharField(max_length=20, blank=True)
    film_date = models.DateField()
    modality = models.CharField(max_length=12)
    position_vs_last = models.CharField(max_length=40)
    callus = models.CharField(max_length=30, blank=True)
    clinician_verdict = models.CharField(max_length=40)
    findings = models.JSONField(default=dict, help_text=_("The other fields of the reference, by name."))
    next_film_week = models.PositiveSmallIntegerField(null=True, blank=True)
    note_for_patient = models.CharField(max_length=500, blank=True)
    patient_phoned = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_by_name = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text=_("When the patient first opened it."))

    objects = XRayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery", "film_key", condition=~Q(film_key=""), name="one_result_per_film"
            )
        ]

    def __str__(self) -> str:
        return f"x-ray {self.public_id}"
