"""Help: open to everybody, signed in or not. A tick of a signed-in patient reaches their care team.

The advice is shown even where nothing can be written down: the page then says that nobody was told.
"""

import logging
from collections.abc import Sequence

from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import ValidationError
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.models import Clinic, User
from accounts.queries import person_of
from recovery.forms.patient import SignsForm
from recovery.models import Alert, Recovery
from recovery.protocols import ContentError
from recovery.queries import patient as queries
from recovery.queries import patient_help
from recovery.services.alerts import tick_warnings

logger = logging.getLogger(__name__)
TICKS_KEY = "help_ticks"
"""The session keeps what was ticked: an address is no place for a word about health."""


@require_http_methods(["GET", "HEAD", "POST"])
def help_page(request: HttpRequest) -> HttpResponse:
    """List the warning signs, and answer what is ticked."""
    recoveries, clinic = _who(request)
    page = queries.help_page(recoveries, clinic)
    form = SignsForm(page, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _answer(request, form, recoveries, clinic)
    return render(request, "recovery/help.html", {"page": page, "form": form, "nav": "help"})


def _who(request: HttpRequest) -> tuple[Sequence[Recovery], Clinic | None]:
    """Return a person's own recoveries and the clinic whose numbers they need; nothing for a visitor."""
    if not isinstance(request.user, User):
        return (), None
    person = person_of(request)
    return (queries.recoveries_of(request.user) if person.patients else ()), person.clinic


def _answer(
    request: HttpRequest, form: SignsForm, recoveries: Sequence[Recovery], clinic: Clinic | None
) -> HttpResponse:
    ticks = form.cleaned_data["sign"]
    if not isinstance(request.user, User):
        return _result(request, queries.help_result(ticks, clinic), was_sent=False)
    about = form.cleaned_data["recovery"]
    running = [one for one in recoveries if not one.is_closed and about in ("", str(one.public_id))]
    sent = [_tick(one, form.flag_ids(), request.user) for one in running]
    return show_result(request, ticks, was_sent=any(sent))


def _tick(recovery: Recovery, flag_ids: list[str], user: User) -> bool:
    """Put the signs on the care team's list. The advice is shown whatever becomes of this."""
    now = clock.now()
    day = clock.local_day(now, recovery.patient.time_zone)
    try:
        tick_warnings(
            recovery=recovery, flag_ids=flag_ids, source=Alert.Source.HELP, day=day, by=user, now=now
        )
    except ValidationError:
        # Closed a moment ago: nobody's list, but the person must still read what to do.
        return False
    except (Error, ContentError) as fault:
        logger.error("Answered without writing it down: %s", type(fault).__name__)
        return False
    return True


def show_result(request: HttpRequest, ticks: Sequence[str], *, was_sent: bool) -> HttpResponse:
    """Go to the page with the fixed texts for these signs; show them at once where nothing can be kept."""
    was_sent = was_sent and isinstance(request.user, User) and patient_help.has_carer(request.user)
    if _keep(request, ticks, was_sent=was_sent):
        return redirect("recovery:help_result")
    clinic = person_of(request).clinic
    return _result(request, queries.help_result(ticks, clinic), was_sent=was_sent)


def _keep(request: HttpRequest, ticks: Sequence[str], *, was_sent: bool) -> bool:
    """Write the answer into the session now, rather than after the page, when a fault would hide it."""
    request.session[TICKS_KEY] = {"ticks": list(ticks), "was_sent": was_sent}
    try:
        request.session.save()
    except (Error, UpdateError) as fault:
        logger.error("Answered without writing it down: %s", type(fault).__name__)
        return False
    finally:
        request.session.modified = False
    return True


@require_safe
def help_result(request: HttpRequest) -> HttpResponse:
    """Show the fixed texts for what was ticked last."""
    kept = request.session.get(TICKS_KEY) if request.user.is_authenticated else None
    if not kept:
        return redirect("recovery:help")
    clinic = person_of(request).clinic
    return _result(request, queries.help_result(kept["ticks"], clinic), was_sent=kept["was_sent"])


def _result(request: HttpRequest, page: queries.HelpResult | None, *, was_sent: bool) -> HttpResponse:
    if page is None:
        return redirect("recovery:help")
    context = {"page": page, "nav": "help", "was_sent": was_sent}
    return render(request, "recovery/help_result.html", context)
