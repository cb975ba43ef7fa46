"""One function a screen: what it shows, in a fixed number of database queries."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from django.conf import settings
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import (
    ApiToken,
    AuditEvent,
    CareLink,
    Clinic,
    Invitation,
    Membership,
    Patient,
    PrivacyAcceptance,
    User,
)

PAGE_SIZE = 25
EVENTS_SHOWN = 50


@dataclass(frozen=True)
class Person:
    """Somebody signed in, with the ties that decide what they see."""

    user: User
    patients: tuple[Patient, ...]
    """Their own records, each with its clinic."""
    memberships: tuple[Membership, ...]
    """Where they work now, each with its clinic."""

    @cached_property
    def is_staff_member(self) -> bool:
        """Tell whether the person works at a clinic now."""
        return bool(self.memberships)

    @cached_property
    def is_patient(self) -> bool:
        """Tell whether the person has a record of their own."""
        return bool(self.patients)

    @cached_property
    def managed(self) -> Membership | None:
        """Return the membership by which the person manages a clinic, if any."""
        return next((member for member in self.memberships if member.is_manager), None)

    @cached_property
    def clinic(self) -> Clinic | None:
        """Return the clinic whose phones and numbers the person's pages show."""
        ties: tuple[Patient | Membership, ...] = (*self.patients, *self.memberships)
        return ties[0].clinic if ties else None


def person(user: User) -> Person:
    """Return who is signed in (2 queries)."""
    patients = Patient.objects.of(user).select_related("clinic").order_by("pk")
    memberships = Membership.objects.of(user).select_related("clinic").order_by("pk")
    return Person(user, tuple(patients), tuple(memberships))


def person_of(request: HttpRequest) -> Person:
    """Return who sends a request, signed in, looked up once a request (2 queries)."""
    assert isinstance(request.user, User)  # noqa: S101  # nosec: callers stand behind login_required
    known: Person | None = getattr(request, "person", None)
    return known if isinstance(known, Person) else person(request.user)


def phone_key(user: User) -> str:
    """Name a person on their phone, telling nothing more: what waits there is sent as them alone.

    It must not change with the installation's secret: what waits would never be sent.
    """
    return sha256(f"phone {user.public_id}".encode()).hexdigest()[:24]


def has_accepted_privacy(user: User) -> bool:
    """Tell whether the person accepted the privacy notice in force (1 query)."""
    return PrivacyAcceptance.objects.filter(user=user, version=settings.PRIVACY_VERSION).exists()


@dataclass(frozen=True)
class Seen:
    """One line of the list of who read or changed a person's record."""

    at: datetime
    who: str
    did: str
    is_read: bool


@dataclass(frozen=True)
class Me:
    """The menu page of a person."""

    person: Person
    carers: tuple[CareLink, ...]
    """Who can open the person's own records now."""
    seen: tuple[Seen, ...]
    """The last readings and changes by other people, newest first."""
    tokens: tuple[ApiToken, ...]
    has_accepted: bool


def me(person: Person, *, now: datetime) -> Me:
    """Return a person's menu page (4 queries, 2 for somebody without a record)."""
    tokens = ApiToken.objects.of(person.user).filter(expires_at__gt=now).order_by("-created_at")
    carers = tuple(_carers(person.patients)) if person.patients else ()
    seen = tuple(_seen(person)) if person.patients else ()
    return Me(person, carers, seen, tuple(tokens), has_accepted_privacy(person.user))


def _carers(patients: tuple[Patient, ...]) -> list[CareLink]:
    links = CareLink.objects.current().filter(patient__in=[patient.pk for patient in patients])
    return list(links.select_related("member__user", "patient__clinic").order_by("from_at"))


