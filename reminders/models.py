"""Which messages should exist, and what became of them. A row is schedule, outbox and receipt in one."""

import uuid
from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient, User
from recovery.models import Recovery
from reminders.querysets import (
    MessageQuerySet,
    PreferenceQuerySet,
    ReminderQuerySet,
    StaffPreferenceQuerySet,
    SyncStateQuerySet,
)

NO_RECOVERY = uuid.UUID(int=0)
"""Stands in unique keys where a reminder belongs to no recovery: NULL would never be equal to itself."""

CAME_BACK = "came_back"
"""The reason beside a reminder that was sent and did not arrive."""


class Kind(models.TextChoices):
    """What a reminder is about."""

    EXERCISES = "exercises", _("Exercises")
    LOG = "log", _("Daily log")
    VISIT = "visit", _("Visits")
    X_RAY_BOOK = "x_ray_book", _("Book an x-ray")
    X_RAY_OVERDUE = "x_ray_overdue", _("X-ray overdue")
    VISIT_CHANGED = "visit_changed", _("Visit moved or cancelled")
    MEDICINE = "medicine", _("Medicines and supplements")
    BONE_HEALTH = "bone_health", _("Bone health")
    WOUND_CHECK = "wound_check", _("Wound check")
    GATE_WAITING = "gate_waiting", _("Next step waits for your team")
    PLAN_CHANGED = "plan_changed", _("Plan changed")
    TEST = "test", _("Test reminder")
    STAFF_ALERT = "staff_alert", _("Warning sign, for staff")
    STAFF_DIGEST = "staff_digest", _("Morning list, for staff")


def usual_exercise_hours() -> list[str | None]:
    """Return the hour at which who has chosen none is reminded of exercises."""
    return ["09:00"]


class Preference(models.Model):
    """When and about what a patient wants to hear. Times are wall times in the patient's zone."""

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="+")
    exercise_hours = models.JSONField(
        default=usual_exercise_hours, help_text=_("Wall times by slot; null where one is not used.")
    )
    log_at = models.TimeField(default=time(18))
    visit_at = models.TimeField(default=time(9))
    kinds_off = models.JSONField(default=list, blank=True)
    hide_details = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=time(21))
    quiet_until = models.TimeField(default=time(8))
    paused_until_on = models.DateField(
        null=True, blank=True, help_text=_("The first day with reminders again.")
    )
    changed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    quiet_from__lte=time(21), quiet_until__gte=time(8), quiet_until__lt=F("quiet_from")
                ),
                name="quiet_hours_are_only_made_longer",
            )
        ]

    def __str__(self) -> str:
        return f"preference of {self.patient_id}"

    def hours_by_slot(self) -> tuple[time | None, ...]:
        """Return the hours for exercises by slot."""
        return tuple(at and time.fromisoformat(at) for at in self.exercise_hours)

    def exercise_times(self) -> tuple[time, ...]:
        """Return the hours for exercises, the earliest first."""
        return tuple(sorted(at for at in self.hours_by_slot() if at is not None))


