"""Single-use links to an address: the only way to an account."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import Clinic, Invitation, Membership, Patient, User
from accounts.services import audit, care, mail, profile, tokens

PAUSE_SECONDS = 60
"""How long after a mail the next one may go out: a second tap must not kill the link just sent."""


class AlreadyInvited(ValidationError):
    def __init__(self) -> None:
        words = _("This address already has an invitation. You can send it again.")
        super().__init__(words, code="already_invited")


class AlreadyThere(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("This person already has access."), code="already_there")


class NoAddress(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Add the patient's e-mail address first."), code="no_address")


class JustSent(ValidationError):
    def __init__(self) -> None:
        words = _("The mail went out less than a minute ago. Wait a little before you send it again.")
        super().__init__(words, code="just_sent")


class InvitationSpent(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("This link has been used. You can sign in."), code="invitation_spent")


class InvitationWithdrawn(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This link does not work any more. Ask the clinic for a new one."), code="invitation_withdrawn"
        )


class InvitationExpired(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("This link is too old. Ask the clinic for a new one."), code="invitation_expired")


class NotYourInvitation(ValidationError):
    def __init__(self) -> None:
        words = _("This link is for another address. Sign out first, or sign in with that address.")
        super().__init__(words, code="not_your_invitation")


class SignInFirst(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("You already have an account. Sign in, then open the link again."), code="sign_in_first"
        )


class NameMissing(ValidationError):
    def __init__(self) -> None:
        super().__init__({"name": ValidationError(_("Write your name."), code="name_missing")})


class NotAManager(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Only a manager of the clinic can do this."), code="not_a_manager")


@transaction.atomic
def invite_staff(
    *,
    clinic: Clinic,
    email: str,
    profession: str,
    is_manager: bool,
    may_confirm_plans: bool,
    by: User,
    now: datetime,
) -> Invitation:
    """Ask somebody to join the clinic's staff.

    The mail leaves after commit; ``sent_at`` stays empty if it could not.
    Raises NotAManager, AlreadyThere, AlreadyInvited.
    """
    if not Membership.objects.of(by).filter(clinic=clinic, is_manager=True).exists():
        raise NotAManager
    email = email.strip().lower()
    if Membership.objects.current().filter(clinic=clinic, user__email=email).exists():
        raise AlreadyThere
    invitation = Invitation(
        clinic=clinic,
        email=email,
        profession=profession,
        is_manager=is_manager,
        may_confirm_plans=may_confirm_plans,
    )
    return _open(invitation, by, now)


@transaction.atomic
def invite_patient(*, patient: Patient, by: User, now: datetime) -> Invitation:
    """Ask a patient to open their own record. ``by`` must care for them or manage the clinic.

    Raises NotYourPatient, NoAddress, AlreadyThere, AlreadyInvited.
    """
    if not Patient.objects.arranged_by(by).filter(pk=patient.pk).exists():
        raise care.NotYourPatient
    if not patient.email:
        raise NoAddress
    if patient.user_id:
        raise AlreadyThere
    return _open(Invitation(clinic=patient.clinic, patient=patient, email=patient.email), by, now)


@transaction.atomic
def resend(*, invitation: Invitation, by: User, now: datetime) -> Invitation:
    """Send a new link to the same address; the one sent before stops working once the new one is on its way.

    Raises InvitationSpent, InvitationWithdrawn, JustSent.
    """
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    _refuse_closed(row)
    if row.sent_at and row.sent_at > now - timedelta(seconds=PAUSE_SECONDS):
        raise JustSent
    before = {"token_hash": row.token_hash, "expires_at": row.expires_at, "sent_at": row.sent_at}
    secret = _renew(row, now)
    row.save(update_fields=list(before))
    audit.record("invitation.resent", by=by, now=now, patient=row.patient, subject_id=row.public_id)
    _send_after_commit(row, secret, now, before=before)
    return row


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User, now: datetime) -> None:
    """Make a link stop working. Doing it again, or after it was used, changes nothing."""
    if Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=now):
        audit.record(
            "invitation.withdrawn",
            by=by,
            now=now,
            patient=invitation.patient,
            subject_id=invitation.public_id,
        )


def find(*, token: str) -> Invitation | None:
    """Return the invitation a link stands for, whatever became of it."""
    return (
        Invitation.objects.select_related("clinic", "patient")
        .filter(token_hash=tokens.hash_of(token))
        .first()
    )


def refuse_unusable(invitation: Invitation, *, now: datetime) -> None:
    """Raise InvitationSpent, InvitationWithdrawn or InvitationExpired if the link does not work."""
    _refuse_closed(invitation)
    if invitation.expires_at <= now:
        raise InvitationExpired


@transaction.atomic
def accept(
    *,
    token: str,
    name: str | None,
    password: str | None,
    time_zone: str,
    privacy_version: str,
    by: User | None,
    now: datetime,
) -> User:
    """Use a link once: make the account if the address has none, and tie it to the clinic or the record.

    An address that has an account must be signed in as it. An unknown time zone becomes the clinic's.
    Raises Invitation.DoesNotExist, InvitationSpent, InvitationWithdrawn, InvitationExpired,
    NotYourInvitation, SignInFirst, NameMissing, WeakPassword, OldNotice, AlreadyLinked.
    """
    row = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("clinic")
        .get(token_hash=tokens.hash_of(token))
    )
    refuse_unusable(row, now=now)
    user = _person(row, name=name, password=password, time_zone=time_zone, by=by, now=now)
    profile.accept_privacy(user=user, version=privacy_version, now=now)
    if row.patient:
        care.link_user(patient=row.patient, user=user, by=user, now=now)
    else:
        care.join(
            user=user,
            clinic=row.clinic,
            profession=row.profession,
            is_manager=row.is_manager,
            may_confirm_plans=row.may_confirm_plans,
            by=user,
            now=now,
        )
    Invitation.objects.filter(pk=row.pk).update(accepted_at=now)
    audit.record("invitation.accepted", by=user, now=now, patient=row.patient, subject_id=row.public_id)
    return user


def _person(
    row: Invitation, *, name: str | None, password: str | None, time_zone: str, by: User | None, now: datetime
) -> User:
    if by is not None:
        if by.email != row.email:
            raise NotYourInvitation
        return by
    if User.objects.filter(email=row.email).exists():
        raise SignInFirst
    if row.patient:
        name = name or row.patient.name
    if not name:
        raise NameMissing
    try:
        with transaction.atomic():
            return profile.create_user(
                email=row.email,
                name=name,
                password=password,
                language=row.patient.language if row.patient else settings.LANGUAGE_CODE,
                time_zone=time_zone if profile.is_zone(time_zone) else row.clinic.time_zone,
                now=now,
            )
    except IntegrityError as problem:  # two clinics' links used at the same instant
        raise SignInFirst from problem


def _open(invitation: Invitation, by: User, now: datetime) -> Invitation:
    secret = _renew(invitation, now)
    invitation.invited_by, invitation.invited_at = by, now
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as problem:  # one_open_invitation_per_address
        raise AlreadyInvited from problem
    patient = invitation.patient
    audit.record("invitation.made", by=by, now=now, patient=patient, subject_id=invitation.public_id)
    _send_after_commit(invitation, secret, now)
    return invitation


def _renew(invitation: Invitation, now: datetime) -> str:
    secret = tokens.new_secret()
    invitation.token_hash = tokens.hash_of(secret)
    invitation.expires_at = now + timedelta(days=settings.INVITATION_DAYS)
    invitation.sent_at = None
    return secret


def _refuse_closed(invitation: Invitation) -> None:
    if invitation.accepted_at:
        raise InvitationSpent
    if invitation.withdrawn_at:
        raise InvitationWithdrawn


def _send_after_commit(
    invitation: Invitation, secret: str, now: datetime, *, before: Mapping[str, Any] | None = None
) -> None:
    transaction.on_commit(partial(_send, invitation, secret, now, before or {}))


def _send(invitation: Invitation, secret: str, now: datetime, before: Mapping[str, Any]) -> None:
    """Mail the link. If no server takes it, a link that was sent ``before`` goes on working."""
    patient = invitation.patient
    with override(patient.language if patient else settings.LANGUAGE_CODE):
        words = {
            "product_name": settings.PRODUCT_NAME,
            "clinic": invitation.clinic,
            "link": settings.SITE_URL + reverse("accounts:invitation", args=[secret]),
            "days": settings.INVITATION_DAYS,
        }
        message = mail.compose(
            to=[invitation.email],
            subject=_text("Your invitation to %(product)s") % {"product": settings.PRODUCT_NAME},
            text=render_to_string("accounts/invitation_mail.txt", words),
        )
    row = Invitation.objects.filter(pk=invitation.pk, token_hash=invitation.token_hash)
    if mail.send(message, about=f"invitation {invitation.public_id}"):
        invitation.sent_at = now
        row.update(sent_at=now)
    elif before.get("sent_at"):
        row.update(**before)
