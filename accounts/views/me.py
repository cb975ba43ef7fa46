"""The person's own menu: how pages look and speak, keys, privacy."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form, model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock, queries
from accounts.forms import AgreeForm, DisplayForm, TokenForm, ZoneForm
from accounts.models import ApiToken, User
from accounts.services import profile, tokens
from accounts.views import SEEN_KEY, privacy_needed


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Show the menu."""
    return _page(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def display(request: HttpRequest) -> HttpResponse:
    """Show and change how pages look and speak, and which side the main buttons stand on."""
    user = _user(request)
    form = DisplayForm(request.POST or None, initial=model_to_dict(user, DisplayForm.base_fields))
    if request.method == "POST" and form.is_valid():
        chosen, now = dict(form.cleaned_data), clock.now()
        profile.set_language(user=user, language=chosen.pop("language", user.language), now=now)
        profile.set_display(user=user, now=now, **chosen)
        translation.activate(user.language)
        messages.success(request, _("Saved."))
        return redirect("accounts:display")
    return _display(request, form=form)


@login_required
@require_POST
def time_zone(request: HttpRequest) -> HttpResponse:
    """Let times follow another zone."""
    form = ZoneForm(request.POST)
    if not form.is_valid():
        return _display(request, zone_form=form)
    profile.set_time_zone(user=_user(request), time_zone=form.cleaned_data["time_zone"], now=clock.now())
    messages.success(request, _("Times now follow %(zone)s.") % {"zone": form.cleaned_data["time_zone"]})
    return redirect("accounts:display")


@login_required
@never_cache
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a key and show its secret, this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, token_form=form)
    try:
        token, plain = tokens.make_token(user=_user(request), now=clock.now(), **form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, token_form=form)
    return render(request, "accounts/token_made.html", {"token": token, "plain": plain})


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End a key."""
    token = get_object_or_404(ApiToken.objects.of(request.user), public_id=token_id)
    tokens.revoke_token(token=token, by=_user(request), now=clock.now())
    messages.success(request, _("The key does not work any more."))
    return redirect("accounts:me")


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the privacy notice, to anybody."""
    return _notice(request, AgreeForm())


@login_required
@require_POST
def accept_privacy(request: HttpRequest) -> HttpResponse:
    """Keep that the person agreed to the notice in force."""
    form = AgreeForm(request.POST)
    if not form.is_valid():
        return _notice(request, form)
    profile.accept_privacy(user=_user(request), version=settings.PRIVACY_VERSION, now=clock.now())
    request.session[SEEN_KEY] = settings.PRIVACY_VERSION
    messages.success(request, _("Thank you. Saved."))
    return redirect(settings.LOGIN_REDIRECT_URL)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # nosec: login_required has seen to it
    return request.user


def _page(request: HttpRequest, *, token_form: Form | None = None) -> HttpResponse:
    words = {
        "page": queries.me(queries.person_of(request), now=clock.now()),
        "token_form": token_form or TokenForm(),
        "form": token_form,
        "nav": "me",
    }
    return render(request, "accounts/me.html", words)


def _display(
    request: HttpRequest, *, form: Form | None = None, zone_form: Form | None = None
) -> HttpResponse:
    user = _user(request)
    words = {
        "form": form if form is not None and form.is_bound else zone_form,
        "display_form": form or DisplayForm(initial=model_to_dict(user, DisplayForm.base_fields)),
        "zone_form": zone_form or ZoneForm(initial={"time_zone": user.time_zone}),
        "nav": "me",
    }
    return render(request, "accounts/display.html", words)


def _notice(request: HttpRequest, form: Form) -> HttpResponse:
    words = {"form": form, "version": settings.PRIVACY_VERSION, "is_to_accept": privacy_needed(request)}
    return render(request, "accounts/privacy.html", words)
