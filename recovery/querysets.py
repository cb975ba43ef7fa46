"""The doors to a recovery's tables, and small filters that compose."""

from datetime import date
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Case, F, Q, Value, When

from accounts.querysets import own_scope, patient_scope, staff_scope
from recovery import protocols

if TYPE_CHECKING:
    from accounts.querysets import Person
    from recovery.models import (
        Alert,
        Assignment,
        DailyLog,
        LogRevision,
        Medicine,
        MedicineHour,
        Photo,
        PlanVersion,
        Recovery,
        Repair,
        SetDone,
        Visit,
        VisitQuestion,
        XRay,
    )

Row = TypeVar("Row", bound=models.Model)


class Scoped(models.QuerySet[Row]):
    """A table below a patient. ``to_patient`` is the lookup path from a row to its patient."""

    to_patient = "recovery__patient"

    def visible_to(self, user: "Person") -> Self:
        """Keep what this user may read: their own, or what is in their care."""
        return self.filter(patient_scope(user, self.to_patient))

    def of(self, user: "Person") -> Self:
        """Keep the person's own rows, for their own acts."""
        return self.filter(own_scope(user, self.to_patient))

    def in_care_of(self, user: "Person") -> Self:
        """Keep the rows of patients in this member of staff's care."""
        return self.filter(staff_scope(user, self.to_patient))


class RecoveryQuerySet(Scoped["Recovery"]):
    to_patient = "patient"

    def open(self) -> Self:
        """Keep recoveries that are not closed."""
        return self.filter(closed_at__isnull=True)


class RepairQuerySet(Scoped["Repair"]):
    def newest_first(self) -> Self:
        """Order so that the current repair comes first."""
        return self.order_by("-sequence")


class PlanQuerySet(Scoped["PlanVersion"]):
    def in_force(self) -> Self:
        """Keep the confirmed version, at most one per recovery."""
        return self.filter(state="confirmed")

    def drafts(self) -> Self:
        """Keep the draft, at most one per recovery."""
        return self.filter(state="draft")


class AssignmentQuerySet(Scoped["Assignment"]):
    def running_on(self, day: date) -> Self:
        """Keep what has not ended before ``day``, that without an end first."""
        running = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        return self.filter(running).order_by(F("ends_on").desc(nulls_first=True), "pk")

    def active_on(self, day: date) -> Self:
        """Keep what is to be done on ``day``: started, not ended, not paused."""
        running = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        return self.filter(running, starts_on__lte=day, paused_at__isnull=True)


class SetDoneQuerySet(Scoped["SetDone"]):
    to_patient = "assignment__recovery__patient"

    def counted(self) -> Self:
        """Leave out what was undone."""
        return self.filter(undone_at__isnull=True)


class DailyLogQuerySet(Scoped["DailyLog"]):
    def between(self, first: date, last: date) -> Self:
        """Keep the logs of these local dates, both included."""
        return self.filter(day__range=(first, last))


class LogRevisionQuerySet(Scoped["LogRevision"]):
    def standing(self) -> Self:
        """Leave out what was undone."""
        return self.filter(undone_at__isnull=True)


class PhotoQuerySet(Scoped["Photo"]):
    pass


class MedicineQuerySet(Scoped["Medicine"]):
    def not_stopped(self) -> Self:
        """Keep what nobody has stopped; its last day may be over."""
        return self.filter(stopped_at__isnull=True)

    def running_on(self, day: date) -> Self:
        """Keep what is on the list on ``day``: not stopped, and not over."""
        return self.not_stopped().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def with_hours(self) -> Self:
        """Read the hours too, in one query more."""
        return self.prefetch_related("hours")


class MedicineHourQuerySet(Scoped["MedicineHour"]):
    to_patient = "medicine__recovery__patient"


class VisitQuerySet(Scoped["Visit"]):
    def booked(self) -> Self:
        """Keep visits that are still to happen or to be recorded."""
        return self.filter(state="booked")

    def from_day(self, day: date) -> Self:
        """Keep visits on ``day`` or later."""
        return self.filter(on__gte=day)


class VisitQuestionQuerySet(Scoped["VisitQuestion"]):
    def kept(self) -> Self:
        """Leave out what the patient deleted."""
        return self.filter(removed_at__isnull=True)

    def still_open(self) -> Self:
        """Keep what the patient still wants to ask, the oldest first."""
        return self.kept().filter(asked_at__isnull=True).order_by("added_at", "pk")


class XRayQuerySet(Scoped["XRay"]):
    pass


class AlertQuerySet(Scoped["Alert"]):
    def open(self) -> Self:
        """Keep alerts that nobody has closed yet."""
        return self.filter(closed_at__isnull=True)

    def most_pressing_first(self) -> Self:
        """Order by what nobody has seen, then by urgency, then by the longest wait."""
        levels = protocols.load().urgencies.values()
        rank = Case(*(When(urgency=one.code, then=Value(one.rank)) for one in levels), default=Value(0))
        is_seen = Case(When(acknowledged_at=None, then=Value(0)), default=Value(1))
        return self.order_by(is_seen, rank.desc(), "raised_at", "pk")
