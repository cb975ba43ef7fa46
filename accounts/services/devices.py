"""Where a person is signed in: noted when they sign in and now and then after, ended at once."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.models import User
from accounts.services import audit

NOWHERE = "::"
"""Stands for an address that nobody told us."""


def note(*, user: User, session_key: str, agent: str, now: datetime) -> None:
    """Keep that this session was used just now, and by which browser."""
    longest = UserSession._meta.get_field("user_agent").max_length
    UserSession.objects.update_or_create(
        session_key=session_key,
        defaults={
            "user": user,
            "ip": audit.address() or NOWHERE,
            "user_agent": agent[:longest],
            "last_seen_at": now,
        },
        create_defaults={
            "user": user,
            "ip": audit.address() or NOWHERE,
            "user_agent": agent[:longest],
            "created_at": now,
            "last_seen_at": now,
        },
    )


@transaction.atomic
def end(*, device: UserSession, by: User, now: datetime) -> None:
    """Sign a device out: its next request is a visitor's."""
    Session.objects.filter(session_key=device.session_key).delete()
    device.delete()
    audit.record("device.signed_out", by=by, now=now, subject_id=by.public_id)


@transaction.atomic
def end_others(*, user: User, session_key: str, now: datetime) -> int:
    """Sign out every device but the one that asks, and return how many those were."""
    others = UserSession.objects.filter(user=user).exclude(session_key=session_key)
    keys = list(others.values_list("session_key", flat=True))
    number, _rows = Session.objects.filter(session_key__in=keys).delete()
    others.delete()
    audit.record(
        "device.others_signed_out", by=user, now=now, subject_id=user.public_id, detail={"number": number}
    )
    return number


def left(*, session_key: str) -> None:
    """Drop what is known of a device that its person signs out on."""
    UserSession.objects.filter(session_key=session_key).delete()


def forget(*, user: User) -> None:
    """Drop what is known of a person's devices; a new password has signed them out already."""
    UserSession.objects.filter(user=user).delete()
