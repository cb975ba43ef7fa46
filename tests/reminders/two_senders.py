"""Run by ``test_two_senders`` in processes of its own: fills a database of its own, or sends from it at the hour it is told."""

from datetime import datetime

from django.core.management import call_command

from accounts import clock
from recovery.services import alerts
from reminders.services.deliver import send_due
from reminders.services.email import EmailChannel
from reminders.services.sync import sync
from tests import factories
from tests.recoveries import make_recovery


def fill() -> None:
    """Make a patient with a team of 22, all of whom are to hear of a warning sign."""
    call_command("migrate", verbosity=0)
    cast = factories.cast()
    record = cast.pat_record
    recovery = make_recovery(record, by=cast.thea)
    for number in range(20):
        factories.carer(factories.member(cast.clinic, f"Member{number} Test"), of=record, by=cast.thea)
    day = clock.local_day(clock.now(), record.time_zone)
    alerts.tick_warnings(
        recovery=recovery, flag_ids=["rf-sepsis"], source="help", day=day, by=cast.pat, now=clock.now()
    )
    sync(recovery_id=recovery.pk, now=clock.now())


def send(at: str) -> None:
    """Send what is due at ``at``, an ISO instant, and print how many messages went out."""
    instant = datetime.fromisoformat(at)
    print(send_due(channel=EmailChannel(), now_fn=lambda: instant).sent)
