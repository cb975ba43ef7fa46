"""What a person sets about themselves."""

from datetime import datetime
from functools import lru_cache, partial
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient, PrivacyAcceptance, User
from accounts.services import audit
from accounts.signals import patient_changed


class UnknownTimeZone(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Choose a time zone from the list, such as Europe/Madrid."), code="unknown_time_zone"
        )


class UnknownTheme(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Choose one of the three looks."), code="unknown_theme")


class UnknownLanguage(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Choose one of the languages of the list."), code="unknown_language")


class UnknownDisplay(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Choose one of the answers of each question."), code="unknown_display")


class OldNotice(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Please read the privacy notice and tick the box."), code="privacy_not_accepted")


class WeakPassword(ValidationError):
    """The password does not pass the installation's rules; the messages say which."""


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """List the time zones a person can choose: ``UTC`` and those named ``Area/Place``."""
    odd = ("Etc/", "SystemV/", "posix/", "right/")
    return (
        "UTC",
        *sorted(name for name in available_timezones() if "/" in name and not name.startswith(odd)),
    )


def is_zone(name: str) -> bool:
    """Tell whether ``name`` is a time zone this installation knows."""
    return name in zones()


@transaction.atomic
def create_user(
    *, email: str, name: str, password: str | None, language: str, time_zone: str, now: datetime
) -> User:
    """Make an account whose address has been shown to be the person's own.

    Without a password the person signs in by a code sent to them. Raises WeakPassword.
    """
    if password:
        check_password(password, email=email, name=name)
    user = User.objects.create_user(email, password, name=name, language=language, time_zone=time_zone)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    audit.record("user.joined", by=user, now=now, subject_id=user.public_id)
    return user


def check_password(password: str, *, email: str, name: str) -> None:
    """Refuse a password that is short, common or like the person's name or address. Raises WeakPassword."""
    try:
        validate_password(password, user=User(email=email, name=name))
    except ValidationError as problem:
        raise WeakPassword(problem.messages, code="weak_password") from problem


@transaction.atomic
def set_time_zone(*, user: User, time_zone: str, now: datetime) -> None:
    """Let the person's reminders and pages follow another IANA time zone. Raises UnknownTimeZone."""
    if not is_zone(time_zone):
        raise UnknownTimeZone
    User.objects.filter(pk=user.pk).update(time_zone=time_zone)
    user.time_zone = time_zone
    mine = Patient.objects.of(user).exclude(time_zone=time_zone)
    moved = list(mine.values_list("pk", flat=True))
    Patient.objects.filter(pk__in=moved).update(time_zone=time_zone, revision=F("revision") + 1)
    audit.record("user.time_zone_set", by=user, now=now, subject_id=user.public_id, detail={"to": time_zone})
    for patient_id in moved:
        transaction.on_commit(partial(patient_changed.send_robust, sender=Patient, patient_id=patient_id))


@transaction.atomic
def set_theme(*, user: User, theme: str, now: datetime) -> None:
    """Show pages light, dark, or as the phone does. Raises UnknownTheme."""
    if theme not in User.Theme.values:
        raise UnknownTheme
    User.objects.filter(pk=user.pk).update(theme=theme)
    user.theme = theme
    audit.record("user.theme_set", by=user, now=now, subject_id=user.public_id, detail={"to": theme})


@transaction.atomic
def set_display(*, user: User, theme: str, text_size: str, hand: str, now: datetime) -> None:
    """Show pages in these colours and letters, with the main buttons on the side of the hand that is free.

    Raises UnknownTheme, UnknownDisplay.
    """
    if theme not in User.Theme.values:
        raise UnknownTheme
    if text_size not in User.TextSize.values or hand not in User.Hand.values:
        raise UnknownDisplay
    chosen = {"theme": theme, "text_size": text_size, "hand": hand}
    User.objects.filter(pk=user.pk).update(**chosen)
    user.theme, user.text_size, user.hand = theme, text_size, hand
    audit.record("user.display_set", by=user, now=now, subject_id=user.public_id, detail=chosen)


@transaction.atomic
def set_language(*, user: User, language: str, now: datetime) -> None:
    """Let the person's pages and mails speak another language. Raises UnknownLanguage."""
    if language not in dict(settings.LANGUAGES):
        raise UnknownLanguage
    if user.language == language:
        return
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language
    mine = list(Patient.objects.of(user).exclude(language=language).values_list("pk", flat=True))
    Patient.objects.filter(pk__in=mine).update(language=language, revision=F("revision") + 1)
    audit.record("user.language_set", by=user, now=now, subject_id=user.public_id, detail={"to": language})
    for patient_id in mine:
        transaction.on_commit(partial(patient_changed.send_robust, sender=Patient, patient_id=patient_id))


@transaction.atomic
def accept_privacy(*, user: User, version: str, now: datetime) -> PrivacyAcceptance:
    """Keep that the person accepted the privacy notice in force. Raises OldNotice for any other version."""
    if version != settings.PRIVACY_VERSION:
        raise OldNotice
    row, is_new = PrivacyAcceptance.objects.get_or_create(
        user=user, version=version, defaults={"accepted_at": now}
    )
    if is_new:
        audit.record(
            "privacy.accepted", by=user, now=now, subject_id=user.public_id, detail={"version": version}
        )
    return row
