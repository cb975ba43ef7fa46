"""The daily log: one screen, saved in one press."""

from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from recovery.domain import log as rules
from recovery.domain import red_flags, timeline
from recovery.domain.log import DayEntry
from recovery.domain.problem import Problem
from recovery.forms.patient_day import DayForm
from recovery.models import LogRevision, Recovery
from recovery.queries import patient as queries
from recovery.queries import patient_place
from recovery.services.log import SCREEN_DAYS_BACK, LogDiffers, Logged, log_day
from recovery.services.undo_log import undo_save
from recovery.views.help import show_result
from recovery.views.patient import chosen, own_record, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest, day: date | None = None) -> HttpResponse:
    """Ask how a day was, and save the answers. Without a day it is today.

    A day that cannot be is no page. What was sent for one comes back with why: midnight may have passed, or a
    zone changed, while the page was open.
    """
    record, now = own_record(request), clock.now()
    today = clock.local_day(now, record.time_zone)
    recoveries = queries.recoveries_of(user_of(request))
    recovery = chosen(request, recoveries)
    day = day or today
    if recovery is None:
        raise Http404
    problem = _problem(request, recovery, day, today=today)
    if request.method != "POST" and problem and problem.code != rules.TOO_FAR_BACK:
        raise Http404
    page = queries.day_page(recoveries, recovery, day=min(day, today) if problem else day, today=today)
    form = DayForm(page, request.POST if request.method == "POST" else None, problem=problem)
    if request.method == "POST" and form.is_valid():
        try:
            done = _save(request, form, now=now)
        except ValidationError as refusal:
            _add_refusal(form, refusal)
        else:
            return _after(request, form, done)
    is_past = problem is not None and problem.code != rules.IN_FUTURE
    is_open = not recovery.is_closed and not is_past
    context = {"page": page, "form": form, "nav": "log", "is_open": is_open, "is_past": is_past}
    return render(request, "recovery/log.html", context, status=422 if form.errors else 200)


def _problem(request: HttpRequest, recovery: Recovery, day: date, *, today: date) -> Problem | None:
    """Return why a day cannot be logged. A press that was saved already is answered as done on any day."""
    problem = rules.day_problem(day, today=today, days_back=SCREEN_DAYS_BACK, not_before=recovery.injured_on)
    return None if problem and _is_saved(request, recovery) else problem


def _is_saved(request: HttpRequest, recovery: Recovery) -> bool:
    try:
        save_id = UUID(request.POST.get("save_id", ""))
    except ValueError:
        return False
    saves = LogRevision.objects.of(user_of(request)).filter(recovery=recovery, public_id=save_id)
    return saves.exists()


def _save(request: HttpRequest, form: DayForm, *, now: datetime) -> Logged:
    """Save a day. The same press sent twice carries the same id, and is one act at one instant."""
    recovery, user = form.page.recovery, user_of(request)
    save_id, answers = form.cleaned_data["save_id"], form.answers()

    def save(done_at: datetime) -> Logged:
        entry = DayEntry(day=form.page.day, done_at=done_at, zone=recovery.patient.time_zone, answers=answers)
        return log_day(
            recovery_id=recovery.pk,
            entry=entry,
            save_id=save_id,
            by=user,
            now=now,
            days_back=SCREEN_DAYS_BACK,
            shown_ticks=form.shown_ticks(),
        )

    try:
        return save(now)
    except LogDiffers:
        first = LogRevision.objects.of(user).get(recovery=recovery, public_id=save_id)
        return save(first.done_at)


def _add_refusal(form: DayForm, refusal: ValidationError) -> None:
    """Put a refusal beside its question, or on top where the page has no such question."""
    if isinstance(refusal, LogDiffers):
        form.start_again()
        form.add_error(None, _("Press Save once more to keep these answers instead."))
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, list(errors))


def _after(request: HttpRequest, form: DayForm, done: Logged) -> HttpResponse:
    """Go to what the answers call for: the fixed text of a warning sign, the list of signs, or "Saved".

    A save that was undone and comes once more calls for nothing: the day shows how it stands.
    """
    if done.save.undone_at is not None:
        return redirect(_with_recovery(reverse("recovery:log_on", args=[form.page.day]), request))
    page, answers = form.page, form.answers()
    found = red_flags.found_in(
        answers,
        page.fields.values(),
        completed_weeks=timeline.completed_weeks(patient_place.day_zero_on(page.recovery), page.day),
    )
    if found:
        return show_result(request, found, was_sent=True)
    if answers.get("check") == "wrong":
        return redirect("recovery:help")
    return redirect(_with_recovery(reverse("recovery:saved", args=[page.day]), request))


def _with_recovery(address: str, request: HttpRequest) -> str:
    wanted = request.GET.get("recovery")
    return f"{address}?recovery={wanted}" if wanted else address


@login_required
@require_safe
def saved(request: HttpRequest, day: date) -> HttpResponse:
    """Say what was saved, and what is left for today."""
    record, now = own_record(request), clock.now()
    recoveries = queries.recoveries_of(user_of(request))
    recovery = chosen(request, recoveries)
    if recovery is None:
        raise Http404
    today = clock.local_day(now, record.time_zone)
    page = queries.saved(recoveries, recovery, day=day, today=today)
    if page is None:
        raise Http404
    return render(request, "recovery/log_saved.html", {"page": page, "nav": "log"})


@login_required
@require_POST
def undo(request: HttpRequest, day: date) -> HttpResponse:
    """Put a day back to what it was before the person's last save of it."""
    own_record(request)
    recovery = chosen(request, queries.recoveries_of(user_of(request)))
    if recovery is None:
        raise Http404
    try:
        undo_save(
            recovery_id=recovery.pk,
            save_id=UUID(request.POST.get("save_id", "")),
            by=user_of(request),
            now=clock.now(),
        )
    except (ValueError, LogRevision.DoesNotExist):
        raise Http404 from None
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Your last save is undone. Here is the day as it was before."))
    return redirect(_with_recovery(reverse("recovery:log_on", args=[day]), request))
