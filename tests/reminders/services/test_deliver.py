"""What is due and still true goes out once; against a real mail server that misbehaves on demand."""

from datetime import time, timedelta
from uuid import uuid4

import pytest

from accounts import clock
from config.env import MailServer
from recovery.services import alerts, close, exercises, follow_ups
from reminders import queries
from reminders.models import Kind, Message, Reminder, Suppression
from reminders.services.claim import claim
from reminders.services.deliver import send_due
from reminders.services.email import EmailChannel
from reminders.services.preferences import Choice, change_preferences
from reminders.services.sync import sync
from tests.recoveries import ANKLE_CAST, assign, make_recovery

pytestmark = pytest.mark.django_db
State = Reminder.State
EMERGENCY = "rf-compartment"


def rows(**filters):
    return Reminder.objects.filter(**filters).order_by("due_at", "pk")


@pytest.fixture
def exercise(recovery, thea, hour):
    """Assign an exercise, one set a day, reminded of at 9."""
    [one] = assign(recovery, by=thea, now=hour(0, 6), times_per_day=1)
    return one


@pytest.fixture
def visit(recovery, thea, hour, day):
    """Book a visit on day 1 at 10:40."""
    return follow_ups.book_visit(
        recovery=recovery, kind="therapy", on=day(1), at=time(10, 40), by=thea, now=hour(0, 6)
    )


class TestSendDue:
    def test_sends_what_is_due_once(self, exercise, lay_out, send, post, hour):
        lay_out(hour(0, 7))

        assert send(hour(0, 8, 59)).sent == 0
        assert send(hour(0, 9)).sent == 1
        assert send(hour(0, 9, 1)).sent == 0
        assert send(hour(0, 12)).sent == 0
        assert post.recipients == ["pat@demo.example"]
        assert rows(state=State.SENT).get().message.sent_at == hour(0, 9)

    def test_makes_one_message_of_what_falls_into_the_same_hour(
        self, exercise, visit, lay_out, send, post, hour
    ):
        lay_out(hour(0, 7))

        assert send(hour(0, 9)).sent == 1

        assert {row.kind for row in rows(state=State.SENT)} == {Kind.EXERCISES, Kind.VISIT}
        assert rows(state=State.SENT).values("message").distinct().count() == 1
        text = post.mails[0].get_body(("plain",)).get_content()
        assert "Your plan for today" in text
        assert "10:40" in text

    def test_asks_two_recoveries_for_the_log_in_one_message(
        self, recovery, record, thea, lay_out, send, post, hour, day
    ):
        other = make_recovery(record, by=thea, now=hour(0, 6), kind=ANKLE_CAST)
        lay_out(hour(0, 7))
        sync(recovery_id=other.pk, now=hour(0, 7))

        assert send(hour(0, 18)).sent == 1
        assert rows(state=State.SENT, kind=Kind.LOG).count() == 2
        assert str(post.mails[0]["Subject"]) == "How was your day?"

    def test_does_not_send_what_was_done_without_a_new_lay_out(
        self, exercise, lay_out, send, post, pat, hour, day
    ):
        lay_out(hour(0, 7))
        exercises.do_set(
            assignment=exercise,
            set_id=uuid4(),
            day=day(0),
            done_at=hour(0, 8),
            time_zone="Europe/Madrid",
            by=pat,
            now=hour(0, 8),
        )

        tally = send(hour(0, 9))

        assert (tally.sent, tally.untrue, tally.dropped) == (0, 1, 1)
        assert not post.mails
        row = rows(local_on=day(0), kind=Kind.EXERCISES).get()
        assert (row.state, row.reason) == (State.SKIPPED, "already_done")

    def test_does_not_send_for_a_cancelled_visit(self, visit, lay_out, send, post, thea, hour):
        lay_out(hour(0, 7))
        follow_ups.cancel_visit(visit=visit, by=thea, now=hour(0, 8))

        send(hour(0, 9))

        assert rows(kind=Kind.VISIT, state=State.SKIPPED).get().reason == "visit_changed"
        assert not post.mails

    def test_does_not_send_the_old_date_of_a_moved_visit(self, visit, lay_out, send, post, thea, hour, day):
        lay_out(hour(0, 7))
        follow_ups.move_visit(visit=visit, on=day(3), at=time(10, 40), by=thea, now=hour(0, 8))

        send(hour(0, 9))
        lay_out(hour(0, 9, 1))
        send(hour(2, 9))

        assert len(post.mails) == 1
        assert rows(state=State.SENT, kind=Kind.VISIT).get().slot == "d1"

    def test_sends_nothing_of_a_closed_recovery(self, recovery, exercise, lay_out, send, post, thea, hour):
        lay_out(hour(0, 7))
        close.close_recovery(recovery=recovery, reason="died", by=thea, now=hour(0, 8))

        send(hour(0, 9))

        assert not post.mails

    def test_records_what_is_too_late_and_never_sends_it(self, exercise, lay_out, send, post, hour, day):
        lay_out(hour(0, 7))

        tally = send(hour(1, 8, 30))

        assert tally.expired == 2
        assert not post.mails
        assert {row.reason for row in rows(state=State.EXPIRED)} == {"too_late"}

    def test_holds_over_quiet_hours_what_is_still_true_in_the_morning(
        self, recovery, lay_out, send, post, thea, hour, day
    ):
        follow_ups.book_visit(
            recovery=recovery, kind="therapy", on=day(7), at=time(10), by=thea, now=hour(0, 6)
        )
        lay_out(hour(0, 7))
        rows().exclude(slot="d7").delete()

        assert send(hour(0, 22)).held == 1
        assert not post.mails
        assert not Message.objects.exists(), "it can still join what is due in the morning"
        assert send(hour(1, 7, 59)).sent == 0
        assert send(hour(1, 8)).sent == 1

    def test_goes_on_after_a_message_that_cannot_be_written(
        self, exercise, lay_out, send, post, hour, tmp_path, settings
    ):
        lay_out(hour(0, 7))
        broken = tmp_path / "reminders" / "email" / "exercises"
        broken.mkdir(parents=True)
        (broken / "subject.txt").write_text("{% no_such_tag %}")
        templates = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
        settings.TEMPLATES = templates

        assert send(hour(0, 9)).failed == 1
        assert Message.objects.get().error_code == "render_error"

        assert send(hour(0, 18)).sent == 1


