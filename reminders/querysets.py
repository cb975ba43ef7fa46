"""The doors to reminders, and the filters that the engine selects by."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from accounts.querysets import own_scope, patient_scope, staff_scope

if TYPE_CHECKING:
    from accounts.querysets import Person


class ReminderQuerySet(models.QuerySet[Any]):
    def of(self, user: "Person") -> Self:
        """Keep the reminders that go to this patient themself."""
        return self.filter(own_scope(user, "patient"))

    def visible_to(self, user: "Person") -> Self:
        """Keep the reminders of patients this user may read; mails to staff are nobody's record."""
        return self.filter(patient_scope(user, "patient"))

    def in_care_of(self, user: "Person") -> Self:
        """Keep the reminders of patients in this member of staff's care."""
        return self.filter(staff_scope(user, "patient"))

    def due_by(self, instant: datetime) -> Self:
        """Keep what is to be sent at ``instant`` or before: a missed run catches up."""
        return self.filter(state="scheduled", due_at__lte=instant)


class PreferenceQuerySet(models.QuerySet[Any]):
    def of(self, user: "Person") -> Self:
        """Keep the person's own preferences."""
        return self.filter(own_scope(user, "patient"))


class StaffPreferenceQuerySet(models.QuerySet[Any]):
    def of(self, user: "Person") -> Self:
        """Keep the person's own preference."""
        return self.filter(user_id=user.pk) if user.pk else self.none()


class SyncStateQuerySet(models.QuerySet[Any]):
    def behind(self) -> Self:
        """Keep recoveries that changed since they were laid out."""
        return self.filter(is_behind=True)

    def outdated(self, *, horizon_on: date, zone_rules: str) -> Self:
        """Keep recoveries whose days run out by the horizon, or that other time zone rules were used for.

        Below and above, since no index helps to find what is not equal.
        """
        others = Q(zone_rules__lt=zone_rules) | Q(zone_rules__gt=zone_rules)
        return self.filter(Q(until_on__lt=horizon_on) | others)


class MessageQuerySet(models.QuerySet[Any]):
    def claimable(self, instant: datetime) -> Self:
        """Keep what may be tried (again): a retry that is due, or a claim whose sender is gone."""
        return self.filter(
            Q(state="retry", next_try_at__lte=instant) | Q(state="claimed", lease_until__lt=instant)
        )
