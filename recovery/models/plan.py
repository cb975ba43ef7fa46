"""A plan's versions. Each stores its own dated rows: a change of the reference never moves a patient."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from recovery.models.recovery import Recovery, Repair
from recovery.querysets import PlanQuerySet


class PlanVersion(models.Model):
    """One version of a recovery's plan. A draft drives nothing until a clinician confirms it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONFIRMED = "confirmed", _("Confirmed")
        SUPERSEDED = "superseded", _("Superseded")
        DISCARDED = "discarded", _("Discarded")

    class LoadChoice(models.TextChoices):
        STANDARD = "standard", _("Standard")
        ALTERNATIVE = "alternative", _("Alternative")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="plans")
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    protocol_id = models.CharField(max_length=80)
    content_version = models.CharField(max_length=20)
    day_zero_on = models.DateField()
    ends_on = models.DateField()
    load_choice = models.CharField(max_length=12, choices=LoadChoice.choices, default=LoadChoice.STANDARD)
    device = models.CharField(max_length=80, blank=True, help_text=_("What holds the break."))
    device_off_from_on = models.DateField(null=True)
    device_off_until_on = models.DateField(null=True)
    rom_limits = models.JSONField(
        default=list, help_text=_("Limits of bending: motion, degrees, from, until.")
    )
    has_union = models.BooleanField(help_text=_("False for cemented vertebrae and replaced joints."))
    early_weeks = models.PositiveSmallIntegerField(null=True)
    typical_weeks = models.PositiveSmallIntegerField(null=True)
    late_weeks = models.PositiveSmallIntegerField(null=True)
    range_reason = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text=_("Why this version was made."))
    drafted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    drafted_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_by_name = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    stayed = models.JSONField(
        default=list, help_text=_("What did not move when day 0 was corrected, and why.")
    )
    ended_at = models.DateTimeField(null=True, help_text=_("When it was superseded or discarded."))

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("recovery", "number", name="plan_versions_are_numbered"),
            models.UniqueConstraint("recovery", condition=Q(state="confirmed"), name="one_plan_in_force"),
            models.UniqueConstraint("recovery", condition=Q(state="draft"), name="one_draft_plan"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by_name="")),
                name="confirmed_plan_names_its_clinician",
            ),
            models.CheckConstraint(
                condition=Q(early_weeks__isnull=True)
                | Q(early_weeks__lte=F("typical_weeks"), typical_weeks__lte=F("late_weeks")),
                name="range_is_early_typical_late",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.public_id}"


class Released(models.Model):
    """What a clinician releases: nothing here advances by date."""

    released_by_name = models.CharField(max_length=120, blank=True)
    released_at = models.DateTimeField(null=True)
    release_note = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class PlanPhase(Released):
    """A dated phase: the dates propose, a clinician releases."""

    plan = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="phases")
    released_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.CharField(max_length=20)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text=_("The first day after the phase."))
    is_overridden = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("plan", "code", name="one_row_per_phase"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="phase_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.plan_id}"


class PlanLoad(Released):
    """A proposed step of weight-bearing or lifting."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="loads")
    released_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=16)
    from_on = models.DateField()
    until_on = models.DateField(
        null=True, help_text=_("The first day after the step; empty for the last one.")
    )
    is_overridden = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("plan", "position", name="load_steps_have_an_order"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="load_step_has_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.plan_id}"


class PlanFilm(models.Model):
    """A follow-up x-ray with its window."""

    plan = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="films")
    key = models.CharField(max_length=20, help_text=_("Names the same film in every version, e.g. week-6."))
    week = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    window_from_on = models.DateField()
    window_until_on = models.DateField()
    is_overridden = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("plan", "key", name="one_row_per_film"),
            models.CheckConstraint(
                condition=Q(window_from_on__lte=F("due_on"), window_until_on__gte=F("due_on")),
                name="film_is_due_in_its_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.plan_id}"


class PlanTherapy(models.Model):
    """How often therapy is planned, between two dates."""

    plan = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="therapy")
    from_on = models.DateField()
    until_on = models.DateField()
    visits_per_week = models.DecimalField(max_digits=4, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint("plan", "from_on", name="one_therapy_row_per_start")]

    def __str__(self) -> str:
        return f"therapy of {self.plan_id}"


class PlanGate(models.Model):
    """What must be true before a change; a clinician ticks, the app only lists."""

    plan = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="gates")
    code = models.CharField(max_length=80)
    change = models.CharField(max_length=40)
    needs = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint("plan", "code", name="one_row_per_gate")]

    def __str__(self) -> str:
        return f"{self.code} of {self.plan_id}"
