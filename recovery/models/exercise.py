"""Exercises a therapist assigned, and the sets a patient did."""

import uuid

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from recovery.models.recovery import Recovery
from recovery.querysets import AssignmentQuerySet, SetDoneQuerySet


class Assignment(models.Model):
    """One exercise of the library, with its dose, for one recovery."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="assignments")
    exercise_id = models.CharField(max_length=60)
    content_version = models.CharField(max_length=20)
    sets = models.PositiveSmallIntegerField()
    reps = models.PositiveSmallIntegerField()
    hold_seconds = models.PositiveSmallIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField(default=0)
    times_per_day = models.PositiveSmallIntegerField(default=1)
    note = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day.")
    paused_at = models.DateTimeField(null=True, blank=True)
    assigned_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    assigned_at = models.DateTimeField()

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery",
                "exercise_id",
                condition=Q(ends_on__isnull=True),
                name="an_exercise_is_assigned_once",
            ),
            models.CheckConstraint(
                condition=Q(sets__range=(1, 10), reps__range=(1, 50), times_per_day__range=(1, 12)),
                name="dose_is_within_bounds",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="assignment_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"assignment {self.public_id}"

    @property
    def sets_per_day(self) -> int:
        """Return how many sets a whole day asks for."""
        return self.sets * self.times_per_day


class SetDone(models.Model):
    """One set done. The client chooses its id, so a repeat is answered as done."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="sets_done")
    day = models.DateField(help_text="The patient's local date.")
    done_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    pain = models.PositiveSmallIntegerField(null=True, blank=True)
    where = models.CharField(max_length=120, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField()

    objects = SetDoneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("assignment", "public_id", name="a_set_is_counted_once"),
            models.CheckConstraint(
                condition=Q(pain__isnull=True) | Q(pain__lte=10), name="set_pain_is_0_to_10"
            ),
        ]
        indexes = [models.Index("assignment", "day", name="sets_of_a_day")]

    def __str__(self) -> str:
        return f"set {self.public_id}"
