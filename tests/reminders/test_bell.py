"""A change rings the bell; a broker that is away neither fails nor holds up whoever made the change."""

import logging
import time as stopwatch
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts import clock
from config.celery import app, transport
from recovery.signals import recovery_changed
from reminders import queries, tasks
from reminders.models import Message, Reminder, Tick
from reminders.receivers import on_recovery_changed
from tests.recoveries import assign

pytestmark = pytest.mark.django_db


def _use(url: str, options: dict) -> None:
    app.conf.broker_url, app.conf.broker_transport_options = url, options
    app.amqp._producer_pool = None
    app._pool = None


class TestReceivers:
    def test_are_connected(self):
        assert any(on_recovery_changed in found for found in recovery_changed._live_receivers(None))

    def test_go_on_without_a_broker(self, recovery, caplog, tmp_path):
        before = app.conf.broker_url, app.conf.broker_transport_options
        _use("redis://127.0.0.1:1/0", transport("redis://127.0.0.1:1/0", tmp_path))
        began = stopwatch.monotonic()
        try:
            with caplog.at_level(logging.WARNING):
                on_recovery_changed(recovery_id=recovery.pk)
        finally:
            _use(*before)

        assert stopwatch.monotonic() - began < 2
        assert str(recovery.pk) in caplog.text
        assert queries.work_list(now=clock.now(), limit=5) == [recovery.pk]


class TestTasks:
    def test_accept_what_a_newer_release_may_add(self, recovery, post):
        tasks.sync_one(recovery_id=recovery.pk, colour="green")
        tasks.sync_one(patient_id=recovery.patient_id)
        tasks.sync_changed(colour="green")
        tasks.send_due(colour="green")

        assert Reminder.objects.exists()
        assert set(Tick.objects.values_list("name", flat=True)) == {"send_due", "sync_changed"}


class TestOldestUnsent:
    def test_is_what_has_been_due_longest(self, recovery, lay_out, thea, hour):
        assign(recovery, by=thea, now=hour(0, 6))
        lay_out(hour(0, 7))

        assert queries.oldest_unsent(hour(0, 8)) is None
        assert queries.oldest_unsent(hour(0, 10)) == hour(0, 9)

    def test_counts_what_a_sender_left_behind(self, recovery, hour):
        Message.objects.create(
            recipient_id=uuid4(),
            message_id="<x@y.example>",
            created_at=hour(0, 8),
            lease_until=hour(0, 9),
            attempts=1,
        )

        assert queries.oldest_unsent(hour(0, 10)) == hour(0, 9)


class TestExplainReminder:
    def explain(self, row) -> str:
        out = StringIO()
        call_command("explain_reminder", str(row.public_id), stdout=out)
        return out.getvalue()

    def test_says_what_will_be_sent_was_sent_and_was_not(self, recovery, lay_out, send, thea, hour, day):
        assign(recovery, by=thea, now=hour(0, 6))
        lay_out(hour(0, 7))
        row = Reminder.objects.get(kind="exercises", local_on=day(0))
        assert "it is still true: it will be sent when due" in self.explain(row)

        send(hour(0, 9))
        assert "accepted by the mail server" in self.explain(row)

        send(hour(2, 7))
        assert "because too_late" in self.explain(Reminder.objects.get(kind="exercises", local_on=day(1)))

    def test_names_nobody(self, recovery, lay_out, hour):
        lay_out(hour(0, 7))

        words = self.explain(Reminder.objects.first())

        assert "Pat" not in words
        assert "@" not in words

    def test_refuses_an_unknown_id(self):
        with pytest.raises(CommandError):
            call_command("explain_reminder", str(uuid4()))
