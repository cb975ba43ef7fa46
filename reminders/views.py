"""Pages about reminders for patients and staff, the link at the end of each mail, reports of providers."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.conf import settings as site
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, SuspiciousOperation, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.models import Patient, User
from accounts.services import audit
from recovery.views.clinic import clinic_page, posted, user_of
from reminders import queries
from reminders.forms import MorningForm, PreferenceForm
from reminders.services import stop as links
from reminders.services.bounces import lift_own_suppression, lift_suppression
from reminders.services.digest import change_digest
from reminders.services.preferences import change_preferences, stop_kinds
from reminders.services.trial import send_test

logger = logging.getLogger(__name__)
NUMBER_LENGTH = 6
PROVIDERS = {
    "brevo": "Brevo",
    "mailgun": "Mailgun",
    "mailjet": "Mailjet",
    "postmark": "Postmark",
    "sparkpost": "SparkPost",
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Show what is sent and when, what was sent, and keep what the patient changes."""
    patient = _own_record(request)
    now = clock.now()
    page = queries.settings_page(patient, now=now)
    form = PreferenceForm(request.POST or None, initial=PreferenceForm.initial_of(page.preference))
    if request.method == "POST" and form.is_valid():
        today = clock.local_day(now, patient.time_zone)
        choice = form.to_choice(pause=request.POST.get("pause", ""), today=today)
        try:
            change_preferences(patient=patient, choice=choice, by=cast(User, request.user), now=now)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Your reminders are saved."))
            return redirect(request.get_full_path())
    status = 422 if form.errors else 200
    return render(request, "reminders/settings.html", {"form": form, "page": page}, status=status)


@login_required
@require_POST
def ask_for_test(request: HttpRequest) -> HttpResponse:
    """Have a test reminder sent to the patient at once."""
    patient = _own_record(request)
    try:
        send_test(patient=patient, by=cast(User, request.user), now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        address = cast(User, request.user).email
        messages.success(request, _("A test e-mail is on its way to %(address)s.") % {"address": address})
    query = request.GET.urlencode()
    return redirect(reverse("reminders:settings") + (f"?{query}" if query else ""))


@login_required
@require_safe
def own_list(request: HttpRequest) -> HttpResponse:
    """Lead from a mail to the list of medicines: the address in the mail says nothing about health."""
    _own_record(request)
    return redirect("recovery:medicines")


@login_required
@require_safe
def receipts(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show staff what a patient in their care was sent and what comes next. They may look, not change."""
    user, now = cast(User, request.user), clock.now()
    mine = Patient.objects.in_care_of(user).select_related("clinic", "user")
    patient = get_object_or_404(mine, public_id=patient_id)
    audit.read_record(patient=patient, by=user, now=now)
    page = queries.settings_page(patient, now=now)
    return render(request, "reminders/receipts.html", {"page": page, "patient": patient, "nav": "patients"})


@clinic_page
@require_safe
def unreached(request: HttpRequest) -> HttpResponse:
    """Show staff whom of their patients no mail reaches, why, and what to do."""
    user, now, number = user_of(request), clock.now(), request.GET.get("page", "1")
    is_number = number.isdecimal() and number.isascii() and len(number) <= NUMBER_LENGTH
    page = queries.unreached(user, page=int(number) if is_number else 1, now=now)
    if page.people:
        audit.read_records(patient_ids=[one.patient_id for one in page.people], by=user, now=now)
    return render(request, "reminders/unreached.html", {"page": page, "nav": "patients"})


@require_POST
@clinic_page
def try_again(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write to a patient's address again, because staff say so."""
    mine = Patient.objects.in_care_of(request.user).select_related("user")
    patient = get_object_or_404(mine, public_id=patient_id)
    lift_suppression(patient=patient, by=user_of(request), now=clock.now())
    messages.success(request, _("The next reminders go to this address again."))
    is_from_list = request.POST.get("from") == "unreached"
    return redirect("reminders:unreached") if is_from_list else redirect("reminders:receipts", patient_id)


@clinic_page
@require_http_methods(["GET", "HEAD", "POST"])
def morning(request: HttpRequest) -> HttpResponse:
    """Show a member of staff whether and when the morning list comes, and keep what they change."""
    user = user_of(request)
    page = queries.morning_page(user)
    form = MorningForm(posted(request), initial=MorningForm.initial_of(page.preference))
    if request.method == "POST" and form.is_valid():
        change_digest(by=user, now=clock.now(), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("reminders:morning")
    status = 422 if form.errors else 200
    return render(request, "reminders/morning.html", {"form": form, "page": page, "nav": "me"}, status=status)


@require_POST
@clinic_page
def try_own_again(request: HttpRequest) -> HttpResponse:
    """Write to a member of staff's own address again."""
    lift_own_suppression(by=user_of(request), now=clock.now())
    messages.success(request, _("The next e-mails go to this address again."))
    return redirect("reminders:morning")


def _own_record(request: HttpRequest) -> Patient:
    """Return the person's record, the chosen one where several clinics have one. Raises Http404."""
    records = Patient.objects.of(request.user).select_related("clinic", "user").order_by("pk")
    if chosen := request.GET.get("clinic"):
        records = records.filter(clinic__public_id=chosen) if _is_uuid(chosen) else records.none()
    patient = records.first()
    if patient is None:
        raise Http404
    return patient


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@csrf_exempt  # mail programs post without a cookie (RFC 8058); the signed link is the permission
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before stopping these e-mails; a POST, by the button or by a mail program, stops them."""
    link = links.read_token(token)
    if link is None:
        return render(request, "reminders/stop_expired.html", status=404)
    is_done = request.method == "POST"
    if is_done:
        stop_kinds(patient=link.patient, kinds=link.kinds, now=clock.now())
    words = {"kinds": queries.kinds_in_words(link.kinds), "is_done": is_done, "clinic": link.patient.clinic}
    return render(request, "reminders/stop.html", words)


@csrf_exempt  # a provider posts without a cookie; its signature or password is the permission
@require_http_methods(["HEAD", "POST"])
def mail_report(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in what the configured mail provider says of mails; any other address is not there."""
    if not site.MAIL_PROVIDER or provider != site.MAIL_PROVIDER:
        raise Http404
    return _report_view(provider)(request)


@cache
def _report_view(provider: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return anymail's view. It is imported when it is needed: most installations have no provider."""
    theirs = import_string(f"anymail.webhooks.{provider}.{PROVIDERS[provider]}TrackingWebhookView")
    careful: Any = type(theirs.__name__, (_Careful, theirs), {})
    view: Callable[[HttpRequest], HttpResponse] = careful.as_view()
    return view


class _Careful:
    """Has a view of anymail refuse what it cannot read, where it would take that for a fault of ours."""

    def run_validators(self, request: HttpRequest) -> None:
        """Check the signature or the password. Raises SuspiciousOperation, BadRequest."""
        with _read():
            super().run_validators(request)  # type: ignore[misc]

    def parse_events(self, request: HttpRequest) -> list[Any]:
        """Return what is reported. Raises SuspiciousOperation, BadRequest."""
        with _read():
            events: list[Any] = super().parse_events(request)  # type: ignore[misc]
        return events


@contextmanager
def _read() -> Iterator[None]:
    try:
        yield
    except SuspiciousOperation:
        raise
    except Exception as problem:
        # There is no list of what a body from outside can make a parser trip over.
        logger.warning("a provider's report could not be read: %s", type(problem).__name__)
        raise BadRequest from problem
