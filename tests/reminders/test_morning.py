"""Each member of staff chooses whether and when the morning list comes."""

from datetime import time

import pytest

from accounts import clock
from accounts.models import AuditEvent
from reminders.models import Kind, Reminder, StaffPreference, Suppression
from reminders.services.digest import change_digest, lay_out_digests
from tests.recoveries import make_fracture

pytestmark = pytest.mark.django_db
URL, TRY_AGAIN = "/reminders/morning/", "/reminders/morning/try-again/"
THEA = "thea@demo.example"
STAFF_ONLY = {
    "pat": 404, "otto": 404, "thea": 200, "olga": 200, "max": 200, "cleo": 200, "finn": 200, "visitor": 302
}  # fmt: skip


@pytest.fixture
def waiting(record, thea, hour):
    """Have Pat wait for a plan, so that there is something to list."""
    return make_fracture(record, by=thea, now=hour(0, 5))


@pytest.fixture
def mails_at(send, post):
    """Return a function that lays the lists out, sends what is due, and says how many Thea has got so far."""

    def at(instant) -> int:
        lay_out_digests(now=instant)
        send(instant)
        return post.recipients.count(THEA)

    return at


class TestThePage:
    def test_is_for_staff(self, cast, browser_of):
        found = {name: browser_of(one).get(URL).status_code for name, one in cast.people().items()}

        assert found == STAFF_ONLY
        assert {name: browser_of(one).post(URL, {"digest_at": "07:30"}).status_code for name, one in cast.people().items()} == {
            name: 302 if status == 200 else status for name, status in STAFF_ONLY.items()
        }  # fmt: skip

    def test_is_one_tap_from_the_menu_of_staff_and_of_nobody_else(self, cast, browser_of):
        linked = {
            name: f'href="{URL}"' in browser_of(one).get("/me/").content.decode()
            for name, one in cast.people().items()
            if one is not None
        }

        assert linked == {name: status == 200 for name, status in STAFF_ONLY.items() if name != "visitor"}

    def test_begins_switched_on_at_half_past_seven(self, thea, browser_of):
        page = browser_of(thea).get(URL).content.decode()

        assert f"We write to <strong>{THEA}</strong>." in page
        assert page.count("checked") == 1
        assert '<option value="07:30" selected>' in page

    def test_keeps_what_is_chosen_and_shows_it_again(self, cast, thea, browser_of):
        browser = browser_of(thea)

        page = browser.post(URL, {"digest_at": "09:00"}, follow=True).content.decode()

        assert "Saved." in page
        assert "checked" not in page
        assert '<option value="09:00" selected>' in page
        kept = StaffPreference.objects.get()
        assert (kept.user, kept.wants_digest, kept.digest_at) == (thea, False, time(9))
        assert AuditEvent.objects.get(action="reminders.digest_changed").actor_id == thea.public_id

    @pytest.mark.parametrize("hour", ["", "04:30", "11:30", "07:31", "25:00", "x"])
    def test_refuses_an_hour_that_is_not_on_the_list(self, thea, browser_of, hour):
        answer = browser_of(thea).post(URL, {"digest_at": hour, "wants_digest": "on"})

        assert answer.status_code == 422
        assert not StaffPreference.objects.exists()

    def test_costs_few_queries(self, thea, browser_of, django_assert_max_num_queries):
        browser = browser_of(thea)

        with django_assert_max_num_queries(6):
            browser.get(URL)


