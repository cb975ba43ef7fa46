"""Whom no mail reaches: since when, and why in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Patient, User
from reminders.domain.bounces import BOUNCED, COMPLAINED, INVALID
from reminders.models import CAME_BACK, Reminder, Suppression

PAGE_SIZE = 100
LOOK_BACK = timedelta(days=14)
"""A mail that did not arrive longer ago than this asks nobody to do anything."""

_NO_SUCH = _("The mail server says this address does not exist.")
_FULL = _("The mail server says this mailbox is full.")
WHY_REFUSED: tuple[tuple[str, Promise], ...] = (
    (COMPLAINED, _("The mail provider says that our mail was marked as not wanted.")),
    (BOUNCED, _("The mail provider says this address takes no mail.")),
    (INVALID, _("The mail provider says this is not an e-mail address.")),
    ("address_needs_utf8", _("Our mail server cannot write to an address with these letters.")),
    ("address", _("No mail can be sent to an address like this one.")),
    ("smtp_550", _NO_SUCH),
    ("smtp_551", _NO_SUCH),
    ("smtp_552", _FULL),
    ("smtp_553", _NO_SUCH),
    ("smtp_", _("The mail server refused this address.")),
    ("status_5.1.", _NO_SUCH),
    ("status_5.2.2", _FULL),
    ("status_5.2.", _("The mail server says this mailbox takes no mail.")),
    ("", _("A mail to this address came back.")),
)
"""The beginnings of the codes that a suppression may have; the first that fits counts."""
WHY_LOST: tuple[tuple[str, Promise], ...] = (
    (CAME_BACK, _("The last mail came back. The address may still work.")),
    ("render_error", _("The last mail could not be written. Tell whoever runs this app.")),
    ("", _("The mail server did not take the last mail.")),
)


@dataclass(frozen=True, slots=True)
class Unreached:
    """A patient whom mails do not reach. ``is_refused``: nothing is sent until staff try again."""

    patient_id: UUID
    name: str
    address: str
    has_account: bool
    is_refused: bool
    is_complaint: bool
    since_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class UnreachedColleague:
    """A member of staff whom mails do not reach, those about warning signs among them."""

    name: str
    since_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class UnreachedPage:
    """One page of the patients in somebody's care whom mails do not reach, and the colleagues."""

    colleagues: tuple[UnreachedColleague, ...]
    people: tuple[Unreached, ...]
    total: int
    page: int
    pages: int


def why_refused(suppression: Suppression | None) -> str:
    """Return in words why an address is not written to; nothing where it is."""
    return _in_words(WHY_REFUSED, suppression.reason) if suppression else ""


def unreached(user: User, *, page: int, now: datetime) -> UnreachedPage:
    """Return a page of the patients in a member of staff's care whom mails do not reach (2 queries).

    Their address is refused, or the last mail of the last days did not arrive. The newest comes first. A page
    out of range is the nearest. Colleagues at the same clinic, oneself too, stand on each.
    """
    found = sorted(map(_unreached, _rows(user, now)), key=lambda one: one.since_at, reverse=True)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    return UnreachedPage(
        _colleagues(user),
        tuple(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]),
        len(found),
        page=page,
        pages=pages,
    )


def _colleagues(user: User) -> tuple[UnreachedColleague, ...]:
    refused = Suppression.objects.filter(address=Lower(OuterRef("user__email")))
    members = (
        Membership.objects.colleagues_of(user)
        .filter(user__is_active=True)
        .annotate(
            refused_at=Subquery(refused.values("suppressed_at")), code=Subquery(refused.values("reason"))
        )
    )
    rows = members.filter(refused_at__isnull=False).order_by("user__name", "user_id").distinct()
    found = rows.values_list("user__name", "refused_at", "code", "user_id")[:PAGE_SIZE]
    return tuple(
        UnreachedColleague(name, at, _in_words(WHY_REFUSED, code)) for name, at, code, _user in found
    )


def _rows(user: User, now: datetime) -> list[Patient]:
    refused = Suppression.objects.filter(address=Lower(Coalesce(OuterRef("user__email"), OuterRef("email"))))
    arrived = Reminder.objects.filter(
        patient=OuterRef("patient"),
        state=Reminder.State.SENT,
        reason="",
        changed_at__gt=OuterRef("changed_at"),
    )
    lost = Reminder.objects.filter(
        Q(state=Reminder.State.FAILED) | Q(state=Reminder.State.SENT, reason=CAME_BACK),
        ~Exists(arrived),
        patient=OuterRef("pk"),
        changed_at__gt=now - LOOK_BACK,
    ).order_by("-changed_at")
    patients = Patient.objects.in_care_of(user).select_related("user")
    return list(
        patients.annotate(
            refused_at=Subquery(refused.values("suppressed_at")),
            refused_code=Subquery(refused.values("reason")),
            lost_at=Subquery(lost.values("changed_at")[:1]),
            lost_code=Subquery(lost.values("reason")[:1]),
        )
        .filter(Q(refused_at__isnull=False) | Q(lost_at__isnull=False))
        .order_by("name", "pk")
    )


def _unreached(row: Patient) -> Unreached:
    refused_at: datetime | None = row.refused_at  # type: ignore[attr-defined]
    lost_at: datetime = row.lost_at  # type: ignore[attr-defined]
    code: str = row.lost_code if refused_at is None else row.refused_code  # type: ignore[attr-defined]
    return Unreached(
        patient_id=row.public_id,
        name=row.name,
        address=row.user.email if row.user else row.email,
        has_account=row.user_id is not None,
        is_refused=refused_at is not None,
        is_complaint=refused_at is not None and code == COMPLAINED,
        since_at=refused_at or lost_at,
        why=_in_words(WHY_REFUSED if refused_at else WHY_LOST, code),
    )


def _in_words(table: tuple[tuple[str, Promise], ...], code: str) -> str:
    return str(next(words for start, words in table if code.startswith(start)))
