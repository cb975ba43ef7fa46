"""One function a screen: what it shows, in a fixed number of database queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.domain import browser_of, kind_of
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
from accounts.querysets import Prepared

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE_SIZE = 25
CARERS_SHOWN = 50
DEVICES_SHOWN = 50
TOKENS_SHOWN = 50


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
    return Person(user, tuple(_RECORDS(user.pk)), tuple(_MEMBERSHIPS(user.pk)))


def _own_records(user_id: int) -> QuerySet[Patient]:
    return Patient.objects.of(User(pk=user_id)).select_related("clinic").order_by("pk")


def _own_memberships(user_id: int) -> QuerySet[Membership]:
    return Membership.objects.of(User(pk=user_id)).select_related("clinic").order_by("pk")


_RECORDS: Prepared[Patient] = Prepared(_own_records)
_MEMBERSHIPS: Prepared[Membership] = Prepared(_own_memberships)


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
    tokens: tuple[ApiToken, ...]
    has_accepted: bool


def me(person: Person, *, now: datetime) -> Me:
    """Return a person's menu page (2 queries)."""
    tokens = ApiToken.objects.of(person.user).filter(expires_at__gt=now).order_by("-created_at")
    return Me(person, tuple(tokens[:TOKENS_SHOWN]), has_accepted_privacy(person.user))


@dataclass(frozen=True)
class Access:
    """Who can open a person's own records, who could before, and who did, newest first."""

    carers: tuple[CareLink, ...]
    past: tuple[CareLink, ...]
    seen: tuple[Seen, ...]
    count: int
    page: int
    pages: int


def access(person: Person, *, page: int) -> Access:
    """Return who sees a person's own records (4 queries). A ``page`` out of range is the nearest one."""
    mine = [patient.pk for patient in person.patients]
    links = CareLink.objects.filter(patient__in=mine).select_related("member__user", "patient__clinic")
    carers = tuple(links.current().order_by("from_at", "pk")[:CARERS_SHOWN])
    past = links.exclude(pk__in=[link.pk for link in carers]).order_by("-until_at", "-pk")
    events = _others_acts(person)
    count = events.count()
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(page, 1), pages)
    return Access(
        carers=carers,
        past=tuple(past[:CARERS_SHOWN]),
        seen=tuple(_seen(events, first=(page - 1) * PAGE_SIZE)),
        count=count,
        page=page,
        pages=pages,
    )


def _others_acts(person: Person) -> QuerySet[AuditEvent]:
    """Keep what other people did with a person's own records."""
    mine = [patient.public_id for patient in person.patients]
    events = AuditEvent.objects.filter(patient_id__in=mine, actor_id__isnull=False)
    return events.exclude(actor_id=person.user.public_id)


def _seen(events: QuerySet[AuditEvent], *, first: int) -> list[Seen]:
    names = User.objects.filter(public_id=OuterRef("actor_id")).values("name")[:1]
    rows = events.annotate(who=Subquery(names)).order_by("-at", "-pk")[first : first + PAGE_SIZE]
    gone = _("Somebody whose account was closed")
    return [
        Seen(row.at, row.who or gone, words_for(row.action), row.action == AuditEvent.RECORD_READ)
        for row in rows
    ]


_words: dict[str, "StrOrPromise"] = {
    AuditEvent.RECORD_READ: _lazy("read your record"),
    "patient.added": _lazy("opened your record"),
    "patient.changed": _lazy("changed your details"),
    "patient.linked": _lazy("tied your record to your account"),
    "care.began": _lazy("added somebody who cares for you"),
    "care.ended": _lazy("took somebody off your care"),
    "invitation.made": _lazy("sent you an invitation"),
    "invitation.resent": _lazy("sent your invitation again"),
    "invitation.withdrawn": _lazy("withdrew your invitation"),
    "invitation.accepted": _lazy("accepted an invitation"),
    "data.exported": _lazy("got a copy of your data"),
}


def add_words(words: "Mapping[str, StrOrPromise]") -> None:
    """Say what the audit rows of another package mean to the patient whose record they are about."""
    _words.update(words)


def words_for(action: str) -> str:
    """Say in plain words what an audit row about a patient's record means to that patient."""
    return str(_words.get(action) or _("wrote in your record"))


@dataclass(frozen=True)
class Device:
    """Where a person is signed in. ``kind`` is phone, tablet, computer or empty."""

    id: int
    browser: str
    kind: str
    signed_in_at: datetime
    last_seen_at: datetime
    is_this_one: bool


def devices(user: User, *, session_key: str, now: datetime) -> tuple[Device, ...]:
    """Return where a person is signed in now, this device first (1 query)."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = UserSession.objects.filter(user=user, session_key__in=alive).order_by("-last_seen_at", "-pk")
    found = [
        Device(
            id=row.pk,
            browser=browser_of(row.user_agent),
            kind=kind_of(row.user_agent),
            signed_in_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_this_one=row.session_key == session_key,
        )
        for row in rows[:DEVICES_SHOWN]
    ]
    return tuple(sorted(found, key=lambda one: not one.is_this_one))


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
