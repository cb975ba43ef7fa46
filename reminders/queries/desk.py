"""Everything that the letters of one claim are written from, and who reads each."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import Clinic, Patient, User
from reminders import domain
from reminders.models import Kind, Message, Preference, Reminder, Suppression, SyncState
from reminders.queries.digest import Digest, digests
from reminders.queries.facts import Snapshot, facts, wishes_of
from reminders.queries.work import zone_rules

PLAIN = frozenset({Kind.LOG, Kind.PLAN_CHANGED, Kind.X_RAY_BOOK, Kind.X_RAY_OVERDUE, Kind.TEST})
"""Kinds whose words need nothing but the patient."""
PLAIN_WITHOUT_DETAILS = PLAIN | {Kind.EXERCISES}
"""The same for a patient who does not want health details in mails."""
IN_HAND = """SELECT r.id, r.message_id FROM reminders_reminder r
    JOIN reminders_message m ON m.id = r.message_id
    LEFT JOIN reminders_syncstate s ON s.recovery_id = r.recovery_id AND s.is_behind
    WHERE r.message_id IN ({messages}) AND m.claim IN ({claims})
    AND r.state = 'claimed' AND m.state = 'claimed' AND r.expires_at > %s AND m.lease_until > %s
    AND s.id IS NULL"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter goes to. ``patient`` is None for staff."""

    address: str
    language: str
    time_zone: str
    clinic: Clinic
    greeting: str = ""
    patient: Patient | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a sender knows about the messages in its hands."""

    snapshots: Mapping[int, Snapshot]
    patients: Mapping[int, Patient]
    preferences: Mapping[int, Preference]
    digests: Mapping[tuple[UUID, str], Digest] = field(default_factory=dict)
    refused: Collection[str] = field(default_factory=frozenset)

    def reader(self, row: Reminder) -> Reader | None:
        """Return who reads this reminder; None when there is nobody to write to any more."""
        if row.kind == Kind.STAFF_ALERT:
            return self._member(row)
        if row.kind == Kind.STAFF_DIGEST:
            digest = self.digests.get((row.recipient_id, row.subject))
            if digest is None:
                return None
            return Reader(digest.address, digest.language, digest.clinic.time_zone, digest.clinic)
        patient = self.patients.get(row.patient_id or 0)
        if patient is None:
            return None
        address = patient.user.email if patient.user else patient.email
        if not address:
            return None
        # Who has an account reads mails in the language of their pages.
        language = patient.user.language if patient.user else patient.language
        return Reader(address, language, patient.time_zone, patient.clinic, patient.first_name, patient)

    def wishes_of(self, row: Reminder) -> domain.Wishes:
        """Return the wishes of the patient whom this reminder goes to."""
        return wishes_of(self.preferences.get(row.patient_id or 0))

    def needs_facts(self, row: Reminder) -> bool:
        """Say whether this reminder's words need more than the patient."""
        return row.kind not in (PLAIN if self.has_details(row) else PLAIN_WITHOUT_DETAILS)

    def has_details(self, row: Reminder) -> bool:
        """Say whether the reader wants health details in mails."""
        preference = self.preferences.get(row.patient_id or 0)
        return preference is not None and not preference.hide_details

    def why_nobody(self, row: Reminder) -> str:
        """Return why there is no reader, as a code."""
        if row.kind == Kind.STAFF_DIGEST:
            return "nobody_waits"
        return "not_in_care" if row.patient_id is None else "no_address"

    def _member(self, row: Reminder) -> Reader | None:
        snapshot = self.snapshots.get(row.recovery_id or 0)
        member = snapshot.team.get(str(row.recipient_id)) if snapshot else None
        if snapshot is None or member is None:
            return None
        clinic = snapshot.patient.clinic
        return Reader(member.email, member.language, clinic.time_zone, clinic)


def desk(rows: Iterable[Reminder], *, now: datetime) -> Desk:
    """Return what the letters about these reminders are written from, with few queries for plain kinds."""
    rows = list(rows)
    patients = _patients({row.patient_id for row in rows if row.patient_id})
    chosen = Preference.objects.filter(patient_id__in=patients)
    table = Desk({}, patients, {one.patient_id: one for one in chosen})
    snapshots = facts(
        {row.recovery_id for row in rows if row.recovery_id and table.needs_facts(row)}, now=now
    )
    mornings = [(row.recipient_id, row.subject) for row in rows if row.kind == Kind.STAFF_DIGEST]
    lists = digests(mornings, now=now)
    refused = _refused(patients.values(), snapshots.values(), lists.values())
    return replace(table, snapshots=snapshots, refused=refused, digests=lists)


def _patients(ids: Collection[int]) -> dict[int, Patient]:
    """Return patients with their clinics and users; many share a clinic, so it is read once."""
    patients = Patient.objects.in_bulk(ids)
    clinics = Clinic.objects.in_bulk({one.clinic_id for one in patients.values()})
    with_user = {one.user_id for one in patients.values() if one.user_id}
    users = User.objects.in_bulk(with_user) if with_user else {}
    for one in patients.values():
        one.clinic = clinics[one.clinic_id]
        one.user = users.get(one.user_id or 0)
    return patients


def _refused(
    patients: Iterable[Patient], snapshots: Iterable[Snapshot], lists: Iterable[Digest]
) -> frozenset[str]:
    """Return those addresses of these people that are not written to any more, in small letters."""
    addresses = {(one.user.email if one.user else one.email).lower() for one in patients}
    addresses |= {member.email.lower() for one in snapshots for member in one.team.values()}
    addresses |= {one.address.lower() for one in lists}
    return frozenset(Suppression.objects.filter(address__in=addresses).values_list("address", flat=True))


def behind(rows: Iterable[Reminder]) -> list[int]:
    """Return the recoveries of these reminders that must be laid out again before anything is sent."""
    ids = {row.recovery_id for row in rows if row.recovery_id}
    outdated = Q(is_behind=True) | ~Q(zone_rules=zone_rules())
    return list(SyncState.objects.filter(outdated, recovery_id__in=ids).values_list("recovery_id", flat=True))


def still_in_hand(messages: Collection[int], claims: Collection[UUID], *, now: datetime) -> dict[int, int]:
    """Return which reminders, by primary key, may go out at this very moment, with their messages.

    They are claimed by this sender, not too late, and their recovery has not changed since it was laid out.
    This runs before every hand-over, so it is one statement that Django need not put together each time.
    """
    own, at = Message._meta.get_field("claim"), connection.ops.adapt_datetimefield_value(now)
    statement = IN_HAND.format(
        messages=",".join(["%s"] * len(messages)), claims=",".join(["%s"] * len(claims))
    )
    tokens = [own.get_db_prep_value(claim, connection) for claim in claims]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*messages, *tokens, at, at])
        return dict(cursor.fetchall())
