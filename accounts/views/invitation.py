"""The page behind a link sent to an address. Opening it changes nothing."""

from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.forms import AcceptForm, AgreeForm, password_rules
from accounts.models import Invitation, User
from accounts.services import invite, profile

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_GET
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites, and what is needed to accept."""
    row = _find(token)
    if refusal := _refusal(row):
        return _closed(request, refusal)
    return _page(request, row, token, _form(request, row))


@never_cache
@sensitive_post_parameters("password")
@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Use the link, and sign the person in."""
    row = _find(token)
    if refusal := _refusal(row):
        return _closed(request, refusal)
    form = _form(request, row, is_bound=True)
    if not form.is_valid():
        return _page(request, row, token, form)
    data = form.cleaned_data
    try:
        user = invite.accept(
            token=token,
            name=data.get("name"),
            password=data.get("password") or None,
            time_zone=data.get("time_zone", ""),
            privacy_version=settings.PRIVACY_VERSION,
            by=request.user if isinstance(request.user, User) else None,
            now=clock.now(),
        )
    except (invite.InvitationSpent, invite.InvitationWithdrawn, invite.InvitationExpired) as late:
        return _closed(request, late)  # meanwhile, by another press
    except ValidationError as problem:
        form.add_error("password" if isinstance(problem, profile.WeakPassword) else None, problem)
        return _page(request, row, token, form)
    if not request.user.is_authenticated:
        login(request, user, backend=BACKEND)
    return redirect(settings.LOGIN_REDIRECT_URL)


def _find(token: str) -> Invitation:
    row = invite.find(token=token)
    if row is None:
        raise Http404
    return row


def _refusal(row: Invitation) -> ValidationError | None:
    """Return why a link does not work, before anything typed is looked at; None where it does."""
    try:
        invite.refuse_unusable(row, now=clock.now())
    except ValidationError as refusal:
        return refusal
    return None


def _form(request: HttpRequest, row: Invitation, *, is_bound: bool = False) -> AcceptForm | AgreeForm:
    data = request.POST if is_bound else None
    if request.user.is_authenticated:
        return AgreeForm(data)
    return AcceptForm(data, initial={"name": row.patient.name if row.patient else ""})


def _page(request: HttpRequest, row: Invitation, token: str, form: AcceptForm | AgreeForm) -> HttpResponse:
    has_account = User.objects.filter(email=row.email).exists()
    is_other = isinstance(request.user, User) and request.user.email != row.email
    words = {
        "clinic": row.clinic,
        "emergency_number": row.clinic.emergency_number,
        "token": token,
        "form": form,
        "rules": password_rules(),
        "is_for_other": is_other,
        "is_to_sign_in": has_account and not request.user.is_authenticated,
    }
    return render(request, "accounts/invitation.html", words)


def _closed(request: HttpRequest, refusal: ValidationError) -> HttpResponse:
    return render(request, "accounts/invitation_closed.html", {"words": refusal.message}, status=410)