class TestRefusals:
    def test_a_451_is_tried_again_under_the_same_message_id(self, exercise, lay_out, send, post, hour):
        lay_out(hour(0, 7))
        post.data_answers = ["451 later"]

        assert send(hour(0, 9)).retried == 1
        message = Message.objects.get()
        assert (message.state, message.error_code, message.attempts) == ("retry", "smtp_451", 1)
        first_id = message.message_id
        assert send(hour(0, 9)).sent == 0, "it waits before it tries again"

        assert send(hour(0, 9, 1)).sent == 1
        assert post.mails[0]["Message-ID"] == first_id

    def test_gives_up_after_a_limit_and_says_so(self, exercise, record, lay_out, send, post, hour):
        lay_out(hour(0, 7))
        post.data_answers = ["451 later"] * 20
        for attempt in range(12):
            tally = send(hour(0, 9) + timedelta(minutes=20 * attempt))

        assert tally.failed == 1
        assert rows(state=State.FAILED).count() == 1
        found = queries.receipts(record, now=hour(0, 14))
        assert found[0].words == "Could not reach"

    def test_a_550_suppresses_the_address_for_good(self, exercise, lay_out, send, post, hour):
        lay_out(hour(0, 7))
        post.rcpt_answers["pat@demo.example"] = ["550 no such user"]

        assert send(hour(0, 9)).suppressed == 1
        assert Suppression.objects.get().reason == "smtp_550"
        assert send(hour(0, 18)).suppressed == 1
        assert not post.mails

    def test_a_550_of_policy_says_nothing_about_the_address(self, exercise, lay_out, send, post, hour):
        lay_out(hour(0, 7))
        post.rcpt_answers["pat@demo.example"] = ["550 5.7.1 relaying denied"]

        assert send(hour(0, 9)).retried == 1
        assert not Suppression.objects.exists()

    def test_a_refused_address_does_not_stop_the_next_one(
        self, recovery, cast, lay_out, send, post, thea, hour
    ):
        lay_out(hour(0, 7))
        alerts.tick_warnings(
            recovery=recovery, flag_ids=[EMERGENCY], source="help", day=clock.local_day(hour(0, 7), "Europe/Madrid"),
            by=cast.pat, now=hour(0, 7),
        )  # fmt: skip
        lay_out(hour(0, 7, 1))
        post.rcpt_answers["thea@demo.example"] = ["550 no such user"]

        tally = send(hour(0, 7, 1))

        assert (tally.suppressed, tally.sent) == (1, 1)
        assert post.recipients == ["max@demo.example"]

    @pytest.mark.parametrize("where", ["rcpt", "data"])
    def test_a_dropped_connection_is_opened_again(self, exercise, lay_out, send, post, hour, where):
        lay_out(hour(0, 7))
        if where == "rcpt":
            post.rcpt_answers["pat@demo.example"] = ["drop"]
        else:
            post.data_answers = ["drop"]

        assert send(hour(0, 9)).retried == 1
        assert send(hour(0, 9, 1)).sent == 1
        assert len(post.mails) == 1

    def test_a_cut_before_the_250_repeats_at_most_once_under_the_same_message_id(
        self, exercise, lay_out, send, post, hour
    ):
        lay_out(hour(0, 7))
        post.drops_after_data = 1

        send(hour(0, 9))
        send(hour(0, 9, 1))

        assert len({mail["Message-ID"] for mail in post.mails}) == 1
        assert len(post.mails) == 2

    def test_a_server_that_is_away_costs_no_attempts_and_the_mail_goes_out_when_it_is_back(
        self, exercise, lay_out, send, post, hour, settings
    ):
        lay_out(hour(0, 7))
        server = settings.MAIL_SERVER
        settings.MAIL_SERVER = MailServer("127.0.0.1", 9)
        for minute in range(0, 60, 3):
            assert send(hour(0, 9, minute)).sent == 0

        settings.MAIL_SERVER = server
        assert send(hour(0, 10)).sent == 1


