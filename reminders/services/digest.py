"""Lay out the morning list of each member of staff: one row per person, clinic and day."""

from datetime import datetime, time, timedelta

from django.db import transaction

from accounts.clock import local_day
from accounts.models import CareLink, Membership, User
from accounts.services import audit
from reminders import domain
from reminders.models import NO_RECOVERY, Kind, Reminder, StaffPreference

USUAL_AT = time(7, 30)
LASTS = timedelta(hours=4)
"""A morning list that is later than this is not sent."""
MOST_AT_ONCE = 2000


def lay_out_digests(*, now: datetime) -> int:
    """Make the next morning's row for everybody who has patients and none laid out; return how many.

    Whether somebody waits, and whether the person still works there, is looked at when it is sent.
    """
    waiting = Reminder.objects.filter(kind=Kind.STAFF_DIGEST, state=Reminder.State.SCHEDULED)
    laid_out = set(waiting.values_list("recipient_id", "subject"))
    hours = dict(StaffPreference.objects.values_list("user_id", "digest_at"))
    silent = StaffPreference.objects.filter(wants_digest=False).values("user_id")
    with_patients = CareLink.objects.current().values("member_id")
    members = Membership.objects.current().filter(pk__in=with_patients, user__is_active=True)
    members = members.exclude(user_id__in=silent).select_related("user", "clinic")
    rows = [
        _row(one, hours.get(one.user_id, USUAL_AT), now=now)
        for one in members
        if (one.user.public_id, str(one.clinic.public_id)) not in laid_out
    ]
    return len(Reminder.objects.bulk_create(rows[:MOST_AT_ONCE], ignore_conflicts=True))


def _row(member: Membership, wall_time: time, *, now: datetime) -> Reminder:
    """Return the row of the next morning to come, by the clinic's clocks."""
    zone = member.clinic.time_zone
    day = local_day(now, zone)
    at = domain.instant_of(day, wall_time, zone)
    if at <= now:
        day += timedelta(days=1)
        at = domain.instant_of(day, wall_time, zone)
    return Reminder(
        recipient_id=member.user.public_id,
        recovery_key=NO_RECOVERY,
        kind=Kind.STAFF_DIGEST,
        subject=str(member.clinic.public_id),
        local_on=day,
        slot="day",
        wall_time=wall_time,
        time_zone=zone,
        planned_at=at,
        due_at=at,
        expires_at=at + LASTS,
        changed_at=now,
    )


@transaction.atomic
def change_digest(*, by: User, wants_digest: bool, digest_at: time, now: datetime) -> StaffPreference:
    """Keep whether and when a member of staff wants the morning list; what is laid out is laid out anew."""
    preference, _is_new = StaffPreference.objects.update_or_create(
        user=by, defaults={"wants_digest": wants_digest, "digest_at": digest_at}
    )
    mine = Reminder.objects.filter(kind=Kind.STAFF_DIGEST, recipient_id=by.public_id)
    mine.filter(state=Reminder.State.SCHEDULED).delete()
    audit.record("reminders.digest_changed", by=by, now=now)
    return preference
