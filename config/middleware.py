"""What surrounds every page and API call: service answers, headers, and who is asking."""

import logging
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.base import UpdateError
from django.db import Error
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from accounts import clock, queries
from accounts.models import User
from accounts.services import audit, devices
from config import metrics, readiness

logger = logging.getLogger(__name__)
SEEN_KEY = "seen_at"
"""The session keeps when its device was noted last."""
Answer = Callable[[HttpRequest], HttpResponse]

_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _FEATURES)


class ServiceMiddleware:
    """Answer before hosts, sessions and redirects: a load balancer has none of them.

    /metrics is missing to whoever may not read it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            response = HttpResponse("ok\n", content_type="text/plain")
        elif request.path == "/readyz":
            report = readiness.report()
            response = JsonResponse(report.as_dict(), status=200 if report.is_ready else 503)
            response._has_been_logged = True  # type: ignore[attr-defined]  # an answer, not a fault of ours
        elif request.path == "/metrics" and metrics.may_read(request, address=client_address(request)):
            response = metrics.answer()
        else:
            return self.get_response(request)
        response["Cache-Control"] = "no-store"
        return response


class CookieMiddleware:
    """Drop a session cookie that no session of ours is named by: not every database takes its characters."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = settings.SESSION_COOKIE_NAME
        key = request.COOKIES.get(name, "")
        if key and not (key.isascii() and key.isalnum()):
            del request.COOKIES[name]
        return self.get_response(request)


class HeadersMiddleware:
    """Keep pages out of every cache and the browser's features shut; empty the browser at sign-out."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        if "Cache-Control" not in response or _may_be_private(request):
            response["Cache-Control"] = "no-store, private"
        if getattr(request, "has_signed_out", False):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _may_be_private(request: HttpRequest) -> bool:
    """Say whether the request carried a key, without the database: a session cookie or a token."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers


@receiver(user_logged_in)
def _remember_device(*, request: HttpRequest, user: User, **_more: object) -> None:
    """Note where somebody signs in: from then on they can see and end it."""
    _note_device(request, user)


@receiver(user_logged_out)
def _remember_sign_out(*, request: HttpRequest, **_more: object) -> None:
    request.has_signed_out = True  # type: ignore[attr-defined]
    devices.left(session_key=request.session.session_key or "")


class PersonMiddleware:
    """Give every request its person, in their language and time zone, and the audit its address.

    ``request.person`` is an ``accounts.queries.Person``, read when first used, or ``None`` for a visitor.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user, zone = _who(request), settings.DEFAULT_TIME_ZONE
        request.person = None  # type: ignore[attr-defined]
        if user.is_authenticated:
            if clock.now().timestamp() - request.session.get(SEEN_KEY, 0) > settings.DEVICE_NOTED_EVERY:
                _note_device(request, user)
            request.person = SimpleLazyObject(partial(queries.person, user))  # type: ignore[attr-defined]
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
            zone = user.time_zone
        with audit.coming_from(client_address(request)), timezone.override(ZoneInfo(zone)):
            response = self.get_response(request)
        patch_vary_headers(response, ["Cookie"])
        return response


def _note_device(request: HttpRequest, user: User) -> None:
    """Keep that this session was used now. No page fails because that could not be written."""
    now, session = clock.now(), request.session
    was_modified = session.modified
    try:
        if not session.session_key:
            session.save()
        session[SEEN_KEY] = now.timestamp()
        session.save()
        devices.note(
            user=user,
            session_key=session.session_key or "",
            agent=request.headers.get("User-Agent", ""),
            now=now,
        )
    except (Error, UpdateError) as fault:
        logger.error("Answered without noting the device: %s", type(fault).__name__)
    session.modified = was_modified


def _who(request: HttpRequest) -> User | AnonymousUser:
    """Return who asks. Help is open to everybody, so there it is nobody while the database cannot say."""
    try:
        request.user.is_authenticated  # noqa: B018  # the first look asks the database
    except Error:
        if request.path != reverse("recovery:help"):
            raise
        request.user = AnonymousUser()
    return request.user


def client_address(request: HttpRequest) -> str | None:
    """Return the address that asked: what the last ``TRUSTED_PROXIES`` hops say, or ``None`` if it is none.

    Hops further left in X-Forwarded-For are the client's own words and are never believed.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        address = hops[-min(settings.TRUSTED_PROXIES, len(hops))] if hops else address
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)
