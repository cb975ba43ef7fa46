"""The doors to people: every read of a patient's data starts at one of these.

A membership or care link counts while the database's own clock is between its ``from_at`` and ``until_at``:
who was taken off a patient at 10:00 sees nothing at 10:00:01, whatever process asks.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Least, Now

from accounts import clock
from accounts.querysets.prepared import NotAParameter, Prepared

if TYPE_CHECKING:
    from accounts.models import ApiToken, CareLink, Invitation, Membership, Patient, User  # noqa: F401  quoted below

    Person: TypeAlias = User | AnonymousUser

__all__ = [
    "ApiTokenQuerySet",
    "CareLinkQuerySet",
    "InvitationQuerySet",
    "MembershipQuerySet",
    "NotAParameter",
    "PatientQuerySet",
    "Prepared",
    "at_once",
    "own_scope",
    "patient_scope",
    "staff_scope",
]


def _this_instant() -> Now | Value:
    # A shifted clock (tests, the demo) is the process's; otherwise the database's counts, the same for all.
    return Value(clock.now(), output_field=models.DateTimeField()) if clock.offset() else Now()


def at_once(now: datetime) -> Least:
    """Return the instant a tie begins or ends when it does so at once: ``now``, or the database's if earlier.

    A process whose clock runs ahead of the database's must not leave a removed person in for the difference.
    """
    return Least(Value(now, output_field=models.DateTimeField()), Now())


def _current(prefix: str = "") -> Q:
    """Return the condition that a dated tie holds right now."""
    instant = _this_instant()
    open_end = Q(**{f"{prefix}until_at__isnull": True}) | Q(**{f"{prefix}until_at__gt": instant})
    return Q(**{f"{prefix}from_at__lte": instant}) & open_end


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        """Keep the memberships that hold now."""
        return self.filter(_current())

    def of(self, user: "Person") -> Self:
        """Keep this user's own current memberships."""
        return self.current().filter(user_id=user.pk)

    def colleagues_of(self, user: "Person") -> Self:
        """Keep the current members of the clinics where ``user`` works."""
        return self.current().filter(clinic_id__in=self.model._default_manager.of(user).values("clinic_id"))

    def managed_by(self, user: "Person") -> Self:
        """Keep every membership, past ones too, of the clinics ``user`` manages."""
        return self.filter(clinic_id__in=_managed_clinics(user))


class CareLinkQuerySet(models.QuerySet["CareLink"]):
    def current(self) -> Self:
        """Keep the care links that hold now, through a membership that holds now."""
        return self.filter(_current(), _current("member__"))

    def of(self, user: "Person") -> Self:
        """Keep the current care links of this member of staff."""
        return self.current().filter(member__user_id=user.pk)

    def arranged_by(self, user: "Person") -> Self:
        """Keep the care links ``user`` may end: of patients in their care, or of clinics they manage."""
        return self.filter(patient__in=_patients().arranged_by(user))


class PatientQuerySet(models.QuerySet["Patient"]):
    def of(self, user: "Person") -> Self:
        """Keep the patient records that are this user's own."""
        return self.filter(user_id=user.pk) if user.pk else self.none()

    def in_care_of(self, user: "Person") -> Self:
        """Keep the patients this member of staff may see: those with a current care link."""
        return self.filter(Exists(_links(user).filter(patient_id=OuterRef("pk"))))

    def visible_to(self, user: "Person") -> Self:
        """Keep the patients whose record this user may read: their own, or those in their care."""
        if not user.pk:
            return self.none()
        return self.filter(Q(user_id=user.pk) | Exists(_links(user).filter(patient_id=OuterRef("pk"))))

    def listed_for_manager(self, user: "Person") -> Self:
        """Keep the patients of the clinics ``user`` manages: a list of names, never a way to a record."""
        return self.filter(clinic_id__in=_managed_clinics(user))

    def arranged_by(self, user: "Person") -> Self:
        """Keep the patients for whom ``user`` may say who cares: own carers and the clinic's managers.

        Cover arranges nothing, or it could make itself permanent.
        """
        in_care = Exists(_links(user).filter(patient_id=OuterRef("pk"), reason="own"))
        return self.filter(in_care | Q(clinic_id__in=_managed_clinics(user)))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Keep invitations that were neither accepted nor withdrawn; they may be too old to accept."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)

    def arranged_by(self, user: "Person") -> Self:
        """Keep what ``user`` may send again or withdraw: of clinics they manage or patients they care for."""
        in_care = Exists(_links(user).filter(patient_id=OuterRef("patient_id"), reason="own"))
        return self.filter(in_care | Q(clinic_id__in=_managed_clinics(user)))


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def of(self, user: "Person") -> Self:
        """Keep this user's own tokens that were not revoked."""
        return self.filter(user_id=user.pk, revoked_at__isnull=True)


def _links(user: "Person") -> "CareLinkQuerySet":
    links: CareLinkQuerySet = apps.get_model("accounts", "CareLink").objects.of(user)
    return links


def _memberships() -> "MembershipQuerySet":
    memberships: MembershipQuerySet = apps.get_model("accounts", "Membership").objects.all()
    return memberships


def _managed_clinics(user: "Person") -> models.QuerySet[Any, Any]:
    return _memberships().of(user).filter(is_manager=True).values("clinic_id")


def _patients() -> "PatientQuerySet":
    patients: PatientQuerySet = apps.get_model("accounts", "Patient").objects.all()
    return patients


def patient_scope(user: "Person", patient: str) -> Combinable | Q:
    """Return a filter for tables that hang below a patient, keeping what ``user`` may read.

    ``patient`` is the lookup path to the patient, e.g. ``"recovery__patient"``.
    """
    if not user.pk:
        return Q(pk__in=[])
    return Q(**{f"{patient}__user_id": user.pk}) | Exists(
        _links(user).filter(patient_id=OuterRef(f"{patient}_id"))
    )


def staff_scope(user: "Person", patient: str) -> Exists:
    """Return a filter for tables that hang below a patient, keeping those in this member of staff's care."""
    return Exists(_links(user).filter(patient_id=OuterRef(f"{patient}_id")))


def own_scope(user: "Person", patient: str) -> Q:
    """Return a filter for tables that hang below a patient, keeping the person's own."""
    kwargs: dict[str, Any] = {f"{patient}__user_id": user.pk}
    return Q(**kwargs) if user.pk else Q(pk__in=[])