def _seen(person: Person) -> list[Seen]:
    names = User.objects.filter(public_id=OuterRef("actor_id")).values("name")[:1]
    events = (
        AuditEvent.objects.filter(patient_id__in=[patient.public_id for patient in person.patients])
        .filter(actor_id__isnull=False)
        .exclude(actor_id=person.user.public_id)
        .annotate(who=Subquery(names))
        .order_by("-at", "-pk")[:EVENTS_SHOWN]
    )
    gone = _("Somebody whose account was closed")
    return [
        Seen(row.at, row.who or gone, words_for(row.action), row.action == AuditEvent.RECORD_READ)
        for row in events
    ]


def words_for(action: str) -> str:
    """Say in plain words what an audit row about a patient's record means to that patient."""
    words = {
        AuditEvent.RECORD_READ: _("read your record"),
        "patient.added": _("opened your record"),
        "patient.changed": _("changed your details"),
        "care.began": _("added somebody who cares for you"),
        "care.ended": _("took somebody off your care"),
        "invitation.made": _("sent you an invitation"),
        "invitation.resent": _("sent your invitation again"),
        "invitation.withdrawn": _("withdrew your invitation"),
    }
    return words.get(action) or _("wrote in your record")


@dataclass(frozen=True)
class ClinicPage:
    """What a manager sees: people and numbers, no record."""

    clinic: Clinic
    members: tuple[Membership, ...]
    """Current staff, each with ``patient_count``."""
    invitations: tuple[Invitation, ...]
    """Open ones, newest first."""
    patients: tuple[Patient, ...]
    """One page of names, each with ``carer_count``."""
    patient_count: int
    page: int
    pages: int
    now: datetime


def clinic(membership: Membership, *, page: int, now: datetime) -> ClinicPage:
    """Return the page of the clinic that ``membership`` manages (4 queries).

    A ``page`` out of range is the nearest one.
    """
    by = membership.user
    patients = Patient.objects.listed_for_manager(by).filter(clinic_id=membership.clinic_id)
    count = patients.count()
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(page, 1), pages)
    current = CareLink.objects.current().filter(patient=OuterRef("pk")).order_by()
    carers = current.values("patient").annotate(number=Count("pk")).values("number")
    rows = patients.annotate(carer_count=Subquery(carers)).order_by("name", "pk")
    return ClinicPage(
        clinic=membership.clinic,
        members=tuple(_members(membership.clinic)),
        invitations=tuple(_open_invitations(membership)),
        patients=tuple(rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]),
        patient_count=count,
        page=page,
        pages=pages,
        now=now,
    )


def _members(clinic: Clinic) -> list[Membership]:
    links = CareLink.objects.current().filter(member=OuterRef("pk")).order_by()
    patients = links.values("member").annotate(number=Count("pk")).values("number")
    members = Membership.objects.current().filter(clinic=clinic).select_related("user")
    return list(members.annotate(patient_count=Subquery(patients)).order_by("user__name", "pk"))


def _open_invitations(membership: Membership) -> list[Invitation]:
    rows = Invitation.objects.arranged_by(membership.user).open().filter(clinic_id=membership.clinic_id)
    return list(rows.select_related("patient").order_by("-invited_at"))


@dataclass(frozen=True)
class Carers:
    """Who cares for a patient, and who else could."""

    patient: Patient
    links: tuple[CareLink, ...]
    others: tuple[Membership, ...]
    """Current staff of the clinic without a lasting link."""
    invitation: Invitation | None
    """The open invitation, if any."""


def carers(patient: Patient) -> Carers:
    """Return who cares for a patient (3 queries)."""
    links = (
        CareLink.objects.current().filter(patient=patient).select_related("member__user").order_by("from_at")
    )
    lasting = Q(care_links__patient=patient, care_links__until_at__isnull=True)
    staff = Membership.objects.current().filter(clinic_id=patient.clinic_id).select_related("user")
    others = staff.exclude(pk__in=Membership.objects.filter(lasting).values("pk")).order_by(
        "user__name", "pk"
    )
    invitation = Invitation.objects.open().filter(patient=patient).first()
    return Carers(patient, tuple(links), tuple(others), invitation)
