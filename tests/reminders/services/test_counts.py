"""A run of a sender leaves its figures behind, once, whatever became of it."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from reminders.models import Figure, Reminder
from reminders.services import counts
from reminders.services.deliver import Tally, send_due
from reminders.services.email import EmailChannel
from tests.recoveries import assign

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(recovery, lay_out, thea, hour):
    """Lay out an exercise reminder at 9 of each day."""
    assign(recovery, by=thea, now=hour(0, 6), times_per_day=1)
    lay_out(hour(0, 7))


def figures() -> dict[str, int]:
    return dict(Figure.objects.values_list("name", "value"))


class TestARun:
    def test_counts_what_it_sent_and_how_late(self, planned, send, hour):
        send(hour(0, 9) + timedelta(seconds=20.5))

        assert figures() == {"sent": 1, "late_2": 1, "late_milliseconds": 20_500}

    def test_adds_to_what_was_counted_before(self, planned, send, post, hour):
        post.data_answers = ["451 later"]
        send(hour(0, 9))
        send(hour(0, 9, 1))
        send(hour(0, 18))

        assert figures()["retried"] == 1
        assert figures()["sent"] == 2
        assert figures()["late_3"] == 1, "a minute after it was due, by the second try"
        assert figures()["late_0"] == 1

    def test_counts_what_expired_refused_and_was_dropped(self, planned, send, post, hour):
        post.rcpt_answers["pat@demo.example"] = ["550 no such user"]
        send(hour(0, 9))
        send(hour(1, 8, 30))

        assert figures()["suppressed"] == 1
        assert figures()["expired"] == 1

    def test_that_found_nothing_writes_nothing(self, planned, send, hour, django_assert_num_queries):
        send(hour(0, 8))
        with django_assert_num_queries(0):
            counts.add(Tally())

        assert figures() == {}

    def test_that_broke_off_counts_what_it_had_done(self, planned, post, hour):
        def stopped() -> bool:
            if post.mails:
                raise OperationalError("gone")
            return False

        with pytest.raises(OperationalError):
            send_due(channel=EmailChannel(), now_fn=lambda: hour(0, 9), stopped=stopped)

        assert figures()["sent"] == 1

    def test_counts_a_reminder_that_joined_early_as_in_time(self, hour):
        rows = [Reminder(due_at=hour(0, 9)), Reminder(due_at=hour(0, 9, 40))]

        assert counts.seconds_late(rows, now=hour(0, 9, 10)) == 0
        assert counts.seconds_late(rows, now=hour(0, 9, 41)) == 60
