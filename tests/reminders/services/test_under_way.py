"""What changes while a mail waits between two tries: what is no longer true stays, what is true again goes."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from accounts.services.profile import set_time_zone
from recovery.services import exercises, follow_ups
from reminders.models import Kind, Reminder
from reminders.services.deliver import send_due
from reminders.services.email import EmailChannel
from reminders.services.preferences import Choice, change_preferences
from tests.recoveries import assign

pytestmark = pytest.mark.django_db

State = Reminder.State
LATER = "451 later"


@pytest.fixture
def book(recovery, thea, day, hour):
    """Return a function that books a therapy visit at 6 am of day 0."""

    def book(on: int, at: time):
        return follow_ups.book_visit(
            recovery=recovery, kind="therapy", on=day(on), at=at, by=thea, now=hour(0, 6)
        )

    return book


@pytest.fixture
def exercise(recovery, thea, hour):
    """Assign an exercise, one set a day, reminded of at 9."""
    [one] = assign(recovery, by=thea, now=hour(0, 6), times_per_day=1)
    return one


def choose(record, *, by, now, **changes) -> None:
    """Keep a choice like the usual one but for these changes."""
    usual = Choice((time(9),), time(18), time(9), frozenset(), hide_details=True)
    change_preferences(patient=record, choice=replace(usual, **changes), by=by, now=now)


class TestAVisitWhoseReminderWaits:
    def test_is_not_told_of_once_it_is_cancelled(self, book, lay_out, send, post, thea, hour):
        visit = book(8, time(10))
        lay_out(hour(0, 7))
        post.data_answers = [LATER]
        send(hour(1, 9))
        assert Reminder.objects.get(kind=Kind.VISIT, slot="d7").state == State.CLAIMED

        follow_ups.cancel_visit(visit=visit, by=thea, now=hour(4, 9))
        lay_out(hour(4, 9))
        send(hour(4, 9, 5))

        assert Reminder.objects.get(kind=Kind.VISIT, slot="d7").state != State.SENT

    def test_is_not_told_of_after_its_new_hour(self, book, lay_out, send, post, thea, hour, day):
        visit = book(1, time(15))
        lay_out(hour(0, 7))
        send(hour(0, 9))
        post.data_answers = [LATER]
        send(hour(1, 9))

        follow_ups.move_visit(visit=visit, on=day(1), at=time(10), by=thea, now=hour(1, 9, 10))
        lay_out(hour(1, 9, 10))
        send(hour(1, 11))

        assert Reminder.objects.get(kind=Kind.VISIT, slot="morning").state != State.SENT

    def test_is_told_of_when_it_moves_to_later_that_day(self, book, lay_out, send, thea, hour, day):
        """The senders were away, and no sweep ran in the meantime."""
        visit = book(1, time(11))
        lay_out(hour(0, 7))
        send(hour(0, 9))

        follow_ups.move_visit(visit=visit, on=day(1), at=time(15), by=thea, now=hour(1, 8, 50))
        send(hour(1, 11, 10))

        assert Reminder.objects.get(kind=Kind.VISIT, slot="morning").state == State.SENT

    def test_is_told_of_once_when_the_hour_goes_away_and_comes_back(
        self, book, record, lay_out, send, post, pat, hour
    ):
        book(1, time(18))
        lay_out(hour(0, 7))
        post.data_answers = [LATER]
        send(hour(0, 9))

        for minute, at in ((1, time(15)), (3, time(9))):
            choice = Choice((time(9),), time(18), at, frozenset(), hide_details=True)
            change_preferences(patient=record, choice=choice, by=pat, now=hour(0, 9, minute))
            lay_out(hour(0, 9, minute))
            tally = send(hour(0, 9, minute + 1))

        assert tally.sent == 1
        assert len(post.mails) == 1


class TestExercisesWhoseReminderWaits:
    def test_are_told_of_once_when_paused_and_resumed(self, exercise, lay_out, send, post, thea, hour):
        lay_out(hour(0, 7))
        post.data_answers = [LATER]
        send(hour(0, 9))

        exercises.pause(assignment=exercise, by=thea, now=hour(0, 9, 1))
        assert send(hour(0, 9, 2)).sent == 0
        exercises.resume(assignment=exercise, by=thea, now=hour(0, 9, 3))
        lay_out(hour(0, 9, 4))

        assert send(hour(0, 9, 5)).sent == 1

    def test_wait_for_the_next_day_where_the_day_is_over(self, exercise, lay_out, send, post, pat, hour):
        lay_out(hour(0, 7))
        for number in (9, 18):
            send(hour(0, number))
        post.data_answers = [LATER]
        send(hour(1, 9))

        set_time_zone(user=pat, time_zone="Asia/Tokyo", now=hour(1, 9, 10))
        lay_out(hour(1, 9, 10))

        assert send(hour(1, 14, 30)).sent == 0

    def test_are_told_of_though_the_patient_changes_something_else(
        self, exercise, record, lay_out, send, post, pat, hour
    ):
        lay_out(hour(0, 7))
        post.data_answers = [LATER]
        send(hour(0, 9))

        choose(record, by=pat, now=hour(0, 9, 1), hide_details=False)
        lay_out(hour(0, 9, 1))

        assert send(hour(0, 9, 2)).sent == 1

    def test_are_not_told_of_at_an_hour_that_was_chosen_after_it_had_passed(
        self, exercise, record, lay_out, send, post, pat, hour
    ):
        choose(record, by=pat, now=hour(0, 6), exercise_hours=(time(15),))
        lay_out(hour(0, 7))

        choose(record, by=pat, now=hour(0, 11), exercise_hours=(time(10),))
        lay_out(hour(0, 11))

        assert send(hour(0, 11, 1)).sent == 0

    def test_are_not_told_of_when_they_are_switched_on_later_that_day(
        self, exercise, record, lay_out, send, post, pat, hour
    ):
        choose(record, by=pat, now=hour(0, 6), kinds_off=frozenset({"exercises"}))
        lay_out(hour(0, 7))

        choose(record, by=pat, now=hour(0, 14))
        lay_out(hour(0, 14))

        assert send(hour(0, 14, 1)).sent == 0


class TestAnXRayToBook:
    @pytest.fixture
    def nudge(self, lay_out, hour):
        """Return the first reminder to book an x-ray."""
        lay_out(hour(0, 7))
        return Reminder.objects.filter(kind=Kind.X_RAY_BOOK).earliest("due_at")

    def book(self, nudge, recovery, *, on, by, now):
        return follow_ups.book_visit(
            recovery=recovery, kind="x_ray", on=on, at=time(10), film_key=nudge.subject, by=by, now=now
        )

    def test_is_not_asked_for_once_it_is_booked(self, nudge, recovery, lay_out, send, post, thea, hour, day):
        first = (nudge.local_on - day(0)).days
        for number in range(first):
            send(hour(number, 18))
        post.data_answers = [LATER] * 9
        send(hour(first, 18))
        post.data_answers = []

        self.book(nudge, recovery, on=day(first + 8), by=thea, now=hour(first + 3, 9))
        lay_out(hour(first + 3, 10))
        send(hour(first + 3, 10, 5))

        nudge.refresh_from_db()
        assert nudge.state != State.SENT

    def test_is_asked_for_again_when_the_visit_is_cancelled_after_that_hour(
        self, nudge, recovery, lay_out, send, thea, hour, day
    ):
        visit = self.book(nudge, recovery, on=day(8), by=thea, now=hour(0, 8))
        lay_out(hour(0, 8))
        first = (nudge.local_on - day(0)).days

        follow_ups.cancel_visit(visit=visit, by=thea, now=hour(first + 1, 10))
        for number in range(first + 1, first + 15):
            lay_out(hour(number, 18))
            send(hour(number, 18))

        asked = Reminder.objects.filter(kind=Kind.X_RAY_BOOK, subject=nudge.subject)
        assert asked.filter(state=State.SENT).count() == 1


class Counting(EmailChannel):
    """Knows how many mails it was given."""

    given = 0

    def hand_over(self, key: int, address: str, packed: bytes) -> None:
        self.given += 1
        super().hand_over(key, address, packed)


class TestALeaseThatRunsOutWhileItsSenderIsAtWork:
    def test_is_not_taken_anew_by_the_same_sender(self, exercise, lay_out, post, hour):
        """A clock that jumps: to the sender it is two minutes later once it has handed a mail over."""
        lay_out(hour(0, 7))
        channel = Counting()

        tally = send_due(
            channel=channel, now_fn=lambda: hour(0, 9) + timedelta(minutes=2 if channel.given else 0)
        )

        assert (tally.sent, channel.given, len(post.mails)) == (1, 1, 1)
