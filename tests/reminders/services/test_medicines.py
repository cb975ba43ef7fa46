"""What stands on the list is reminded of at its hours, once, and the mail gives nothing away."""

from datetime import time, timedelta

import pytest

from recovery.services import medicines
from reminders.models import Kind, Message, Reminder
from reminders.services.claim import claim
from reminders.services.preferences import Choice, change_preferences
from tests.recoveries import add_medicine, assign
from tests.reminders.services.test_email import HEALTH

pytestmark = pytest.mark.django_db
State = Reminder.State
LATER = "451 later"


def rows(**filters):
    return Reminder.objects.filter(kind__in=(Kind.MEDICINE, Kind.BONE_HEALTH), **filters).order_by(
        "due_at", "pk"
    )


def words_of(mail) -> str:
    return mail.get_body(("plain",)).get_content().replace("Bonestep", "").replace("\xa0", " ")


@pytest.fixture
def add(recovery, pat, hour):
    """Return a function that puts something on Pat's list at 5 am of day 0."""

    def give(*at, **more):
        return add_medicine(recovery, *at, by=pat, now=hour(0, 5), **more)

    return give


@pytest.fixture
def wish(record, pat):
    """Return a function that keeps what Pat wishes."""

    def keep(now, **changes):
        usual = {
            "exercise_hours": (time(9),), "log_at": time(18), "visit_at": time(9), "kinds_off": frozenset(), "hide_details": True
        }  # fmt: skip
        return change_preferences(patient=record, choice=Choice(**(usual | changes)), by=pat, now=now)

    return keep


@pytest.fixture
def change(pat):
    """Return a function that changes the hours of something on the list."""

    def move(row, *at, now):
        return medicines.change_medicine(
            medicine=row, label=row.label, every_days=row.every_days, times=at, starts_on=row.starts_on, by=pat, now=now
        )  # fmt: skip

    return move


class TestWhatIsOnTheList:
    def test_is_reminded_of_at_each_hour_once(self, add, lay_out, send, post, hour):
        add(time(8), time(20))
        lay_out(hour(0, 7))

        sent = [send(hour(0, hours)).sent for hours in (7, 8, 9, 18, 20)]

        assert sent == [0, 1, 0, 1, 1]
        subjects = [mail["Subject"].replace("\xa0", " ") for mail in post.mails]
        assert (subjects[0], subjects[2]) == ("Your reminder for 8:00 am", "Your reminder for 8:00 pm")

    def test_has_a_kind_of_mail_each(self, add, lay_out, hour, day):
        for kind in ("medicine", "supplement", "bone_health"):
            add(kind=kind)
        lay_out(hour(0, 7))

        found = sorted(row.kind for row in rows(local_on=day(0)))
        assert found == [Kind.BONE_HEALTH, Kind.MEDICINE, Kind.MEDICINE]

    def test_is_sent_before_8_where_the_medicine_has_such_an_hour(self, add, lay_out, send, hour):
        add(time(6, 30))
        lay_out(hour(0, 6))

        assert send(hour(0, 6, 30)).sent == 1

    def test_does_not_wait_for_what_it_was_claimed_with(self, add, lay_out, send, post, hour, recovery, thea):
        """The senders were away since yesterday; what else has waited must not enter the quiet hours."""
        add(time(6, 30))
        lay_out(hour(0, 6))
        nudge = Reminder.objects.filter(kind=Kind.X_RAY_BOOK).earliest("due_at")
        Reminder.objects.filter(due_at__lt=nudge.due_at).update(state=State.CANCELLED)
        at = nudge.due_at + (hour(1, 6, 30) - hour(0, 18))
        lay_out(at)

        assert send(at).sent == 1

        nudge.refresh_from_db()
        assert (nudge.state, nudge.message) == (State.SCHEDULED, None)
        assert send(at + (hour(0, 8) - hour(0, 6, 30))).sent == 1
        nudge.refresh_from_db()
        assert nudge.state == State.SENT
        assert len({mail["Message-ID"] for mail in post.mails}) == len(post.mails)

    def test_does_not_wait_either_when_a_sender_died_with_both_in_hand(self, add, lay_out, send, hour):
        add(time(6, 30))
        lay_out(hour(0, 6))
        nudge = Reminder.objects.filter(kind=Kind.X_RAY_BOOK).earliest("due_at")
        Reminder.objects.filter(due_at__lt=nudge.due_at).update(state=State.CANCELLED)
        at = nudge.due_at + (hour(1, 6, 30) - hour(0, 18))
        lay_out(at)
        taken = claim(now=at, chunk=4, channel="email").reminders
        assert {row.kind for row in taken} >= {Kind.MEDICINE, Kind.X_RAY_BOOK}

        assert send(at + timedelta(minutes=2)).sent == 1

        nudge.refresh_from_db()
        assert nudge.state == State.SCHEDULED

    def test_comes_through_a_pause_and_ends_with_its_kind(self, add, lay_out, send, wish, hour, day):
        add(time(8))
        wish(hour(0, 6), paused_until_on=day(5))
        lay_out(hour(0, 7))
        assert send(hour(0, 8)).sent == 1

        wish(hour(0, 9), kinds_off=frozenset({"medicine"}))
        lay_out(hour(0, 9))

        assert send(hour(1, 8)).sent == 0
        assert {row.reason for row in rows(state=State.CANCELLED)} == {"kind_off"}

    def test_is_too_late_after_four_hours(self, add, lay_out, send, hour, day):
        add(time(8))
        lay_out(hour(0, 7))

        assert send(hour(0, 12)).expired == 1
        assert rows(local_on=day(0)).get().state == State.EXPIRED

    def test_that_comes_seldom_is_told_of_the_next_morning_with_its_day(
        self, add, lay_out, send, post, hour, day
    ):
        add(time(20, 30), kind="bone_health", every_days=182)
        lay_out(hour(0, 7))

        send(hour(1, 8))

        assert f"{day(0):%A}".strip() in words_of(post.mails[-1])
        assert "8:30 pm" in words_of(post.mails[-1])


