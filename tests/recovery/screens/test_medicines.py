"""The patient's list of medicines, supplements and bone-health items."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from recovery.models import Medicine
from recovery.services import medicines
from recovery.services.close import close_recovery
from tests.recoveries import ANKLE_CAST, add_medicine, make_recovery
from tests.recovery.screens.conftest import PAGE_BUDGET

pytestmark = pytest.mark.django_db
URL, NEW = "/medicines/", "/medicines/new/"
PATIENTS_ONLY = {
    "pat": 200, "otto": 200, "thea": 404, "olga": 404, "max": 404, "cleo": 404, "finn": 404, "visitor": 302
}  # fmt: skip


@pytest.fixture
def vitamin(recovery, pat):
    """Put vitamin D on Pat's list, every day at 8."""
    return add_medicine(recovery, by=pat, kind="supplement", label="Vitamin D")


@pytest.fixture
def reads(pat_browser, text_of):
    """Read the list."""
    return lambda: text_of(pat_browser.get(URL))


@pytest.fixture
def typed(today):
    """Return what Pat types to add something."""

    def give(**changes):
        usual = {
            "medicine_id": str(uuid4()), "kind": "medicine", "label": "Blue tablet", "every_days": "1",
            "at_1": "08:00", "at_2": "", "at_3": "", "starts_on": today.isoformat(), "ends_on": "",
        }  # fmt: skip
        return usual | changes

    return give


class TestWhoSeesTheList:
    def test_only_the_patient_does(self, statuses, cast, vitamin):
        make_recovery(cast.otto_record, by=cast.thea, kind=ANKLE_CAST)

        assert statuses(URL) == PATIENTS_ONLY
        assert statuses(NEW) == PATIENTS_ONLY
        assert statuses(f"{URL}{vitamin.public_id}/") == PATIENTS_ONLY | {"otto": 404}

    @pytest.mark.parametrize("act", ["", "stop/", "resume/"])
    def test_only_the_patient_changes_it(self, browser_of, cast, vitamin, typed, act):
        address = f"{URL}{vitamin.public_id}/{act}"

        for person in (cast.otto, cast.thea, cast.cleo):
            assert browser_of(person).post(address, typed()).status_code == 404
        assert browser_of(None).post(address, typed()).status_code == 302
        row = Medicine.objects.get()
        assert (row.label, row.stopped_at) == ("Vitamin D", None)

    def test_costs_the_same_with_one_and_with_twenty(self, pat_browser, recovery, pat, vitamin):
        def count():
            with CaptureQueriesContext(connection) as queries:
                assert pat_browser.get(URL).status_code == 200
            return len(queries)

        few = count()
        for number in range(19):
            row = add_medicine(recovery, time(8), time(20), by=pat, label=f"Tablet {number}")
            if number % 3 == 0:
                medicines.stop_medicine(medicine=row, by=pat, now=clock.now())

        assert few == count() <= PAGE_BUDGET


class TestTheList:
    def test_says_in_plain_words_what_when_and_how_often(self, reads, recovery, pat, vitamin, today):
        first = today - timedelta(days=1)
        add_medicine(
            recovery, time(7), time(20, 30), by=pat, label="Blue tablet", every_days=28, starts_on=first
        )
        words = reads()

        assert "Vitamin D , every day at 8:00 am Vitamin or supplement" in words
        assert "Blue tablet , every 4 weeks at 7:00 am and 8:30 pm Medicine · Next:" in words

    def test_carries_the_fixed_notice(self, reads, recovery):
        assert "A reminder is not a prescription. Take medicines as your own team told you." in reads()

    def test_is_linked_from_today_and_from_the_reminders(self, pat_browser, recovery):
        for page in ("/today/", "/reminders/"):
            assert f'href="{URL}"' in pat_browser.get(page).content.decode()

    def test_asks_nothing_once_the_recovery_is_closed(self, pat_browser, reads, recovery, thea, vitamin):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "Nothing is asked of you here now" in reads()
        assert "Vitamin D" not in reads()
        assert pat_browser.get(NEW).status_code == 404

    def test_shows_what_is_over_apart(self, reads, recovery, pat, today):
        past = {"starts_on": today - timedelta(days=9), "ends_on": today - timedelta(days=1)}
        add_medicine(recovery, by=pat, label="Course of tablets", **past)

        assert "On your list Nothing yet. Over Course of tablets" in reads()


