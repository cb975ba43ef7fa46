"""Who works at the clinic and who cares for whom: people and names, no record."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import clock, queries
from accounts.forms import ClinicForm, InviteForm, TakeOnForm
from accounts.models import CareLink, Invitation, Membership, Patient, User
from accounts.services import care, invite


@login_required
@require_GET
def clinic(request: HttpRequest) -> HttpResponse:
    """Show a manager their clinic."""
    return _page(request, _managed(request))


@login_required
@require_POST
def invite_staff(request: HttpRequest) -> HttpResponse:
    """Invite somebody to the clinic's staff."""
    member = _managed(request)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, member, invite_form=form)
    try:
        row = invite.invite_staff(
            clinic=member.clinic, by=_user(request), now=clock.now(), **form.cleaned_data
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, member, invite_form=form)
    _say_whether_sent(request, row)
    return redirect("accounts:clinic")


@login_required
@require_POST
def set_clinic(request: HttpRequest) -> HttpResponse:
    """Change the clinic's name, zone and phones."""
    member = _managed(request)
    form = ClinicForm(request.POST, instance=member.clinic)
    if not form.is_valid():
        return _page(request, member, clinic_form=form)
    care.set_clinic(clinic=member.clinic, by=_user(request), now=clock.now(), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("accounts:clinic")


@login_required
@require_POST
def end_membership(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Take a person off the staff."""
    member = get_object_or_404(Membership.objects.managed_by(request.user), public_id=member_id)
    try:
        care.end_membership(membership=member, by=_user(request), now=clock.now())
        messages.success(request, _("This person sees nothing here any more."))
    except care.LastManager as refusal:
        messages.error(request, refusal.message)
    return redirect("accounts:clinic" if request.user != member.user else "home")


@login_required
@require_POST
def resend(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again, with a new link."""
    row = get_object_or_404(Invitation.objects.arranged_by(request.user), public_id=invitation_id)
    try:
        _say_whether_sent(request, invite.resend(invitation=row, by=_user(request), now=clock.now()))
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    return _back(request, row.patient)


@login_required
@require_POST
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Make an invitation's link stop working."""
    row = get_object_or_404(Invitation.objects.arranged_by(request.user), public_id=invitation_id)
    invite.withdraw(invitation=row, by=_user(request), now=clock.now())
    messages.success(request, _("The link does not work any more."))
    return _back(request, row.patient)


@login_required
@require_POST
def invite_patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Invite a patient to their own record."""
    patient = get_object_or_404(Patient.objects.arranged_by(request.user), public_id=patient_id)
    try:
        _say_whether_sent(request, invite.invite_patient(patient=patient, by=_user(request), now=clock.now()))
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    return _back(request, patient)


@login_required
@require_GET
def carers(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show who cares for a patient; the record itself stays closed to a manager."""
    return _carers(request, queries.carers(_arranged(request, patient_id)))


@login_required
@require_POST
def take_on(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Add somebody who cares for a patient."""
    patient = _arranged(request, patient_id)
    page = queries.carers(patient)
    form = TakeOnForm(request.POST, members=page.others, zone=patient.clinic.time_zone)
    if not form.is_valid():
        return _carers(request, page, form)
    try:
        care.take_on(
            patient=patient,
            member=form.cleaned_data["member"],
            reason=form.cleaned_data["reason"],
            until_at=form.until_at(),
            by=_user(request),
            now=clock.now(),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _carers(request, page, form)
    messages.success(request, _("Saved."))
    return redirect("accounts:carers", patient.public_id)


@login_required
@require_POST
def end_care(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Take somebody off a patient."""
    links = CareLink.objects.current().arranged_by(request.user).select_related("patient")
    link = get_object_or_404(links, public_id=link_id)
    care.end_care(link=link, by=_user(request), now=clock.now())
    messages.success(request, _("This person cannot open the record any more."))
    return _back(request, link.patient)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # nosec: login_required has seen to it
    return request.user


def _managed(request: HttpRequest) -> Membership:
    member = queries.person_of(request).managed
    if member is None:
        raise Http404
    member.user = _user(request)
    return member


def _arranged(request: HttpRequest, patient_id: UUID) -> Patient:
    patients = Patient.objects.arranged_by(request.user).select_related("clinic")
    return get_object_or_404(patients, public_id=patient_id)


def _say_whether_sent(request: HttpRequest, row: Invitation) -> None:
    if row.sent_at:
        messages.success(request, _("The invitation is on its way."))
    else:
        messages.error(request, _("The invitation is saved, but the mail could not be sent. Try again."))


def _back(request: HttpRequest, patient: Patient | None) -> HttpResponse:
    place = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(place, {request.get_host()}, require_https=request.is_secure()):
        return redirect(place)
    if patient is None:
        return redirect("accounts:clinic")
    if Patient.objects.arranged_by(request.user).filter(pk=patient.pk).exists():
        return redirect("accounts:carers", patient.public_id)
    return redirect("home")


def _page(
    request: HttpRequest,
    member: Membership,
    *,
    invite_form: InviteForm | None = None,
    clinic_form: ClinicForm | None = None,
) -> HttpResponse:
    number = request.GET.get("page", "1")
    page = queries.clinic(
        member, page=int(number) if number.isdecimal() and len(number) < 7 else 1, now=clock.now()
    )
    form: BaseForm | None = invite_form or clinic_form
    words = {
        "page": page,
        "invite_form": invite_form or InviteForm(),
        "clinic_form": clinic_form or ClinicForm(instance=member.clinic),
        "form": form,
        "nav": "clinic",
    }
    return render(request, "accounts/clinic.html", words)


def _carers(request: HttpRequest, page: queries.Carers, form: TakeOnForm | None = None) -> HttpResponse:
    form = form or TakeOnForm(members=page.others, zone=page.patient.clinic.time_zone)
    return render(request, "accounts/carers.html", {"page": page, "form": form, "nav": "clinic"})