class TestStopping:
    def test_cancels_what_has_not_gone_out_and_putting_back_brings_it(self, add, lay_out, send, pat, hour):
        row = add(time(8))
        lay_out(hour(0, 7))
        medicines.stop_medicine(medicine=row, by=pat, now=hour(0, 7, 30))
        lay_out(hour(0, 7, 31))
        assert {(one.state, one.reason) for one in rows()} == {(State.CANCELLED, "off_the_list")}

        medicines.resume_medicine(medicine=row, by=pat, now=hour(0, 7, 40))
        lay_out(hour(0, 7, 41))

        assert send(hour(0, 8)).sent == 1

    def test_is_seen_by_the_sender_without_a_sweep(self, add, lay_out, send, post, pat, hour):
        row = add(time(8))
        lay_out(hour(0, 7))
        medicines.stop_medicine(medicine=row, by=pat, now=hour(0, 7, 59))

        assert send(hour(0, 8)).untrue == 1
        assert not post.mails

    def test_by_mistake_at_the_hour_itself_and_undone_loses_nothing(self, add, lay_out, send, pat, hour):
        row = add(time(8))
        lay_out(hour(0, 7))
        medicines.stop_medicine(medicine=row, by=pat, now=hour(0, 7, 59))
        lay_out(hour(0, 7, 59))
        medicines.resume_medicine(medicine=row, by=pat, now=hour(0, 8, 1))
        lay_out(hour(0, 8, 1))

        assert send(hour(0, 8, 2)).sent == 1

    def test_for_long_and_put_back_later_that_day_does_not_send_for_hours_that_passed(
        self, add, lay_out, send, pat, hour
    ):
        row = add(time(8), time(20))
        medicines.stop_medicine(medicine=row, by=pat, now=hour(0, 6))
        lay_out(hour(0, 7))
        medicines.resume_medicine(medicine=row, by=pat, now=hour(0, 11))
        lay_out(hour(0, 11))

        assert [send(hour(0, hours)).sent for hours in (11, 20)] == [0, 1]

    def test_after_the_mail_and_putting_back_sends_it_no_second_time(self, add, lay_out, send, pat, hour):
        row = add(time(8))
        lay_out(hour(0, 7))
        assert send(hour(0, 8)).sent == 1

        medicines.stop_medicine(medicine=row, by=pat, now=hour(0, 8, 1))
        lay_out(hour(0, 8, 1))
        medicines.resume_medicine(medicine=row, by=pat, now=hour(0, 8, 2))
        lay_out(hour(0, 8, 2))

        assert send(hour(0, 8, 3)).sent == 0


class TestMovingAnHour:
    def test_moves_the_mail_that_has_not_gone_out(self, add, change, lay_out, send, hour):
        row = add(time(8))
        lay_out(hour(0, 7))
        change(row, time(9), now=hour(0, 7, 30))
        lay_out(hour(0, 7, 31))

        assert [send(hour(0, hours)).sent for hours in (8, 9)] == [0, 1]

    def test_after_the_mail_sends_no_second_one_that_day(self, add, change, lay_out, send, hour):
        row = add(time(8))
        lay_out(hour(0, 7))
        assert send(hour(0, 8)).sent == 1

        change(row, time(9), now=hour(0, 8, 30))
        lay_out(hour(0, 8, 31))

        assert send(hour(0, 9)).sent == 0
        assert [send(hour(1, hours)).sent for hours in (8, 9)] == [0, 1]

    def test_away_after_the_mail_leaves_the_other_of_that_day(self, add, change, lay_out, send, hour):
        row = add(time(8), time(20))
        lay_out(hour(0, 7))
        assert send(hour(0, 8)).sent == 1

        change(row, time(20), now=hour(0, 10))
        lay_out(hour(0, 10))

        assert send(hour(0, 20)).sent == 1

    def test_added_after_the_mail_is_one_of_its_own(self, add, change, lay_out, send, hour):
        row = add(time(8))
        lay_out(hour(0, 7))
        send(hour(0, 8))

        change(row, time(8), time(14), now=hour(0, 10))
        lay_out(hour(0, 10))

        assert send(hour(0, 14)).sent == 1

    def test_while_the_mail_waits_between_two_tries_sends_it_at_the_new_hour(
        self, add, change, lay_out, send, post, hour
    ):
        row = add(time(8))
        lay_out(hour(0, 7))
        post.data_answers = [LATER]
        assert send(hour(0, 8)).retried == 1

        change(row, time(10), now=hour(0, 8, 1))
        lay_out(hour(0, 8, 1))

        assert [send(hour(0, *at)).sent for at in ((8, 5), (9, 59), (10, 0))] == [0, 0, 1]
        assert Message.objects.filter(state=Message.State.SENT).count() == 1