class TestAdding:
    def test_puts_it_on_the_list_and_a_second_press_adds_no_other(self, pat_browser, text_of, typed):
        sent = typed(label="Blue tablet", at_1="07:30", at_3="19:30", every_days="2")
        answers = [pat_browser.post(NEW, sent, follow=True) for _ in range(2)]

        assert "It is on your list." in text_of(answers[0])
        row = Medicine.objects.get()
        assert (row.kind, row.every_days, row.times()) == ("medicine", 2, (time(7, 30), time(19, 30)))

    @pytest.fixture(autouse=True)
    def _open(self, recovery):
        """Have a recovery to add to."""

    def test_offers_the_usual_intervals_and_native_fields_for_times(self, pat_browser, text_of):
        page = pat_browser.get(NEW)

        for words in ("Every day", "Every 2 days", "Every week", "Every 4 weeks", "Every 12 weeks", "Every 26 weeks",
                      "Every 52 weeks"):  # fmt: skip
            assert f">{words}</option>" in page.content.decode()
        assert page.content.decode().count('type="time"') == 3

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"label": ""}, "Write its name."),
            ({"kind": ""}, "Choose what it is."),
            ({"at_1": ""}, "Give a time."),
            ({"at_2": "x"}, "Give the time as hours and minutes, such as 8:00."),
            ({"at_2": "08:00"}, "The same time stands there twice."),
            ({"at_1": "21:30"}, "No e-mail goes out after 9 pm. Choose an earlier time."),
            ({"kind": "supplement", "at_1": "07:30"}, "Only a medicine can have a time before 8 am."),
            ({"ends_on": "2020-01-01"}, "The last day must not be before the first."),
            ({"starts_on": "2020-01-01"}, "Choose a first day within two years of today."),
        ],
    )
    def test_says_what_is_wrong_and_keeps_the_rest(self, pat_browser, text_of, typed, changes, words):
        page = pat_browser.post(NEW, typed(**{"label": "My tablet", **changes}))

        assert words in text_of(page)
        assert "__all__" not in page.context["form"].errors
        assert ("My tablet" in page.content.decode()) == ("label" not in changes)
        assert not Medicine.objects.exists()

    def test_asks_for_which_bone_where_there_are_several(self, pat_browser, text_of, typed, pat_record, thea):
        ankle = make_recovery(pat_record, by=thea, kind=ANKLE_CAST)
        assert "For which broken bone?" in text_of(pat_browser.get(NEW))

        assert "recovery" in pat_browser.post(NEW, typed()).context["form"].errors
        pat_browser.post(NEW, typed(recovery=str(ankle.public_id)))

        assert Medicine.objects.get().recovery == ankle


class TestChanging:
    def test_shows_what_is_known_and_saves_what_is_changed(self, pat_browser, text_of, vitamin, typed, reads):
        address = f"{URL}{vitamin.public_id}/"
        page = pat_browser.get(address)
        assert 'value="08:00"' in page.content.decode()
        assert "kind" not in page.context["form"].fields

        answer = pat_browser.post(address, typed(label="Vitamin D3", at_1="09:00"), follow=True)

        assert "Your list is saved." in text_of(answer)
        assert "Vitamin D3 , every day at 9:00 am" in reads()

    def test_keeps_an_interval_and_times_that_the_form_does_not_offer(
        self, pat_browser, recovery, pat, typed
    ):
        row = add_medicine(recovery, *[time(hour) for hour in (8, 11, 14, 17)], by=pat, every_days=30)

        form = pat_browser.get(f"{URL}{row.public_id}/").context["form"]

        assert form["every_days"].value() == 30
        assert [one.value() for one in form.time_fields()] == [time(8), time(11), time(14), time(17)]


class TestStopping:
    def test_takes_it_off_and_offers_to_put_it_back(self, pat_browser, text_of, vitamin, reads):
        answer = pat_browser.post(f"{URL}{vitamin.public_id}/stop/", follow=True)
        assert "It is off your list. You can put it back." in text_of(answer)
        assert "Off your list Vitamin D" in text_of(answer)

        pat_browser.post(f"{URL}{vitamin.public_id}/resume/")

        assert "Off your list" not in reads()
        assert Medicine.objects.get().stopped_at is None

    def test_cannot_be_done_by_a_link(self, pat_browser, vitamin):
        for act in ("stop", "resume"):
            assert pat_browser.get(f"{URL}{vitamin.public_id}/{act}/").status_code == 405
