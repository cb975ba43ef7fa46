"""What a person may know about their own data: what is kept, who sees it, where they are signed in."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import clock, queries
from accounts.models import User
from accounts.services import devices as sessions
from accounts.services import export


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show what is kept about the person."""
    words = {"who": queries.person_of(request), "stored": export.stored(_user(request)), "nav": "me"}
    return render(request, "accounts/data.html", words)


@login_required
@require_POST
def data_file(request: HttpRequest) -> StreamingHttpResponse:
    """Give the person all of it as one file."""
    user, now = _user(request), clock.now()
    answer = StreamingHttpResponse(export.export(user=user, now=now), content_type="application/json")
    name = f"my-data-{clock.local_day(now, user.time_zone):%Y-%m-%d}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@login_required
@require_safe
def access(request: HttpRequest) -> HttpResponse:
    """Show who can open the person's record, who could, and who did."""
    who = queries.person_of(request)
    if not who.is_patient:
        raise Http404
    number = request.GET.get("page", "1")
    page = queries.access(who, page=int(number) if number.isdecimal() and len(number) < 7 else 1)
    return render(request, "accounts/access.html", {"page": page, "nav": "me"})


@login_required
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """Show where the person is signed in."""
    found = queries.devices(_user(request), session_key=_key(request), now=clock.now())
    return render(request, "accounts/devices.html", {"devices": found, "nav": "me"})


@login_required
@require_POST
def end_device(request: HttpRequest, device_id: int) -> HttpResponse:
    """Sign one other device out."""
    others = UserSession.objects.filter(user=_user(request)).exclude(session_key=_key(request))
    sessions.end(device=get_object_or_404(others, pk=device_id), by=_user(request), now=clock.now())
    messages.success(request, _("That device is signed out."))
    return redirect("accounts:devices")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign every other device out."""
    number = sessions.end_others(user=_user(request), session_key=_key(request), now=clock.now())
    words = ngettext("%(number)s device is signed out.", "%(number)s devices are signed out.", number)
    messages.success(request, words % {"number": number})
    return redirect("accounts:devices")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # nosec: login_required has seen to it
    return request.user


def _key(request: HttpRequest) -> str:
    return request.session.session_key or ""
