"""Exercises at several hours a day: each while sets are left, none twice, and no pile after an outage."""

from datetime import time
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from recovery.services import exercises
from reminders.models import Kind, Preference, Reminder
from reminders.services.preferences import (
    Choice,
    HourInQuietTime,
    HoursOutOfBounds,
    HoursTooClose,
    change_preferences,
)
from tests.recoveries import assign

pytestmark = pytest.mark.django_db
State = Reminder.State


def rows(**filters):
    return Reminder.objects.filter(kind=Kind.EXERCISES, **filters).order_by("due_at", "pk")


@pytest.fixture
def exercise(recovery, thea, hour):
    """Assign an exercise, one set a day, and look at no other reminders than its own."""
    [one] = assign(recovery, by=thea, now=hour(0, 5), times_per_day=1)
    return one


@pytest.fixture
def choose(record, pat):
    """Return a function that keeps the hours Pat chooses for exercises, and wishes for no daily log."""

    def keep(*hours, now, **changes):
        usual = {
            "log_at": time(18),
            "visit_at": time(9),
            "kinds_off": frozenset({"log"}),
            "hide_details": True,
        }
        choice = Choice(exercise_hours=hours, **(usual | changes))
        return change_preferences(patient=record, choice=choice, by=pat, now=now)

    return keep


@pytest.fixture
def do_all(exercise, pat, day):
    """Return a function that does the day's only set."""

    def do(now):
        return exercises.do_set(
            assignment=exercise, set_id=uuid4(), day=day(0), done_at=now, time_zone="Europe/Madrid", by=pat, now=now
        )  # fmt: skip

    return do


class TestSeveralHours:
    def test_are_all_reminded_of_while_sets_are_left(self, exercise, choose, lay_out, send, post, hour):
        choose(time(15), time(9), time(19), now=hour(0, 6))
        lay_out(hour(0, 7))

        assert [send(hour(0, hours)).sent for hours in (9, 10, 15, 19, 20)] == [1, 0, 1, 1, 0]
        texts = [mail.get_body(("plain",)).get_content() for mail in post.mails]
        assert "Your plan for today is ready." in texts[0]
        assert all("Part of your plan for today is still open." in text for text in texts[1:])

    def test_end_for_the_day_when_all_sets_are_done(self, exercise, choose, lay_out, send, do_all, hour, day):
        choose(time(9), time(15), now=hour(0, 6))
        lay_out(hour(0, 7))
        assert send(hour(0, 9)).sent == 1

        do_all(hour(0, 12))

        assert [send(hour(0, hours)).sent for hours in (15, 19)] == [0, 0]
        assert rows(local_on=day(0), slot="day2").get().reason == "already_done"

    def test_come_back_when_a_set_is_taken_back(self, exercise, choose, lay_out, send, do_all, pat, hour):
        choose(time(9), time(15), now=hour(0, 6))
        lay_out(hour(0, 7))
        done = do_all(hour(0, 8))
        assert send(hour(0, 9)).sent == 0

        exercises.undo_set(set_done=done, by=pat, now=hour(0, 12))
        lay_out(hour(0, 12))

        assert send(hour(0, 15)).sent == 1

    def test_that_passed_while_the_senders_were_away_are_one_mail(
        self, exercise, choose, lay_out, send, hour, day
    ):
        choose(time(9), time(12), time(15), now=hour(0, 6))
        lay_out(hour(0, 7))

        tally = send(hour(0, 16))

        assert (tally.sent, tally.expired) == (1, 2)
        assert rows(local_on=day(0), state=State.SENT).get().wall_time == time(15)

    def test_tell_details_to_who_wants_them(self, exercise, choose, lay_out, send, post, hour):
        choose(time(9), time(15), now=hour(0, 6), hide_details=False)
        lay_out(hour(0, 7))

        for hours in (9, 15):
            send(hour(0, hours))

        texts = [mail.get_body(("plain",)).get_content() for mail in post.mails]
        assert "You have 1 exercise to do today." in texts[0]
        assert "Some of today’s exercises are still to do." in texts[1]


class TestChangingThem:
    def test_moves_an_hour_that_was_sent_and_sends_it_not_again(self, exercise, choose, lay_out, send, hour):
        choose(time(9), now=hour(0, 6))
        lay_out(hour(0, 7))
        assert send(hour(0, 9)).sent == 1

        choose(time(11), now=hour(0, 9, 30))
        lay_out(hour(0, 9, 30))

        assert send(hour(0, 11)).sent == 0
        assert [send(hour(1, hours)).sent for hours in (9, 11)] == [0, 1]

    def test_adds_one_that_comes_that_very_day(self, exercise, choose, lay_out, send, hour):
        choose(time(9), now=hour(0, 6))
        lay_out(hour(0, 7))
        send(hour(0, 9))

        choose(time(9), time(15), now=hour(0, 10))
        lay_out(hour(0, 10))

        assert send(hour(0, 15)).sent == 1

    def test_takes_away_the_one_that_was_sent_and_leaves_the_other(
        self, exercise, choose, lay_out, send, record, hour
    ):
        choose(time(9), time(15), now=hour(0, 6))
        lay_out(hour(0, 7))
        assert send(hour(0, 9)).sent == 1

        choose(time(15), now=hour(0, 10))
        lay_out(hour(0, 10))

        assert Preference.objects.get(patient=record).exercise_hours == [None, "15:00"]
        assert send(hour(0, 15)).sent == 1

    def test_fills_the_place_that_is_free(self, exercise, choose, record, hour):
        for hours in ((time(9), time(15)), (time(15),), (time(15), time(12), time(18))):
            choose(*hours, now=hour(0, 6))

        kept = Preference.objects.get(patient=record)
        assert kept.exercise_hours == ["12:00", "15:00", "18:00"]
        assert kept.exercise_times() == (time(12), time(15), time(18))

    @pytest.mark.parametrize(
        ("hours", "refusal"),
        [
            ((), HoursOutOfBounds),
            ((time(8), time(10), time(12), time(14)), HoursOutOfBounds),
            ((time(9), time(9, 30)), HoursTooClose),
            ((time(9), time(15), time(15)), HoursTooClose),
            ((time(9), time(21)), HourInQuietTime),
            ((time(7), time(9)), HourInQuietTime),
        ],
    )
    def test_refuses_what_makes_no_sense_and_keeps_what_was(self, choose, record, hour, hours, refusal):
        with pytest.raises(refusal) as found:
            choose(*hours, now=hour(0, 6))

        assert isinstance(found.value, ValidationError)
        assert list(found.value.error_dict) == ["exercise_hours"]
        assert not Preference.objects.filter(patient=record).exclude(exercise_hours=["09:00"]).exists()
