"""Who calls the API: a key in the ``Authorization`` header, or the session cookie with its CSRF token."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import clock
from accounts.models import ApiToken, User
from accounts.querysets import Prepared
from accounts.services import tokens

LONGEST_KEY = 200


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <key>``. Unknown, too old, revoked: all get 401 in the same words."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the key's person and the key (1 query, and 1 more on its first use of a day)."""
        kind, _space, key = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            return None
        now = clock.now()
        token = _find(key.strip())
        if token is None or token.expires_at <= now or not token.user.is_active:
            raise AuthenticationFailed
        if token.last_used_on != now.date():
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=now.date())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes a refusal 401."""
        return "Bearer"


def _find(key: bytes) -> ApiToken | None:
    if not key or len(key) > LONGEST_KEY or not key.isascii():
        return None
    return next(iter(_KEYS(tokens.hash_of(key.decode()))), None)


def _keys(token_hash: str) -> QuerySet[ApiToken]:
    keys = ApiToken.objects.filter(token_hash=token_hash, revoked_at__isnull=True)
    return keys.select_related("user")


_KEYS: Prepared[ApiToken] = Prepared(_keys)


class CookieAuthentication(SessionAuthentication):
    """The session of the pages; a call that changes something needs the CSRF token."""


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description names the key."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI words."""
        return {"type": "http", "scheme": "bearer"}


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description names the session."""

    target_class = "accounts.api.authentication.CookieAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI words."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