class TestClaims:
    def test_of_a_sender_that_died_are_sent_by_the_next_after_the_lease(
        self, exercise, lay_out, send, post, hour
    ):
        lay_out(hour(0, 7))
        [left] = claim(now=hour(0, 9), chunk=4, channel="email").messages

        assert send(hour(0, 9) + timedelta(seconds=59)).sent == 0
        assert send(hour(0, 9) + timedelta(seconds=61)).sent == 1
        assert post.mails[0]["Message-ID"] == left.message_id

    def test_that_ran_out_hand_nothing_over(self, exercise, lay_out, post, hour):
        lay_out(hour(0, 7))
        clock_now = [hour(0, 9)]

        class Late(EmailChannel):
            def compose(self, letter):
                clock_now.append(hour(0, 9, 2))
                return super().compose(letter)

        tally = send_due(channel=Late(), now_fn=lambda: clock_now[-1], limit=1)

        assert tally.fenced == 1
        assert not post.mails

    def test_taken_over_in_the_meantime_mark_nothing(self, exercise, lay_out, post, hour):
        lay_out(hour(0, 7))
        other = uuid4()

        class Slow(EmailChannel):
            def hand_over(self, key, address, packed):
                Message.objects.update(claim=other)
                super().hand_over(key, address, packed)

        tally = send_due(channel=Slow(), now_fn=lambda: hour(0, 9), limit=1)

        assert (tally.sent, tally.fenced) == (0, 1)
        assert Message.objects.get().claim == other
        assert rows(state=State.SENT).count() == 0

    def test_never_take_the_same_row_twice(self, exercise, lay_out, hour):
        lay_out(hour(0, 7))

        first = claim(now=hour(0, 9), chunk=4, channel="email")
        second = claim(now=hour(0, 9), chunk=4, channel="email")

        assert len(first.messages) == 1
        assert second.is_empty

    def test_given_back_to_the_plan_get_another_message_id(
        self, visit, lay_out, send, post, hour, pat, record
    ):
        lay_out(hour(0, 7))
        claim(now=hour(0, 9), chunk=4, channel="email")
        before = Message.objects.get().message_id
        change_preferences(
            patient=record,
            choice=Choice(
                exercise_hours=(time(9),),
                log_at=time(18),
                visit_at=time(15),
                kinds_off=frozenset(),
                hide_details=True,
            ),
            by=pat,
            now=hour(0, 9),
        )

        assert send(hour(0, 9, 2)).untrue == 1
        assert send(hour(0, 15)).sent == 1
        assert post.mails[0]["Message-ID"] != before


class TestStaffAlert:
    def test_reaches_the_current_care_team_at_once_at_night(
        self, recovery, cast, lay_out, send, post, hour, day
    ):
        alerts.tick_warnings(
            recovery=recovery,
            flag_ids=[EMERGENCY],
            source="help",
            day=day(0),
            by=cast.pat,
            now=hour(0, 6, 30),
        )
        lay_out(hour(0, 6, 30))

        assert send(hour(0, 6, 30)).sent == 2
        assert sorted(post.recipients) == ["max@demo.example", "thea@demo.example"]
        assert "List-Unsubscribe" not in post.mails[0]
        assert str(recovery.patient.public_id) in post.mails[0].get_body(("plain",)).get_content()
        assert "Pat" not in post.mails[0].as_string()

    def test_refused_for_now_is_tried_until_it_is_taken(self, recovery, cast, lay_out, send, post, hour, day):
        alerts.tick_warnings(
            recovery=recovery, flag_ids=[EMERGENCY], source="help", day=day(0), by=cast.pat, now=hour(0, 7)
        )
        lay_out(hour(0, 7))
        post.data_answers = ["451 later"] * 40
        for attempt in range(20):
            assert send(hour(0, 7) + timedelta(minutes=20 * attempt)).failed == 0

        assert send(hour(0, 14)).sent == 2

    def test_is_not_sent_once_somebody_has_acknowledged_it(
        self, recovery, cast, lay_out, send, post, hour, day
    ):
        [alert] = alerts.tick_warnings(
            recovery=recovery, flag_ids=[EMERGENCY], source="help", day=day(0), by=cast.pat, now=hour(0, 7)
        )
        lay_out(hour(0, 7))
        alerts.acknowledge(alert=alert, by=cast.thea, now=hour(0, 7, 1))

        send(hour(0, 7, 1))

        assert not post.mails
        assert {row.reason for row in rows(kind=Kind.STAFF_ALERT)} == {"already_seen"}
