"""One broken bone of one patient, and how it was repaired."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient, User
from recovery.querysets import RecoveryQuerySet, RepairQuerySet


class Recovery(models.Model):
    """One broken bone of one patient, from the injury to the day the clinic closes it."""

    class Side(models.TextChoices):
        LEFT = "left", _("Left")
        RIGHT = "right", _("Right")
        MIDDLE = "middle", _("Neither side")

    class CloseReason(models.TextChoices):
        HEALED = "healed", _("Healed")
        MOVED_AWAY = "moved_away", _("Moved away")
        DIED = "died", _("Died")
        WITHDRAWN = "withdrawn", _("Withdrew")
        MISTAKE = "mistake", _("Recorded by mistake")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    site = models.CharField(max_length=40, help_text=_("A site of the clinical reference."))
    side = models.CharField(max_length=8, choices=Side.choices)
    injured_on = models.DateField()
    is_open = models.BooleanField(_("open fracture"), default=False)
    is_low_energy = models.BooleanField(_("low-energy injury"), default=False)
    icd10cm = models.CharField(max_length=12, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=12, choices=CloseReason.choices, blank=True)
    current_repair = models.ForeignKey(
        "recovery.Repair",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The newest repair."),
    )
    plan = models.ForeignKey(
        "recovery.PlanVersion",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The one in force."),
    )
    revision = models.PositiveIntegerField(
        default=1, help_text=_("Grows with every change that plans depend on.")
    )

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "patient",
                "site",
                "side",
                condition=Q(closed_at__isnull=True),
                name="one_open_recovery_per_site_and_side",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, close_reason="")
                | (Q(closed_at__isnull=False) & ~Q(close_reason="")),
                name="closed_recovery_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"recovery {self.public_id}"

    @property
    def is_closed(self) -> bool:
        """Return whether the clinic has closed this recovery."""
        return self.closed_at is not None


class Repair(models.Model):
    """One treatment of the fracture. The one with the highest sequence is current."""

    class Method(models.TextChoices):
        OPEN_REDUCTION = "open_reduction", _("Open reduction")
        CLOSED_REDUCTION = "closed_reduction", _("Closed reduction")
        VERTEBROPLASTY = "vertebroplasty", _("Vertebroplasty")
        BALLOON_KYPHOPLASTY = "balloon_kyphoplasty", _("Balloon kyphoplasty")
        ARTHROPLASTY = "arthroplasty", _("Joint replacement")

    class Graft(models.TextChoices):
        NONE = "none", _("No graft")
        AUTOGRAFT = "autograft", _("Natural: the patient's own bone")
        ALLOGRAFT = "allograft", _("Natural: donor bone")
        SUBSTITUTE = "substitute", _("Artificial: bone substitute")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="repairs")
    sequence = models.PositiveSmallIntegerField(default=1)
    method = models.CharField(max_length=20, choices=Method.choices)
    operated_on = models.DateField(null=True, blank=True)
    hardware = models.JSONField(
        default=list, help_text=_("Codes of implants and devices of the clinical reference.")
    )
    graft = models.CharField(max_length=12, choices=Graft.choices, default=Graft.NONE)
    note = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()

    objects = RepairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("recovery", "sequence", name="repairs_have_an_order"),
            models.CheckConstraint(
                condition=Q(method="closed_reduction") | Q(operated_on__isnull=False),
                name="operation_has_a_date",
            ),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="repair_sequence_starts_at_one"),
        ]

    def __str__(self) -> str:
        return f"repair {self.public_id}"

    def day_zero_on(self, injured_on: date) -> date:
        """Return day 0 of the plan: the operation, or the injury where nothing was operated on.

        Whatever was put into the bone has an operation date; the service that records repairs asks for it.
        """
        return self.operated_on or injured_on
