"""Several senders on one database: each message goes out once."""

import threading

import pytest
from django.db import connection, connections

from recovery.services import alerts
from reminders.models import Kind, Message, Reminder
from reminders.services.deliver import send_due
from reminders.services.email import EmailChannel
from tests import factories

pytestmark = pytest.mark.django_db
State = Reminder.State
EMERGENCY = "rf-compartment"


def rows(**filters):
    return Reminder.objects.filter(**filters).order_by("due_at", "pk")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: several writers at once")
@pytest.mark.django_db(transaction=True)
class TestSendersAtOnce:
    def test_send_each_message_once_and_keep_an_hour_together(
        self, recovery, record, cast, lay_out, post, hour, day
    ):
        team = [factories.member(cast.clinic, f"Member{number} Test") for number in range(20)]
        for member in team:
            factories.carer(member, of=record, by=cast.thea)
        alerts.tick_warnings(
            recovery=recovery,
            flag_ids=[EMERGENCY, "rf-sepsis"],
            source="help",
            day=day(0),
            by=cast.pat,
            now=hour(0, 7),
        )
        lay_out(hour(0, 7))
        assert rows(state=State.SCHEDULED, kind=Kind.STAFF_ALERT).count() == 44
        tallies = []

        def run() -> None:
            try:
                tallies.append(send_due(channel=EmailChannel(), now_fn=lambda: hour(0, 7)))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _ in range(3)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)

        assert sum(one.sent for one in tallies) == 22
        assert len(post.recipients) == len(set(post.recipients)) == 22
        assert all(message.reminders.count() == 2 for message in Message.objects.all())