class StaffPreference(models.Model):
    """Whether and when a member of staff wants the morning list; a wall time in the clinic's zone."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    wants_digest = models.BooleanField(default=True)
    digest_at = models.TimeField(default=time(7, 30))

    objects = StaffPreferenceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"preference of {self.user_id}"


class SyncState(models.Model):
    """Whether and up to which day a recovery's reminders are laid out: the sweep's work list.

    Database triggers set ``is_behind`` within the transaction that changes a revision, a preference or a care
    link, so nothing that commits is missed (decision 0016). The row is also the lock under which a recovery's
    reminders are laid out.
    """

    recovery = models.OneToOneField(Recovery, on_delete=models.CASCADE, related_name="+")
    is_behind = models.BooleanField(default=True)
    until_on = models.DateField(null=True, help_text=_("The last day laid out."))
    zone_rules = models.CharField(
        max_length=40, blank=True, help_text=_("The time zone rules that instants were computed with.")
    )

    objects = SyncStateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("recovery", condition=Q(is_behind=True), name="recoveries_behind"),
            models.Index("until_on", name="recoveries_by_last_day"),
            models.Index("zone_rules", name="recoveries_by_zone_rules"),
        ]

    def __str__(self) -> str:
        return f"sync state of {self.recovery_id}"


class Message(models.Model):
    """What goes out together to one person. It owns the Message-ID, the state and the attempts."""

    class State(models.TextChoices):
        CLAIMED = "claimed", _("Being sent")
        RETRY = "retry", _("Will be tried again")
        SENT = "sent", _("Sent")
        DROPPED = "dropped", _("Not sent: no longer needed")
        FAILED = "failed", _("Could not reach")
        SUPPRESSED = "suppressed", _("Address refused")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipient_id = models.UUIDField()
    channel = models.CharField(max_length=10, default="email")
    state = models.CharField(max_length=12, choices=State.choices, default=State.CLAIMED)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200, unique=True)
    claim = models.UUIDField(null=True, help_text=_("Fences a sender whose lease has expired."))
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=60, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("next_try_at", condition=Q(state="retry"), name="messages_to_retry"),
            models.Index("lease_until", condition=Q(state="claimed"), name="messages_being_sent"),
        ]

    def __str__(self) -> str:
        return f"message {self.public_id}"


class Reminder(models.Model):
    """One occurrence: what, for whom, on which local date, at which wall time, and what became of it."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Planned")
        CLAIMED = "claimed", _("Being sent")
        SENT = "sent", _("Sent")
        CANCELLED = "cancelled", _("No longer planned")
        SKIPPED = "skipped", _("Not sent")
        EXPIRED = "expired", _("Not sent: too late")
        FAILED = "failed", _("Could not reach")
        SUPPRESSED = "suppressed", _("Address refused")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipient_id = models.UUIDField(help_text=_("Public id of the patient, or of the user for staff."))
    patient = models.ForeignKey(Patient, null=True, on_delete=models.CASCADE, related_name="+")
    recovery = models.ForeignKey(Recovery, null=True, on_delete=models.CASCADE, related_name="+")
    recovery_key = models.UUIDField(default=NO_RECOVERY)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.CharField(
        max_length=64, blank=True, help_text=_("Public id or key of what it is about.")
    )
    local_on = models.DateField()
    slot = models.CharField(max_length=16)
    channel = models.CharField(max_length=10, default="email")
    wall_time = models.TimeField()
    time_zone = models.CharField(max_length=64)
    planned_at = models.DateTimeField(help_text=_("The instant of the wall time."))
    due_at = models.DateTimeField(help_text=_("Later than planned only when held over quiet hours."))
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.SCHEDULED)
    reason = models.CharField(max_length=40, blank=True, help_text=_("A code that says why it was not sent."))
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="reminders")
    told_sequence = models.PositiveIntegerField(
        null=True, help_text=_("Which version of the visit the person was told.")
    )
    changed_at = models.DateTimeField()

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recipient_id",
                "recovery_key",
                "kind",
                "subject",
                "local_on",
                "slot",
                "channel",
                name="one_reminder_per_occurrence",
            )
        ]
        indexes = [
            models.Index("due_at", "id", condition=Q(state="scheduled"), name="reminders_due"),
            models.Index(
                "recipient_id", "due_at", condition=Q(state="scheduled"), name="reminders_of_a_recipient"
            ),
            models.Index(
                "due_at",
                "id",
                condition=Q(state="scheduled", kind="staff_alert"),
                name="urgent_reminders_due",
            ),
            models.Index(
                "patient",
                "changed_at",
                condition=Q(state__in=("failed", "suppressed")),
                name="reminders_not_delivered",
            ),
            models.Index("recovery", "local_on", name="reminders_of_a_recovery"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.public_id}"


class Suppression(models.Model):
    """An address that refused mail for good. It is never tried again until staff lift it."""

    class Source(models.TextChoices):
        SMTP = "smtp", _("Refused by the mail server")
        WEBHOOK = "webhook", _("Reported by the mail provider")
        REPORT = "report", _("Came back as undeliverable")

    address = models.EmailField(max_length=254, unique=True)
    reason = models.CharField(max_length=60, help_text=_("A code, e.g. smtp_550 or complained."))
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.SMTP)
    suppressed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"suppression {self.pk}"


class Tick(models.Model):
    """When a periodic task last ran, for ``/readyz``."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Figure(models.Model):
    """How often something happened since the installation began, all senders together, for ``/metrics``."""

    LATE_MILLISECONDS = "late_milliseconds"

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def late_name(bucket: int) -> str:
        """Return the name under which the mails of one bucket of lateness are counted."""
        return f"late_{bucket}"
