"""Who works where, who is a patient, and who cares for whom."""

from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import CareLink, Clinic, Invitation, Membership, Patient, User
from accounts.querysets import at_once
from accounts.services import audit, profile
from accounts.signals import patient_changed

ADULT_YEARS = 18
EARLIEST_BIRTH = date(1900, 1, 1)


class UnderAge(ValidationError):
    """Notice ``n-children`` of the clinical content."""

    def __init__(self) -> None:
        words = _("This app is made for adults. Children heal in a different way.")
        super().__init__({"born_on": ValidationError(words, code="under_age")})


class BirthDateWrong(ValidationError):
    def __init__(self) -> None:
        words = _("Check the date of birth. It should be after 1900 and not in the future.")
        super().__init__({"born_on": ValidationError(words, code="birth_date_wrong")})


class NumberTaken(ValidationError):
    def __init__(self) -> None:
        words = _("Another patient of this clinic has this number.")
        super().__init__({"clinic_number": ValidationError(words, code="number_taken")})


class NotAMember(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Only people who work at this clinic can do this."), code="not_a_member")


class LastCarer(ValidationError):
    def __init__(self) -> None:
        words = _("Nobody else cares for this patient. Add a colleague first.")
        super().__init__(words, code="last_carer")


class NotYourPatient(ValidationError):
    def __init__(self) -> None:
        words = _("Only a manager, or somebody who cares for this patient, can do this.")
        super().__init__(words, code="not_your_patient")


class CoverNeedsEnd(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            {"until_on": ValidationError(_("Choose the last day of the cover."), code="cover_needs_end")}
        )


class EndsInThePast(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            {"until_on": ValidationError(_("Choose a day from today on."), code="ends_in_the_past")}
        )


class LastManager(ValidationError):
    def __init__(self) -> None:
        words = _("This is the only manager of the clinic. Invite another manager first.")
        super().__init__(words, code="last_manager")


class AlreadyLinked(ValidationError):
    def __init__(self) -> None:
        words = _("This account already opens a record at this clinic.")
        super().__init__(words, code="already_linked")


@transaction.atomic
def join(
    *,
    user: User,
    clinic: Clinic,
    profession: str,
    is_manager: bool,
    may_confirm_plans: bool,
    by: User | None,
    now: datetime,
) -> Membership:
    """Make ``user`` a member of the clinic's staff; a member already there stays as they are."""
    known = Membership.objects.filter(user=user, clinic=clinic, until_at__isnull=True).first()
    if known:
        return known
    member = Membership.objects.create(
        user=user,
        clinic=clinic,
        profession=profession,
        is_manager=is_manager,
        may_confirm_plans=may_confirm_plans,
        from_at=at_once(now),
    )
    member.refresh_from_db(fields=["from_at"])
    detail = {"profession": profession, "is_manager": is_manager, "may_confirm_plans": may_confirm_plans}
    audit.record("membership.began", by=by, now=now, subject_id=member.public_id, detail=detail)
    return member


@transaction.atomic
def add_patient(
    *,
    clinic: Clinic,
    name: str,
    born_on: date,
    clinic_number: str,
    email: str,
    language: str,
    time_zone: str,
    by: User,
    now: datetime,
) -> Patient:
    """Open a record at the clinic, in the care of ``by``.

    Raises NotAMember, UnderAge, BirthDateWrong, NumberTaken, UnknownTimeZone.
    """
    member = _member(by, clinic)
    _check_birth(born_on, clinic, now)
    _check_zone(time_zone)
    patient = Patient(
        clinic=clinic, name=name, born_on=born_on, language=_language(language), time_zone=time_zone
    )
    patient.clinic_number, patient.email = clinic_number.strip(), email.strip().lower()
    _save(patient)
    audit.record("patient.added", by=by, now=now, patient=patient, subject_id=patient.public_id)
    _link(patient=patient, member=member, reason=CareLink.Reason.OWN, until_at=None, by=by, now=now)
    return patient


@transaction.atomic
def change_patient(
    *,
    patient: Patient,
    name: str,
    born_on: date,
    clinic_number: str,
    email: str,
    language: str,
    time_zone: str,
    by: User,
    now: datetime,
) -> Patient:
    """Correct a patient's details; an invitation sent to an address that was wrong stops working.

    Raises UnderAge, BirthDateWrong, NumberTaken, UnknownTimeZone.
    """
    row = Patient.objects.select_for_update(no_key=True).select_related("clinic").get(pk=patient.pk)
    _check_birth(born_on, row.clinic, now)
    _check_zone(time_zone)
    new = {
        "name": name,
        "born_on": born_on,
        "clinic_number": clinic_number.strip(),
        "email": email.strip().lower(),
        "language": _language(language),
        "time_zone": time_zone,
    }
    changed = sorted(field for field, value in new.items() if getattr(row, field) != value)
    if not changed:
        return row
    for field in changed:
        setattr(row, field, new[field])
    row.revision += 1
    _save(row)
    if "email" in changed:
        Invitation.objects.open().filter(patient=row).update(withdrawn_at=now)
    audit.record(
        "patient.changed", by=by, now=now, patient=row, subject_id=row.public_id, detail={"fields": changed}
    )
    _announce(row)
    return row


@transaction.atomic
def link_user(*, patient: Patient, user: User, by: User | None, now: datetime) -> Patient:
    """Let ``user`` open the record as their own. Raises AlreadyLinked."""
    row = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if row.user_id == user.pk:
        return row
    other = Patient.objects.of(user).filter(clinic_id=row.clinic_id).exists()
    if other or row.user_id is not None:
        raise AlreadyLinked
    row.user, row.time_zone, row.revision = user, user.time_zone, row.revision + 1
    row.save(update_fields=["user", "time_zone", "revision"])
    audit.record("patient.linked", by=by, now=now, patient=row, subject_id=user.public_id)
    _announce(row)
    return row


@transaction.atomic
def take_on(
    *, patient: Patient, member: Membership, reason: str, until_at: datetime | None, by: User, now: datetime
) -> CareLink:
    """Let a member of the clinic's staff see and treat a patient, for good or until an instant.

    ``by`` must care for the patient already, or manage the clinic. A link that holds already is returned.
    Raises NotYourPatient, NotAMember, CoverNeedsEnd, EndsInThePast.
    """
    _may_arrange(patient, by)
    if not Membership.objects.current().filter(pk=member.pk, clinic_id=patient.clinic_id).exists():
        raise NotAMember
    if reason == CareLink.Reason.COVER and until_at is None:
        raise CoverNeedsEnd
    if until_at is not None and until_at <= now:
        raise EndsInThePast
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)  # two carers at once make one link
    known = CareLink.objects.current().filter(patient=patient, member=member)
    if until_at is not None:
        known = known.filter(until_at__isnull=True) | known.filter(until_at__gte=until_at)
    else:
        known = known.filter(until_at__isnull=True)
    return known.first() or _link(
        patient=patient, member=member, reason=reason, until_at=until_at, by=by, now=now
    )


