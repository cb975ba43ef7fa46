"""A person's own data as one file. Each package adds its parts; nothing here knows what they are.

A part is one line beside the table it belongs to::

    export.add("visits", _("Visits"), Visit.objects.of, "on at kind place")
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import CharField, Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, AuditEvent, CareLink, Patient, PrivacyAcceptance, User
from accounts.services import audit

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CHUNK = 500
"""Rows in memory at once, however many a person has."""

Rows = Callable[[User], QuerySet[Any, Any]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the file: what it is called, and which fields of which rows are a person's own.

    ``filled`` puts into a row what lies outside of the database.
    """

    name: str
    label: "StrOrPromise"
    rows: Rows
    fields: tuple[str, ...]
    filled: Callable[[Row], Row] | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows of one kind are kept about a person."""

    label: "StrOrPromise"
    number: int


_parts: dict[str, Part] = {}


def add(
    name: str,
    label: "StrOrPromise",
    rows: Rows,
    fields: str,
    filled: Callable[[Row], Row] | None = None,
) -> None:
    """Let the file hold these fields (names with spaces between) of a person's own rows."""
    _parts[name] = Part(name, label, rows, tuple(fields.split()), filled)


def names() -> tuple[str, ...]:
    """Return the names of all parts."""
    return tuple(_parts)


def stored(user: User) -> tuple[Stored, ...]:
    """Return what is kept about a person, in numbers (1 query)."""
    counts = [
        part.rows(user)
        .order_by()
        .annotate(part=Cast(Value(part.name), CharField()))
        .values("part")
        .annotate(number=Count("pk"))
        .values_list("part", "number")
        for part in _parts.values()
    ]
    if not counts:
        return ()
    found = dict(counts[0].union(*counts[1:], all=True))
    return tuple(Stored(part.label, found[part.name]) for part in _parts.values() if found.get(part.name))


@transaction.atomic
def export(*, user: User, now: datetime) -> Iterator[str]:
    """Return a person's own data as the text of one JSON file, a piece at a time."""
    audit.record("data.exported", by=user, now=now, subject_id=user.public_id)
    for patient in Patient.objects.of(user):
        audit.record("data.exported", by=user, now=now, patient=patient, subject_id=user.public_id)
    return _text(user, now)


def _text(user: User, now: datetime) -> Iterator[str]:
    yield f'{{"made_at": {_json(now)}'
    for part in _parts.values():
        yield f",\n{_json(part.name)}: ["
        comma = ""
        for row in part.rows(user).values(*part.fields).iterator(chunk_size=CHUNK):
            yield f"{comma}\n{_json(part.filled(row) if part.filled else row)}"
            comma = ","
        yield "]"
    yield "}\n"


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


# The parts of this package come first.
add(
    "account",
    _("Your account"),
    lambda user: User.objects.filter(pk=user.pk),
    "public_id email name language time_zone theme text_size hand joined_at last_login",
)
add(
    "records",
    _("Your details at a clinic"),
    lambda user: Patient.objects.of(user).annotate(clinic_name=F("clinic__name")),
    "public_id clinic_name name born_on clinic_number language time_zone email created_at",
)
add(
    "people_who_care",
    _("People who care or cared for you"),
    lambda user: CareLink.objects.filter(patient__in=Patient.objects.of(user)).annotate(
        member_name=F("member__user__name")
    ),
    "member_name role reason from_at until_at",
)
add(
    "privacy_notices",
    _("Privacy notices you agreed to"),
    lambda user: PrivacyAcceptance.objects.filter(user=user),
    "version accepted_at",
)
add(
    "keys",
    _("Keys for programs"),
    lambda user: ApiToken.objects.filter(user=user),
    "name scope created_at expires_at last_used_on revoked_at",
)
add(
    "devices",
    _("Devices you are signed in on"),
    lambda user: UserSession.objects.filter(user=user),
    "user_agent ip created_at last_seen_at",
)
add(
    "access",
    _("Lines about who read or changed your record"),
    lambda user: AuditEvent.objects.filter(
        patient_id__in=Patient.objects.of(user).values("public_id")
    ).annotate(by=Subquery(User.objects.filter(public_id=OuterRef("actor_id")).values("name")[:1])),
    "at action by subject_id",
)
