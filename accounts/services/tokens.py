"""Keys for programs: made once, shown once, kept as a hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User
from accounts.services import audit

MOST_DAYS = 365
MOST_TOKENS = 50


class TooManyTokens(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("You have 50 keys. Remove one first."), code="too_many_tokens")


class WrongScope(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Choose what the key may do."), code="wrong_scope")


class WrongDays(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Choose a number of days from 1 to 365."), code="wrong_days")


def new_secret() -> str:
    """Return 256 random bits, fit for an address and a header."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """Return what is stored of a secret. It is long and random, so a fast hash without salt is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_token(*, user: User, name: str, scope: str, days: int, now: datetime) -> tuple[ApiToken, str]:
    """Make a key that works for ``days`` days, and return it with its secret, which is kept nowhere.

    Raises WrongScope, WrongDays, TooManyTokens.
    """
    if scope not in ApiToken.Scope.values:
        raise WrongScope
    if not 1 <= days <= MOST_DAYS:
        raise WrongDays
    if ApiToken.objects.of(user).filter(expires_at__gt=now).count() >= MOST_TOKENS:
        raise TooManyTokens
    plain = new_secret()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        scope=scope,
        token_hash=hash_of(plain),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record(
        "token.made", by=user, now=now, subject_id=token.public_id, detail={"scope": scope, "days": days}
    )
    return token, plain


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, now: datetime) -> None:
    """End a key at once. Ending it again changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        audit.record("token.revoked", by=by, now=now, subject_id=token.public_id)


@transaction.atomic
def revoke_all(*, user: User, now: datetime) -> int:
    """End all keys of a person, because their password changed; return how many."""
    ended = ApiToken.objects.of(user).update(revoked_at=now)
    if ended:
        audit.record(
            "token.all_revoked", by=user, now=now, subject_id=user.public_id, detail={"count": ended}
        )
    return ended
