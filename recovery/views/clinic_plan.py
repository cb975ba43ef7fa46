"""The plan: draft, change, confirm, release. Nothing here advances by itself."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from recovery.forms.clinic_plan import ConfirmForm, DraftForm, FilmForm, RangeForm, ReleaseForm
from recovery.models import PlanLoad, PlanPhase, PlanVersion
from recovery.queries.clinic_plan import PlanPage, plan_page
from recovery.queries.clinic_record import Record
from recovery.services import plan as plans
from recovery.views.clinic import back_to, clinic_page, may_confirm, open_recovery, page, user_of


@clinic_page
@require_safe
def plan(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show the plan in force, the draft, and what may be drafted."""
    return _draw(request, open_recovery(request, patient_id))


@require_POST
@clinic_page
def plan_draft(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Lay a programme out as a draft."""
    found = open_recovery(request, patient_id)
    laid_out = plan_page(found)
    offer = next((one for one in laid_out.offers if one.id == request.POST.get("protocol_id")), None)
    if offer is None:
        messages.error(request, _("Choose one of the programmes offered for this treatment."))
        return back_to("plan", found)
    form = DraftForm(request.POST, offer=offer, asks_reason=laid_out.in_force is not None, seen=laid_out.seen)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            plans.draft_plan(
                recovery=found.recovery,
                protocol_id=offer.id,
                load_choice=answers.get("load_choice") or None,
                reason=answers.get("reason", ""),
                seen=answers["seen"] or None,
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("The draft is below. It drives nothing until a clinician confirms it.")
            )
            return back_to("plan", found)
    return _draw(request, found, refused=form)


@require_POST
@clinic_page
def plan_range(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Set the draft's range, with a reason."""
    found = open_recovery(request, patient_id)
    form = RangeForm(request.POST, auto_id="range_%s")
    if form.is_valid():
        answers = form.cleaned_data
        try:
            plans.set_range(
                plan=_draft(found),
                early=answers["early"],
                typical=answers["typical"],
                late=answers["late"],
                reason=answers["reason"],
                seen=answers["seen"] or None,
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The draft has the new range."))
            return back_to("plan", found)
    return _draw(request, found, refused=form)


@require_POST
@clinic_page
def plan_film(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Give an x-ray of the draft its own day."""
    found = open_recovery(request, patient_id)
    form = FilmForm(request.POST, key=request.POST.get("key", "")[:20])
    if form.is_valid():
        answers = form.cleaned_data
        try:
            plans.move_film(
                plan=_draft(found),
                key=answers["key"],
                due_on=answers["due_on"],
                seen=answers["seen"] or None,
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("The x-ray has its own day now. It stays there if day 0 is corrected.")
            )
            return back_to("plan", found)
    return _draw(request, found, refused=form)


@require_POST
@clinic_page
def plan_confirm(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Put the draft in force."""
    found = open_recovery(request, patient_id)
    form = ConfirmForm(request.POST, auto_id="confirm_%s")
    if form.is_valid():
        try:
            plans.confirm_plan(
                plan=_draft(found),
                seen=form.cleaned_data["seen"],
                by=user_of(request),
                now=clock.now(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The plan is in force. Your name stands beside it."))
            return back_to("plan", found)
    return _draw(request, found, refused=form)


@require_POST
@clinic_page
def plan_discard(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Put the draft away."""
    found = open_recovery(request, patient_id)
    try:
        plans.discard_draft(
            plan=_draft(found), seen=request.POST.get("seen") or None, by=user_of(request), now=clock.now()
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The draft is discarded."))
    return back_to("plan", found)


@require_POST
@clinic_page
def load_release(request: HttpRequest, patient_id: UUID, load_id: UUID) -> HttpResponse:
    """Release the next load."""
    found = open_recovery(request, patient_id)
    steps = PlanLoad.objects.select_related("plan").filter(plan__recovery=found.recovery)
    load = get_object_or_404(steps, public_id=load_id)
    form = ReleaseForm(request.POST, has_gate=False, auto_id="load_%s")
    if form.is_valid():
        try:
            plans.release_load(
                load=load, note=form.cleaned_data["note"], by=user_of(request), now=clock.now()
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The load is released. The patient sees it under Today."))
            return back_to("plan", found)
    return _draw(request, found, refused=form, refused_for="load")


@require_POST
@clinic_page
def phase_release(request: HttpRequest, patient_id: UUID, phase: str) -> HttpResponse:
    """Release the next phase, once a clinician has checked its gate."""
    found = open_recovery(request, patient_id)
    steps = PlanPhase.objects.select_related("plan").filter(plan_id=found.recovery.plan_id)
    row = get_object_or_404(steps, code=phase)
    form = ReleaseForm(request.POST, auto_id="phase_%s")
    if form.is_valid():
        try:
            plans.release_phase(
                phase=row, note=form.cleaned_data["note"], by=user_of(request), now=clock.now()
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The phase is released. The patient sees it under Today."))
            return back_to("plan", found)
    return _draw(request, found, refused=form, refused_for="phase")


def _draft(found: Record) -> PlanVersion:
    """Return the draft as it is now. Raises NotADraft where somebody confirmed or discarded it meanwhile."""
    draft = found.recovery.plans.drafts().first()
    if draft is None:
        raise plans.NotADraft
    return draft


def _draw(
    request: HttpRequest, found: Record, *, refused: Form | None = None, refused_for: str = ""
) -> HttpResponse:
    """Draw the page; a refused form keeps what was typed."""
    if found.bone is None:
        raise Http404
    laid_out = plan_page(found)
    if refused is not None and "seen" in refused.fields:
        # The page now shows the draft as it is: what was typed may be sent again.
        refused.data = {**refused.data.dict(), "seen": laid_out.seen}  # type: ignore[attr-defined]
    forms: dict[str, Any] = {
        "offer_forms": _draft_forms(laid_out, refused),
        "range_form": refused if isinstance(refused, RangeForm) else _range_form(laid_out),
        "film_forms": _film_forms(laid_out, refused),
        "confirm_form": refused if isinstance(refused, ConfirmForm) else _confirm_form(laid_out),
        "load_form": refused if refused_for == "load" else ReleaseForm(has_gate=False, auto_id="load_%s"),
        "phase_form": refused if refused_for == "phase" else ReleaseForm(auto_id="phase_%s"),
        "form": refused,
        "may_confirm": may_confirm(request, found),
        "draft_notice": found.content.notices["n-draft"].text,
    }
    return page(request, "plan", found, page=laid_out, content=found.content.release, **forms)


def _draft_forms(laid_out: PlanPage, refused: Form | None) -> list[DraftForm]:
    known = refused.offer.id if isinstance(refused, DraftForm) else None
    return [
        refused
        if isinstance(refused, DraftForm) and one.id == known
        else DraftForm(offer=one, asks_reason=laid_out.in_force is not None, seen=laid_out.seen)
        for one in laid_out.offers
    ]


def _confirm_form(laid_out: PlanPage) -> ConfirmForm:
    return ConfirmForm(initial={"seen": laid_out.seen}, auto_id="confirm_%s")


def _range_form(laid_out: PlanPage) -> RangeForm:
    row = laid_out.draft.row if laid_out.draft else None
    initial = (
        {
            "early": row.early_weeks,
            "typical": row.typical_weeks,
            "late": row.late_weeks,
            "reason": row.range_reason,
        }
        if row
        else {}
    )
    return RangeForm(initial={**initial, "seen": laid_out.seen}, auto_id="range_%s")


def _film_forms(laid_out: PlanPage, refused: Form | None) -> list[tuple[Any, FilmForm]]:
    if laid_out.draft is None:
        return []
    typed = refused if isinstance(refused, FilmForm) else None
    found = []
    for film in laid_out.draft.films:
        initial = {"key": film.row.key, "due_on": film.row.due_on, "seen": laid_out.seen}
        mine = typed is not None and typed.data.get("key") == film.row.key
        form = typed if mine and typed is not None else FilmForm(key=film.row.key, initial=initial)
        found.append((film, form))
    return found
