"""The cast, made through the real services. Plain functions; each takes what matters and invents the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from itertools import count

from accounts.models import CareLink, Clinic, Membership, Patient, Profession, User
from accounts.services import care, profile

PASSWORD = "recover-6-weeks"
ZONE = "Europe/Madrid"
_numbers: Iterator[int] = count(1)


def utc_now() -> datetime:
    """Return this instant by the tests' own clock."""
    return datetime.now(UTC)


def clinic(name: str = "Riverside clinic", *, time_zone: str = ZONE) -> Clinic:
    """Make a clinic. Operators do this in the admin; no service does."""
    return Clinic.objects.create(
        name=name, time_zone=time_zone, phone="0000 000 000", content_version="2026-11"
    )


def user(name: str, *, email: str = "", password: str | None = None, time_zone: str = ZONE) -> User:
    """Make somebody who can sign in; without a password, by a code."""
    email = email or f"{name.split(maxsplit=1)[0].lower()}@demo.example"
    return profile.create_user(
        email=email, name=name, password=password, language="en", time_zone=time_zone, now=utc_now()
    )


def member(
    at: Clinic,
    name: str,
    *,
    profession: str = Profession.PHYSIOTHERAPIST,
    is_manager: bool = False,
    may_confirm_plans: bool = False,
    password: str | None = None,
    now: datetime | None = None,
) -> Membership:
    """Make a member of a clinic's staff."""
    return care.join(
        user=user(name, password=password),
        clinic=at,
        profession=profession,
        is_manager=is_manager,
        may_confirm_plans=may_confirm_plans,
        by=None,
        now=now or utc_now(),
    )


def patient(
    name: str, *, of: Membership, email: str = "", has_account: bool = True, born_on: date = date(1961, 5, 4)
) -> Patient:
    """Make a patient in the care of ``of``, with an account of their own unless told otherwise."""
    email = email or f"{name.split(maxsplit=1)[0].lower()}@demo.example"
    row = care.add_patient(
        clinic=of.clinic,
        name=name,
        born_on=born_on,
        clinic_number=f"N-{next(_numbers)}",
        email=email,
        language="en",
        time_zone=of.clinic.time_zone,
        by=of.user,
        now=utc_now(),
    )
    if not has_account:
        return row
    return care.link_user(patient=row, user=user(name, email=email), by=None, now=utc_now())


def carer(
    who: Membership, *, of: Patient, by: User, until_at: datetime | None = None, now: datetime | None = None
) -> CareLink:
    """Let a colleague care for a patient too, for good or until an instant."""
    reason = CareLink.Reason.COVER if until_at else CareLink.Reason.OWN
    return care.take_on(patient=of, member=who, reason=reason, until_at=until_at, by=by, now=now or utc_now())


@dataclass(frozen=True)
class Cast:
    """Who is who. All belong to one clinic, so that a care link is the only thing that opens a record."""

    clinic: Clinic
    pat: User
    """Patient of Thea and Max."""
    otto: User
    """Patient of Olga."""
    thea: User
    """Physiotherapist of Pat; may confirm plans."""
    olga: User
    """Physiotherapist of Otto."""
    max: User
    """Surgeon of Pat; may confirm plans."""
    cleo: User
    """Manager of the clinic; cares for nobody."""
    finn: User
    """Physiotherapist who cared for Pat until yesterday."""
    visitor: None = None
    """Nobody signed in."""

    @property
    def pat_record(self) -> Patient:
        """Return Pat's record."""
        return Patient.objects.get(user=self.pat)

    @property
    def otto_record(self) -> Patient:
        """Return Otto's record."""
        return Patient.objects.get(user=self.otto)

    def people(self) -> dict[str, User | None]:
        """Return everybody by name, the visitor too."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "clinic"}


def cast(*, password: str | None = None) -> Cast:
    """Make the whole cast; with ``password`` the staff and patients can sign in by it."""
    at = clinic()
    thea = member(at, "Thea Berg", may_confirm_plans=True, password=password)
    olga = member(at, "Olga Ruiz", password=password)
    surgeon = member(at, "Max Adler", profession=Profession.DOCTOR, may_confirm_plans=True, password=password)
    cleo = member(at, "Cleo Sato", profession=Profession.OTHER, is_manager=True, password=password)
    last_week = utc_now() - timedelta(days=7)
    finn = member(at, "Finn Voss", password=password, now=last_week)
    pat = patient("Pat Moreno", of=thea)
    otto = patient("Otto Lind", of=olga)
    carer(surgeon, of=pat, by=thea.user)
    carer(finn, of=pat, by=thea.user, until_at=utc_now() - timedelta(days=1), now=last_week)
    assert pat.user is not None
    assert otto.user is not None
    for person in (pat.user, otto.user):
        if password:
            person.set_password(password)
            person.save(update_fields=["password"])
    return Cast(at, pat.user, otto.user, thea.user, olga.user, surgeon.user, cleo.user, finn.user)