class TestTheList:
    def test_comes_at_the_hour_that_was_chosen(self, waiting, thea, browser_of, mails_at, post, hour):
        browser_of(thea).post(URL, {"digest_at": "09:00", "wants_digest": "on"})

        assert mails_at(hour(0, 6)) == 0
        assert mails_at(hour(0, 8, 59)) == 0
        assert mails_at(hour(0, 9)) == 1
        assert "Pat" not in post.mails[-1].as_string()

    def test_comes_at_the_new_hour_when_it_was_laid_out_for_another(self, waiting, thea, mails_at, hour):
        assert mails_at(hour(0, 6)) == 0
        change_digest(by=thea, wants_digest=True, digest_at=time(10), now=hour(0, 7))

        assert mails_at(hour(0, 7, 30)) == 0
        assert mails_at(hour(0, 10)) == 1

    def test_comes_once_a_day_though_the_hour_was_moved_after_it(self, waiting, thea, mails_at, hour):
        mails_at(hour(0, 6))
        assert mails_at(hour(0, 7, 30)) == 1
        change_digest(by=thea, wants_digest=True, digest_at=time(10), now=hour(0, 8))

        assert mails_at(hour(0, 8, 30)) == 1
        assert mails_at(hour(0, 10)) == 1
        assert mails_at(hour(0, 11)) == 1
        assert mails_at(hour(1, 10)) == 2

    def test_does_not_come_when_it_is_switched_off_and_to_others_all_the_same(
        self, waiting, thea, browser_of, mails_at, post, hour
    ):
        mails_at(hour(0, 6))
        browser_of(thea).post(URL, {"digest_at": "07:30"})

        assert mails_at(hour(0, 7, 30)) == 0
        assert mails_at(hour(0, 11)) == 0
        assert post.recipients == ["max@demo.example"]
        assert not Reminder.objects.filter(recipient_id=thea.public_id).exists()

    def test_comes_again_when_it_is_switched_on(self, waiting, thea, mails_at, hour):
        change_digest(by=thea, wants_digest=False, digest_at=time(7, 30), now=hour(0, 5))
        mails_at(hour(0, 6))
        change_digest(by=thea, wants_digest=True, digest_at=time(7, 30), now=hour(0, 7))
        mails_at(hour(0, 7, 1))

        assert mails_at(hour(0, 7, 30)) == 1

    def test_of_one_is_not_touched_by_anothers_choice(self, waiting, cast, hour):
        lay_out_digests(now=hour(0, 6))

        change_digest(by=cast.olga, wants_digest=False, digest_at=time(9), now=hour(0, 6, 30))

        left = Reminder.objects.filter(kind=Kind.STAFF_DIGEST).values_list("recipient_id", flat=True)
        assert set(left) == {cast.thea.public_id, cast.max.public_id}


class TestAnAddressThatDoesNotWork:
    def test_is_told_on_the_page_and_can_be_tried_again(
        self, waiting, thea, browser_of, mails_at, post, hour
    ):
        post.rcpt_answers[THEA] = ["550 no such user"]
        mails_at(hour(0, 6))
        assert mails_at(hour(0, 7, 30)) == 0

        browser = browser_of(thea)
        page = browser.get(URL).content.decode()
        assert "We cannot reach you by e-mail" in page
        assert "The mail server says this address does not exist." in page

        page = browser.post(TRY_AGAIN, follow=True).content.decode()
        assert "The next e-mails go to this address again." in page
        assert "We cannot reach you" not in page
        assert AuditEvent.objects.get(action="reminders.address_tried_again").actor_id == thea.public_id
        mails_at(hour(1, 6))
        assert mails_at(hour(1, 7, 30)) == 1

    def test_gets_no_list(self, waiting, thea, mails_at, hour):
        Suppression.objects.create(address=THEA, reason="bounced", suppressed_at=clock.now())
        mails_at(hour(0, 6))

        assert mails_at(hour(0, 7, 30)) == 0
        assert Reminder.objects.filter(recipient_id=thea.public_id, state="suppressed").count() == 1

    def test_is_tried_again_by_its_owner_only(self, cast, browser_of):
        Suppression.objects.create(address=THEA, reason="smtp_550", suppressed_at=clock.now())

        for one in (cast.olga, cast.max, cast.pat, None):
            browser_of(one).post(TRY_AGAIN)

        assert Suppression.objects.exists()
