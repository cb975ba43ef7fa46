"""The bench's queue: real rows, the real sender, one further header to count by."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from reminders.management.bench import zone_at_noon
from reminders.models import Reminder, SyncState

pytestmark = pytest.mark.django_db


def bench(capsys, *words: str) -> dict:
    call_command("bench_reminders", *words)
    return json.loads(capsys.readouterr().out)


class TestTheBench:
    def test_sends_what_it_queued_with_a_key_for_each(self, post, capsys):
        assert bench(capsys, "enqueue", "--n", "3") == {"queued": 3}

        done = bench(capsys, "run")

        assert done["sent"] == 3
        assert sorted(zip(post.recipients, (mail["X-Key"] for mail in post.mails), strict=True)) == [
            (f"p{number}@example.org", f"r{number}") for number in range(3)
        ]
        assert set(Reminder.objects.values_list("state", flat=True)) == {Reminder.State.SENT}

    def test_queues_once_more_for_the_same_people(self, post, capsys):
        for number in ("2", "4"):
            bench(capsys, "enqueue", "--n", number)

        assert bench(capsys, "run")["sent"] == 6 - 2  # two rows of one person go out as one mail
        assert SyncState.objects.count() == 4

    def test_leaves_nothing_for_the_sweep(self, capsys):
        bench(capsys, "enqueue", "--n", "2")

        assert not SyncState.objects.behind().exists()

    def test_refuses_where_people_are_real(self, settings):
        settings.IS_SECURE = True

        with pytest.raises(CommandError, match="https"):
            call_command("bench_reminders", "enqueue")

    def test_says_how_many_it_can(self):
        with pytest.raises(CommandError, match="from 1 to"):
            call_command("bench_reminders", "enqueue", "--n", "0")


@pytest.mark.parametrize("hour", range(24))
def test_it_is_afternoon_for_the_bench_at_any_hour(hour):
    now = datetime(2026, 11, 25, hour, 30, tzinfo=UTC)

    shown = now.astimezone(ZoneInfo(zone_at_noon(now)))

    assert shown.hour == 12
    assert abs(shown.utcoffset()) <= timedelta(hours=12)
