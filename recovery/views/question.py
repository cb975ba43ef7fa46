"""A patient's questions for the next visit."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from recovery.domain.questions import MOST_OPEN
from recovery.forms.question import QuestionForm
from recovery.models import Recovery, VisitQuestion
from recovery.queries import patient as queries
from recovery.queries.questions import questions as questions_page
from recovery.services import questions as services
from recovery.views.patient import chosen, own_record, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """Show the list, and put a question on it."""
    own_record(request)
    now, recoveries = clock.now(), queries.recoveries_of(user_of(request))
    recovery = chosen(request, recoveries)
    if recovery is None:
        raise Http404
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_question(
                recovery=recovery,
                text=form.cleaned_data["text"],
                question_id=form.save_id(),
                by=user_of(request),
                now=now,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Your question is on the list."))
            return _back(recovery, several=len(recoveries) > 1)
    page = questions_page(recoveries, recovery, now=now)
    words = {"page": page, "form": form, "most": MOST_OPEN, "nav": "recovery"}
    return render(request, "recovery/questions.html", words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Change a question."""
    row = _own(request, question_id)
    if row.removed_at is not None:
        raise Http404
    form = QuestionForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_question(
                question=row, text=form.cleaned_data["text"], by=user_of(request), now=clock.now()
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Your question is saved."))
            return _back(row.recovery)
    return render(request, "recovery/question.html", {"form": form, "row": row, "nav": "recovery"})


@login_required
@require_POST
def question_asked(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Tick a question as asked, or take the tick back."""
    is_asked = request.POST.get("asked", "yes") != "no"
    words = _("Marked as asked.") if is_asked else _("It is back among your open questions.")
    return _act(request, question_id, partial(services.mark_asked, is_asked=is_asked), words)


@login_required
@require_POST
def question_remove(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Delete a question."""
    words = _("The question is deleted. You can put it back below.")
    return _act(request, question_id, services.remove_question, words)


@login_required
@require_POST
def question_put_back(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Put back a question that was just deleted."""
    return _act(request, question_id, services.put_back_question, _("The question is back on your list."))


def _act(request: HttpRequest, question_id: UUID, act: Callable[..., object], words: str) -> HttpResponse:
    row = _own(request, question_id)
    try:
        act(question=row, by=user_of(request), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, words)
    return _back(row.recovery)


def _own(request: HttpRequest, question_id: UUID) -> VisitQuestion:
    """Return one of the person's own questions. Words that are wiped are gone: 404."""
    rows = VisitQuestion.objects.of(user_of(request)).exclude(text="").select_related("recovery")
    return get_object_or_404(rows, public_id=question_id)


def _back(recovery: Recovery, *, several: bool = True) -> HttpResponse:
    query = f"?recovery={recovery.public_id}" if several else ""
    return redirect(reverse("recovery:questions") + query)