@transaction.atomic
def end_care(*, link: CareLink, by: User, now: datetime) -> None:
    """Take a member of staff off a patient at once. A link that has ended stays as it is.

    Somebody else must care for the patient: their warning signs would reach nobody. Raises NotYourPatient,
    LastCarer.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=link.patient_id)
    _may_arrange(patient, by)
    if not CareLink.objects.current().filter(patient=patient).exclude(pk=link.pk).exists():
        raise LastCarer
    if CareLink.objects.current().filter(pk=link.pk).update(until_at=at_once(now)):
        audit.record("care.ended", by=by, now=now, patient=patient, subject_id=link.public_id)


@transaction.atomic
def end_membership(*, membership: Membership, by: User, now: datetime) -> None:
    """Take a person off a clinic's staff at once, with all care links of theirs there.

    Raises NotAMember where ``by`` does not manage the clinic, and LastManager.
    """
    clinic = Clinic.objects.select_for_update().get(pk=membership.clinic_id)
    managers = Membership.objects.current().filter(clinic=clinic, is_manager=True)
    if not managers.filter(user=by).exists():
        raise NotAMember
    current = Membership.objects.current().filter(pk=membership.pk)
    if not current.exists():
        return
    if not managers.exclude(pk=membership.pk).exists():
        raise LastManager
    links = CareLink.objects.filter(member=membership, until_at__isnull=True)
    future = CareLink.objects.filter(member=membership, until_at__gt=now)
    (links | future).update(until_at=at_once(now))
    current.update(until_at=at_once(now))
    audit.record("membership.ended", by=by, now=now, subject_id=membership.public_id)


@transaction.atomic
def set_clinic(
    *,
    clinic: Clinic,
    name: str,
    time_zone: str,
    phone: str,
    phone_hours: str,
    out_of_hours_phone: str,
    emergency_number: str,
    crisis_line: str,
    by: User,
    now: datetime,
) -> None:
    """Change what patients read about the clinic.

    Raises NotAMember where ``by`` does not manage it, and UnknownTimeZone.
    """
    if not Membership.objects.of(by).filter(clinic=clinic, is_manager=True).exists():
        raise NotAMember
    _check_zone(time_zone)
    row = Clinic.objects.select_for_update().get(pk=clinic.pk)
    new = {
        "name": name,
        "time_zone": time_zone,
        "phone": phone,
        "phone_hours": phone_hours,
        "out_of_hours_phone": out_of_hours_phone,
        "emergency_number": emergency_number,
        "crisis_line": crisis_line,
    }
    changed = sorted(field for field, value in new.items() if getattr(row, field) != value)
    if not changed:
        return
    Clinic.objects.filter(pk=row.pk).update(**new)
    if "time_zone" in changed:
        # Visits have wall times in the clinic's zone: every patient's reminders are due for another look.
        Patient.objects.filter(clinic=row).update(revision=F("revision") + 1)
    audit.record("clinic.changed", by=by, now=now, subject_id=row.public_id, detail={"fields": changed})


def _member(user: User, clinic: Clinic) -> Membership:
    member = Membership.objects.of(user).filter(clinic=clinic).first()
    if member is None:
        raise NotAMember
    return member


def _may_arrange(patient: Patient, by: User) -> None:
    if not Patient.objects.arranged_by(by).filter(pk=patient.pk).exists():
        raise NotYourPatient


def _link(
    *, patient: Patient, member: Membership, reason: str, until_at: datetime | None, by: User, now: datetime
) -> CareLink:
    link = CareLink.objects.create(
        patient=patient,
        member=member,
        role=member.profession,
        reason=reason,
        from_at=at_once(now),
        until_at=until_at,
    )
    link.refresh_from_db(fields=["from_at"])
    audit.record(
        "care.began", by=by, now=now, patient=patient, subject_id=link.public_id, detail={"reason": reason}
    )
    return link


def _check_birth(born_on: date, clinic: Clinic, now: datetime) -> None:
    today = clock.local_day(now, clinic.time_zone)
    if not EARLIEST_BIRTH <= born_on <= today:
        raise BirthDateWrong
    had_birthday = (today.month, today.day) >= (born_on.month, born_on.day)
    if today.year - born_on.year - (not had_birthday) < ADULT_YEARS:
        raise UnderAge


def _check_zone(time_zone: str) -> None:
    if not profile.is_zone(time_zone):
        raise profile.UnknownTimeZone


def _language(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _save(patient: Patient) -> None:
    try:
        with transaction.atomic():
            patient.save()
    except IntegrityError as problem:
        taken = Patient.objects.filter(clinic_id=patient.clinic_id, clinic_number=patient.clinic_number)
        if patient.clinic_number and taken.exclude(pk=patient.pk).exists():
            raise NumberTaken from problem
        raise


def _announce(patient: Patient) -> None:
    transaction.on_commit(partial(patient_changed.send_robust, sender=Patient, patient_id=patient.pk))
