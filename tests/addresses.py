"""All addresses of pages and API, and one of each of Pat's things to put into them."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

from allauth.usersessions.models import UserSession
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import clock
from accounts.models import CareLink, Invitation, Membership, User
from accounts.services import devices, invite, tokens
from recovery.models import Alert
from recovery.services import alerts, exercises, follow_ups
from reminders.models import Reminder
from reminders.services import sync
from tests import recoveries
from tests.factories import Cast

ELSEWHERE = {
    "accounts:invitation": "a link for one person: tests/accounts/test_invitations.py",
    "accounts:accept": "a link for one person: tests/accounts/test_invitations.py",
    "reminders:stop": "a signed link: tests/reminders/test_views.py",
    "reminders:mail_report": "a signed report: tests/reminders/test_mail_reports.py",
    "dev-mail": "the operator's own machine only: tests/config/",
    "dev-mail-detail": "the operator's own machine only: tests/config/",
}
"""Addresses that name no thing of Pat's, and where they are tested."""


def patterns(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Return the names of all addresses but allauth's own and the admin's, with their patterns."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLPattern):
            if not (one.name or "").startswith("account_"):
                yield f"{space}{one.name}", one
        elif one.namespace != "admin":
            yield from patterns(one, f"{space}{one.namespace}:" if one.namespace else space)


def names() -> list[str]:
    """Return the names of these addresses."""
    return [name for name, _pattern in patterns()]


def things_of_pat(cast: Cast, *, day: int = 12) -> dict[str, object]:
    """Make one of each thing of Pat's on a day of recovery, and say what each parameter of an address names."""
    now, thea = clock.now(), cast.thea
    recoveries.make_recovery(cast.otto_record, by=_confirmer(cast))
    recovery = recoveries.make_recovery(cast.pat_record, by=thea, day=day)
    recoveries.make_draft(recovery, by=thea)
    (assignment,) = recoveries.assign(recovery, by=thea)
    log = recoveries.log(recovery, by=cast.pat)
    today = clock.local_day(now, recovery.patient.time_zone)
    visit = follow_ups.book_visit(
        recovery=recovery, kind="therapy", on=today + timedelta(days=3), at=time(10), by=thea, now=now
    )
    record = follow_ups.record_x_ray(
        recovery=recovery,
        values={
            "film_date": today,
            "modality": "x-ray",
            "position_vs_last": "unchanged",
            "clinician_verdict": "healing as expected",
        },
        by=thea,
        now=now,
    )
    done = exercises.do_set(
        assignment=assignment,
        set_id=log.public_id,
        day=today,
        done_at=now,
        time_zone="Europe/Madrid",
        by=cast.pat,
        now=now,
    )
    alerts.tick_warnings(
        recovery=recovery, flag_ids=["rf-dvt"], source="help", day=today, by=cast.pat, now=now
    )
    medicine = recoveries.add_medicine(recovery, by=cast.pat, now=now)
    question = recoveries.ask(recovery, by=cast.pat, now=now)
    sync.sync(recovery_id=recovery.pk, now=now)
    key, _plain = tokens.make_token(user=cast.pat, name="phone", scope="read", days=1, now=now)
    invitation = _invitation(cast, now)
    return {
        "recovery_id": recovery.public_id,
        "patient_id": recovery.patient.public_id,
        "assignment_id": assignment.public_id,
        "exercise_id": assignment.public_id,
        "log_id": log.public_id,
        "set_id": done.public_id,
        "medicine_id": medicine.public_id,
        "photo_id": recoveries.add_photo(recovery, by=cast.pat, now=now).public_id,
        "question_id": question.public_id,
        "visit_id": visit.public_id,
        "x_ray_id": record.public_id,
        "alert_id": Alert.objects.get().public_id,
        "load_id": recovery.plan.loads.get(position=1).public_id,
        "phase": "mobilise",
        "day": today,
        "token_id": key.public_id,
        "device_id": _device(cast, now).pk,
        "invitation_id": invitation.public_id,
        "member_id": Membership.objects.get(user=cast.max).public_id,
        "link_id": CareLink.objects.get(member__user=cast.max).public_id,
        "protocol_id": "distal-radius.plate",
        "move_id": "ex-finger-fist",
        "reminder_id": Reminder.objects.filter(patient=recovery.patient).first().public_id,
    }


def _confirmer(cast: Cast) -> User:
    """Let Olga confirm plans too, so that Otto has one."""
    Membership.objects.filter(user=cast.olga).update(may_confirm_plans=True)
    return cast.olga


def _device(cast: Cast, now: datetime) -> UserSession:
    """Sign Pat in on a second device."""
    devices.note(user=cast.pat, session_key="second", agent="", now=now)
    return UserSession.objects.get(session_key="second")


def _invitation(cast: Cast, now: datetime) -> Invitation:
    """Invite Pat's record anew, so that its carers and the manager may send or withdraw it."""
    type(cast.pat_record).objects.filter(pk=cast.pat_record.pk).update(email="pat.new@home.example")
    record = cast.pat_record
    type(record).objects.filter(pk=record.pk).update(user=None)
    record.refresh_from_db()
    row = invite.invite_patient(patient=record, by=cast.thea, now=now - timedelta(minutes=5))
    type(record).objects.filter(pk=record.pk).update(user=cast.pat)
    return row


def address_of(name: str, things: dict[str, object]) -> tuple[str, str]:
    """Return the address of a name with Pat's things in it, and the same one with things that do not exist."""
    patterns = get_resolver()
    for part in name.split(":")[:-1]:
        patterns = patterns.namespace_dict[part][1]
    (_, wanted), *_more = patterns.reverse_dict.getlist(name.rsplit(":", maxsplit=1)[-1])[0][0]
    mine = {one: things[one] for one in wanted}
    missing = {one: uuid4() if isinstance(thing, UUID) else thing for one, thing in mine.items()}
    return reverse(name, kwargs=mine), reverse(name, kwargs=missing)
