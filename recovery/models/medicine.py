"""Medicines, supplements and bone-health items that a person or their team put on the list."""

import uuid
from datetime import date, time, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from recovery.domain.medicines import DAY_ENDS, LABEL_LENGTH, LONGEST_DAYS
from recovery.models.recovery import Recovery
from recovery.querysets import MedicineHourQuerySet, MedicineQuerySet


class Medicine(models.Model):
    """One thing to take or to have done, as whoever put it on the list typed it. Days are the patient's."""

    class Kind(models.TextChoices):
        MEDICINE = "medicine", _("Medicine")
        SUPPLEMENT = "supplement", _("Vitamin or supplement")
        BONE_HEALTH = "bone_health", _("Bone health")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="medicines")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    label = models.CharField(max_length=LABEL_LENGTH, help_text=_("As the person typed it."))
    every_days = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text=_("The last day."))
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = MedicineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("medicine", "supplement", "bone_health")),
                name="medicine_is_of_a_known_kind",
            ),
            models.CheckConstraint(condition=~Q(label=""), name="medicine_has_a_label"),
            models.CheckConstraint(
                condition=Q(every_days__range=(1, LONGEST_DAYS)), name="medicine_comes_at_least_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="medicine_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"medicine {self.public_id}"

    def times(self) -> tuple[time, ...]:
        """Return the hours of its days, the earliest first; without a query where they were read before."""
        return tuple(sorted(one.at for one in self.hours.all()))

    def is_on(self, day: date) -> bool:
        """Say whether it is for ``day``, stopped or not."""
        is_within = self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        return is_within and (day - self.starts_on).days % self.every_days == 0

    def is_running(self, today: date) -> bool:
        """Say whether it is on the list on ``today``: not stopped, and not over."""
        return self.stopped_at is None and (self.ends_on is None or today <= self.ends_on)

    def next_on(self, today: date) -> date | None:
        """Return the first day from ``today`` on that it is for, if there is one."""
        behind = max((today - self.starts_on).days, 0)
        day = self.starts_on + timedelta(days=-(-behind // self.every_days) * self.every_days)
        return day if self.is_on(day) else None


class MedicineHour(models.Model):
    """A wall time in the patient's zone. A row that moves stays the same hour, so nothing is sent twice."""

    medicine = models.ForeignKey(Medicine, on_delete=models.CASCADE, related_name="hours")
    at = models.TimeField()
    since_at = models.DateTimeField(help_text=_("Nothing is due at this hour before this instant."))

    objects = MedicineHourQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("medicine", "at", name="a_medicine_has_an_hour_once"),
            models.CheckConstraint(condition=Q(at__lt=DAY_ENDS), name="medicine_is_not_for_late_evening"),
        ]

    def __str__(self) -> str:
        return f"hour {self.pk} of medicine {self.medicine_id}"