class TestAnotherWish:
    def test_while_the_mail_waits_between_two_tries_does_not_lose_it(
        self, add, wish, lay_out, send, post, hour
    ):
        add(time(8))
        lay_out(hour(0, 7))
        post.data_answers = [LATER]
        send(hour(0, 8))

        wish(hour(0, 8, 1), log_at=time(19))
        lay_out(hour(0, 8, 1))

        assert send(hour(0, 8, 5)).sent == 1


class TestTheMail:
    def test_without_details_names_no_item_and_nothing_of_health(self, add, lay_out, send, post, hour):
        add(label="Vitamin D for my bones", kind="supplement")
        add(label="Denosumab", kind="bone_health")
        lay_out(hour(0, 7))

        assert send(hour(0, 8)).sent == 1
        [mail] = post.mails
        whole = mail.as_string()
        assert "Vitamin" not in whole
        assert "Denosumab" not in whole
        assert "medicine" not in whole.lower().replace("n-medicine", "")
        assert not HEALTH.search(words_of(mail))
        assert "Something on your list is for 8:00 am." in words_of(mail)
        assert "/reminders/list/" in words_of(mail)

    def test_says_once_what_sounds_alike(self, add, lay_out, send, post, hour):
        for label in ("One", "Two", "Three"):
            add(label=label)
        lay_out(hour(0, 7))

        send(hour(0, 8))

        assert words_of(post.mails[0]).count("Something on your list") == 1

    def test_with_details_names_each_and_carries_the_notice_once(self, add, wish, lay_out, send, post, hour):
        add(label="Blue <b>tablet</b>")
        add(label="Vitamin D", kind="supplement")
        wish(hour(0, 5), hide_details=False)
        lay_out(hour(0, 7))

        send(hour(0, 8))

        [mail] = post.mails
        text, html = words_of(mail), mail.get_body(("html",)).get_content()
        assert "On your list for 8:00 am: Blue <b>tablet</b>." in text
        assert "On your list for 8:00 am: Vitamin D." in text
        assert (
            text.count("A reminder is not a prescription.")
            == html.count("A reminder is not a prescription.")
            == 1
        )
        assert "<strong>Blue &lt;b&gt;tablet&lt;/b&gt;</strong>" in html

    def test_with_details_keeps_them_out_of_subject_and_preview(self, add, wish, lay_out, send, post, hour):
        add(label="Blue tablet")
        wish(hour(0, 5), hide_details=False)
        lay_out(hour(0, 7))

        send(hour(0, 8))

        html = post.mails[0].get_body(("html",)).get_content()
        preview = html.partition("display:none")[2].partition("</div>")[0]
        assert "Something on your list is for" in preview
        assert "Blue" not in preview + str(post.mails[0]["Subject"])

    def test_names_the_hour_on_the_list_where_longer_quiet_hours_moved_it(
        self, add, wish, lay_out, send, post, hour
    ):
        add(time(20))
        wish(hour(0, 5), quiet_from=time(19))
        lay_out(hour(0, 7))

        assert send(hour(0, 18)).sent == 1
        assert "Something on your list is for 8:00 pm." in words_of(post.mails[0])

    def test_leads_to_the_list(self, pat, recovery, browser_of):
        page = browser_of(pat).get("/reminders/list/", follow=True)

        assert page.redirect_chain == [("/medicines/", 302)]
        assert page.status_code == 200

    def test_goes_together_with_what_else_is_due_that_hour(
        self, add, lay_out, send, post, hour, recovery, thea
    ):
        add(time(9))
        assign(recovery, by=thea, now=hour(0, 6))
        lay_out(hour(0, 7))

        assert send(hour(0, 9)).sent == 1
        assert "Something on your list is for 9:00 am." in words_of(post.mails[0])
        assert "Your plan for today is ready." in words_of(post.mails[0])
