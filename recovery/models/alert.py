"""Warning signs a patient ticked, until a person has dealt with them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from recovery.models.recovery import Recovery
from recovery.querysets import AlertQuerySet


class Alert(models.Model):
    """One warning sign of one day. It stays until a member of staff closes it."""

    class Source(models.TextChoices):
        LOG = "log", _("Daily log")
        HELP = "help", _("Help page")
        EXERCISE = "exercise", _("Exercise")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="alerts")
    flag_id = models.CharField(max_length=40, help_text=_("A row of clinical/red_flags.yaml."))
    urgency = models.CharField(max_length=12)
    source = models.CharField(max_length=10, choices=Source.choices)
    day = models.DateField()
    raised_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    acknowledged_by_name = models.CharField(max_length=120, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    close_note = models.CharField(max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery",
                "flag_id",
                "day",
                "source",
                condition=Q(closed_at__isnull=True),
                name="one_open_alert_per_sign_day_and_source",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(acknowledged_at__isnull=False),
                name="closed_alert_was_acknowledged",
            ),
        ]
        indexes = [models.Index("recovery", condition=Q(closed_at__isnull=True), name="open_alerts")]

    def __str__(self) -> str:
        return f"alert {self.public_id}"
