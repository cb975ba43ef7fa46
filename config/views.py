"""The first page, the pages that say no, and the few addresses that belong to no package."""

import json
import logging
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Profession
from accounts.queries import Person
from config import faults
from recovery.protocols import ContentError

logger = logging.getLogger(__name__)
API_PREFIX = "/api/"
KEPT_FILES = (
    "css/app.css",
    "js/page.js",
    "js/queue.js",
    "js/offline.js",
    "icons/icon.svg",
    "icons/favicon-32.png",
)
"""What the pages that open without a network are drawn with."""
KEPT_SOURCES = ("templates", "static", "recovery/protocols", "locale")
"""Where the words of these pages come from."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send each person to their own first page."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is None:
        return redirect("account_login")
    return redirect(_first_page(person))


def _first_page(person: Person) -> str:
    if person.patients:
        return "recovery:today"
    if not person.memberships:
        return "admin:index" if person.user.is_staff else "accounts:me"
    only_manages = all(it.is_manager and it.profession == Profession.OTHER for it in person.memberships)
    return "accounts:clinic" if only_manages else "recovery:patients"


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the app to a phone that installs it."""
    answer = json.loads(render_to_string("manifest.webmanifest", request=request))
    return JsonResponse(answer, content_type="application/manifest+json")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the script that keeps Help and the offline page on the phone, for the whole site."""
    files = [static(name) for name in KEPT_FILES]
    context = {"files": json.dumps(files), "version": f"{settings.PRODUCT_NAME}-{_kept_version()}"}
    script = render_to_string("sw.js", context)
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
    return HttpResponse(script, content_type="text/javascript", headers=headers)


@lru_cache(maxsize=1)
def _kept_version() -> str:
    """Name what the phones keep, so that a new release or another number to call replaces it."""
    mark = sha256(f"{settings.DEFAULT_EMERGENCY_NUMBER} {settings.DEFAULT_CLINIC_PHONE}".encode())
    for folder in KEPT_SOURCES:
        for file in sorted((settings.BASE_DIR / folder).rglob("*")):
            if file.is_file() and "reminders" not in file.parts:
                mark.update(file.read_bytes())
    return mark.hexdigest()[:12]


@require_safe
def favicon(_request: HttpRequest) -> FileResponse:
    """Serve the small icon to browsers that ask at the old address."""
    icon: Path = settings.BASE_DIR / "static" / "icons" / "favicon-32.png"
    headers = {"Cache-Control": "public, max-age=86400"}
    return FileResponse(icon.open("rb"), content_type="image/png", headers=headers)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form could not be trusted, and what an operator should set."""
    if request.path.startswith(API_PREFIX):
        return _api_error(403, "permission_denied", _("This call lacks its CSRF token."))
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that nobody could make sense of."""
    if fault := faults.behind(exception):
        return _unavailable(request, fault)
    if request.path.startswith(API_PREFIX):
        return _api_error(400, "parse_error", _("This request could not be read."))
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a page is not open to this person."""
    if request.path.startswith(API_PREFIX):
        return _api_error(403, "permission_denied", _("This is not open to you."))
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is missing and for what belongs to somebody else, both in the same words."""
    if request.path.startswith(API_PREFIX):
        return _api_error(404, "not_found", _("Not found."))
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours, without the database or a session: either may be the fault."""
    if fault := faults.behind(sys.exception()):
        return _unavailable(request, fault)
    if request.path.startswith(API_PREFIX):
        return _api_error(500, "error", _("A server error occurred."))
    return HttpResponse(render_to_string("500.html", {"product_name": settings.PRODUCT_NAME}), status=500)


def _unavailable(request: HttpRequest, fault: BaseException) -> HttpResponse:
    """Say what cannot be done just now, and hand back what was typed, to be sent again."""
    logger.error("Answered 503: %s", faults.line(fault))
    is_content = isinstance(fault, ContentError)
    if request.path.startswith(API_PREFIX):
        words = _("We cannot save anything just now. Please try again in a minute.")
        missing = _(
            "The clinical content of this clinic is not installed or damaged. Its operator can mend that."
        )
        response: HttpResponse = _api_error(503, "unavailable", missing if is_content else words)
    else:
        page = render_to_string("503.html", {**_kept(request), "is_content": is_content})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(faults.RETRY_SECONDS)
    if "HX-Request" in request.headers:
        response["HX-Redirect"] = request.get_full_path()  # htmx swaps no fault into its page: open it whole
    response._has_been_logged = True  # type: ignore[attr-defined]  # above, without the address and the data
    return response


def _kept(request: HttpRequest) -> dict[str, Any]:
    typed = faults.typed(request)
    return {
        "product_name": settings.PRODUCT_NAME,
        "address": request.get_full_path(),
        "is_form": request.method == "POST",
        "typed": typed,
        "csrf_token": get_token(request) if typed else "",
    }


def _api_error(status: int, code: str, detail: str) -> JsonResponse:
    """Return an error in the API's one shape, for requests that never reached an API view."""
    kind = "server_error" if status >= 500 else "client_error"
    body = {"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}
    return JsonResponse(body, status=status)
