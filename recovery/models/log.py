"""How a day went: one row per recovery and local date, with every save kept as a revision."""

import uuid

from django.db import models
from django.db.models import Q

from accounts.models import User
from recovery.models.recovery import Recovery
from recovery.querysets import DailyLogQuerySet, LogRevisionQuerySet


class DailyLog(models.Model):
    """The day as it stands: for each field the value that was set last."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="logs")
    day = models.DateField(help_text="The patient's local date.")
    pain_rest = models.PositiveSmallIntegerField()
    pain_move = models.PositiveSmallIntegerField(null=True, blank=True)
    answers = models.JSONField(default=dict, help_text="All fields as clinical/daily_log.yaml names them.")
    set_at = models.JSONField(default=dict, help_text="For each field the instant of the act that set it.")
    logged_at = models.DateTimeField(help_text="The act that first logged the day.")
    changed_at = models.DateTimeField()

    objects = DailyLogQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("recovery", "day", name="one_log_per_recovery_and_day"),
            models.CheckConstraint(
                condition=Q(pain_rest__lte=10) & (Q(pain_move__isnull=True) | Q(pain_move__lte=10)),
                name="pain_is_0_to_10",
            ),
        ]

    def __str__(self) -> str:
        return f"log {self.public_id}"


class LogRevision(models.Model):
    """One save, as it came, under the id that the client chose.

    ``log`` is empty once the day's first save was undone, until the day is logged again.
    """

    public_id = models.UUIDField(editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="log_revisions")
    log = models.ForeignKey(DailyLog, null=True, on_delete=models.SET_NULL, related_name="revisions")
    day = models.DateField(help_text="The patient's local date.")
    body = models.JSONField()
    body_digest = models.CharField(max_length=64)
    done_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField()
    before = models.JSONField(null=True, help_text="The day before this save; none where it was not kept.")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = LogRevisionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("recovery", "public_id", name="a_save_exists_once")]

    def __str__(self) -> str:
        return f"log revision {self.public_id}"
