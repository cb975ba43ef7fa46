"""The morning list of each member of staff: how many people need somebody, and why, in numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Clinic, Membership, User
from recovery.domain.progress import Need
from recovery.queries.clinic_morning import morning
from reminders.models import StaffPreference, Suppression
from reminders.queries.reach import why_refused

LABELS: Mapping[Need, Promise] = {
    Need.WARNING_SIGN: _("Warning sign"),
    Need.PAIN: _("More pain"),
    Need.LOOKS_WRONG: _("Something looks wrong"),
    Need.XRAY_OVERDUE: _("X-ray overdue"),
    Need.RESULT_WAITING: _("X-ray result waits"),
    Need.HURT: _("An exercise hurt"),
    Need.NO_LOG: _("Not logging"),
    Need.READY_FOR_NEXT: _("Next step to release"),
    Need.NEW: _("New, no plan yet"),
}


@dataclass(frozen=True, slots=True)
class Digest:
    """One person's morning at one clinic. ``reasons`` are words and numbers."""

    address: str
    language: str
    clinic: Clinic
    count: int
    reasons: tuple[tuple[Promise, int], ...]


def digests(wanted: Iterable[tuple[UUID, str]], *, now: datetime) -> dict[tuple[UUID, str], Digest]:
    """Return the morning lists of these people, by public id of user and clinic, where somebody waits.

    Who left the clinic, or does not want the list, has none.
    """
    found = {}
    for user_id, clinic_id in wanted:
        people = Membership.objects.current().filter(user__public_id=user_id, clinic__public_id=clinic_id)
        member = people.filter(user__is_active=True).select_related("user", "clinic").first()
        if member is None or StaffPreference.objects.filter(user=member.user, wants_digest=False).exists():
            continue
        waiting = morning(member.user, member.clinic, now=now)
        if waiting.count:
            reasons = tuple((LABELS[need], number) for need, number in waiting.reasons)
            who = member.user
            found[user_id, clinic_id] = Digest(who.email, who.language, member.clinic, waiting.count, reasons)
    return found


@dataclass(frozen=True, slots=True)
class MorningPage:
    """A member of staff's page about the morning list. ``why`` says in words why no mail reaches them."""

    preference: StaffPreference
    address: str
    why: str


def morning_page(user: User) -> MorningPage:
    """Return what the page about the morning list shows, in 2 queries."""
    preference = StaffPreference.objects.of(user).first() or StaffPreference(user=user)
    refused = Suppression.objects.filter(address=user.email.lower()).first()
    return MorningPage(preference, user.email, why_refused(refused))
