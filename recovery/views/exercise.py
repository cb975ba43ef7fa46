"""One exercise: how to do it, and the sets done today; and all of them as a list to print."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from recovery.forms.patient import HurtForm, SetForm
from recovery.models import Assignment, SetDone
from recovery.queries import patient as queries
from recovery.services.exercises import do_set, undo_set
from recovery.views.patient import own_record, user_of


@login_required
@require_safe
def exercise(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Show one exercise, with a form whose id makes a second press of its button count once."""
    page = _page(request, assignment_id)
    return render(request, "recovery/exercise.html", {"page": page, "form": HurtForm(), "nav": "today"})


@login_required
@require_safe
def count(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Show which set comes next, large enough to read from an arm's length."""
    page = _page(request, assignment_id)
    if page.state != "on":
        return redirect("recovery:exercise", assignment_id)
    return render(request, "recovery/exercise_count.html", {"page": page, "form": HurtForm(), "nav": "today"})


@login_required
@require_safe
def programme(request: HttpRequest) -> HttpResponse:
    """Show all exercises of today with their drawings, made for paper."""
    today = clock.local_day(clock.now(), own_record(request).time_zone)
    page = queries.programme(user_of(request), today=today)
    return render(request, "recovery/programme.html", {"page": page, "nav": "today"})


@login_required
@require_POST
def set_done(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Count one set of today."""
    page = _page(request, assignment_id)
    form = SetForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This set was not saved. Press “Set done” again."))
    elif _do(request, page, form.cleaned_data["set_id"]):
        messages.success(request, _("Set saved."))
    return redirect(form.comes_back_to, assignment_id)


@login_required
@require_POST
def set_undo(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Take back one set of today, named by its id so that a second press takes back nothing more."""
    page = _page(request, assignment_id)
    form = SetForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        row = queries.last_set(user_of(request), assignment_id, form.cleaned_data["set_id"])
    except SetDone.DoesNotExist:
        raise Http404 from None
    if row.day != page.today:
        messages.error(request, _("Only a set of today can be taken back."))
        return redirect(form.comes_back_to, assignment_id)
    try:
        undo_set(set_done=row, by=user_of(request), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Set taken back."))
    return redirect(form.comes_back_to, assignment_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def it_hurt(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Ask how much a set hurt and where, and keep it with the set."""
    page = _page(request, assignment_id)
    form = HurtForm(request.POST if request.method == "POST" else None, region=page.region)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if _do(request, page, data["set_id"], pain=data["pain"], where=data["line"]):
            messages.warning(request, _("Saved. Your care team can read it. Nobody watches in real time."))
            return redirect("recovery:exercise", assignment_id)
    return render(request, "recovery/exercise_hurt.html", {"page": page, "form": form, "nav": "today"})


def _page(request: HttpRequest, assignment_id: UUID) -> queries.ExercisePage:
    try:
        return queries.exercise(user_of(request), assignment_id, now=clock.now())
    except Assignment.DoesNotExist:
        raise Http404 from None


def _do(
    request: HttpRequest,
    page: queries.ExercisePage,
    set_id: UUID,
    *,
    pain: int | None = None,
    where: str = "",
) -> bool:
    """Count a set, or say why not."""
    if page.state in ("paused", "ended"):
        messages.error(request, _("Your care team has stopped this exercise. The set was not saved."))
        return False
    now = clock.now()
    try:
        do_set(
            assignment=page.assignment,
            set_id=set_id,
            day=page.today,
            done_at=now,
            time_zone=page.assignment.recovery.patient.time_zone,
            pain=pain,
            where=where,
            by=user_of(request),
            now=now,
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return False
    return True
