from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clock
from recovery.models import SetDone
from recovery.services import exercises
from recovery.services.close import close_recovery
from tests.recoveries import assign

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(recovery, thea):
    """Assign Pat a move for two sets a day."""
    [one] = assign(recovery, by=thea)
    return one


@pytest.fixture
def address(assignment):
    """Return the page of Pat's exercise."""
    return f"/exercises/{assignment.public_id}/"


@pytest.fixture
def reads(pat_browser, address, text_of):
    """Read the page of Pat's exercise."""
    return lambda: text_of(pat_browser.get(address))


class TestWhoSeesAnExercise:
    def test_only_the_patient_does(self, statuses, address):
        assert statuses(address) == {
            "pat": 200,
            "otto": 404,
            "thea": 404,
            "olga": 404,
            "max": 404,
            "cleo": 404,
            "finn": 404,
            "visitor": 302,
        }

    @pytest.mark.parametrize("act", ["sets", "undo", "hurt"])
    def test_only_the_patient_counts_sets(self, browser_of, cast, address, act):
        data = {"set_id": str(uuid4()), "pain": "3"}

        for person in (cast.otto, cast.thea, cast.cleo):
            assert browser_of(person).post(f"{address}{act}/", data).status_code == 404
        assert browser_of(None).post(f"{address}{act}/", data).status_code == 302
        assert not SetDone.objects.exists()

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, address):
        stays_cheap(recovery, address)


class TestPage:
    def test_says_how_when_to_stop_and_what_load_is_allowed(self, reads):
        words = reads()

        assert "Make a fist 10 times, hold 3 seconds 1 set 2 times a day" in words
        assert "Open your fingers wide." in words
        assert "Stop if you get new numbness or tingling." in words
        assert "stop and call 112" in words
        assert "Do not lift, push or lean on this arm." in words
        assert "Sets done today: 0 of 2" in words

    def test_of_a_paused_one_offers_no_button(self, reads, assignment, thea):
        exercises.pause(assignment=assignment, by=thea, now=clock.now())

        assert "Paused by your care team" in reads()
        assert "Set done" not in reads()

    def test_of_an_ended_one_offers_no_button(self, reads, pat_record, assignment, thea, today):
        assignment.starts_on = today - timedelta(days=3)
        assignment.save()
        exercises.end(assignment=assignment, on=today - timedelta(days=1), by=thea, now=clock.now())

        assert "This exercise has ended" in reads()
        assert "Set done" not in reads()

    def test_of_a_closed_recovery_offers_no_button(self, reads, recovery, thea, assignment):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "This recovery is closed" in reads()
        assert "Set done" not in reads()


class TestSetDone:
    def test_counts_and_says_when_the_day_is_done(self, pat_browser, address, reads):
        for _set in range(2):
            form = pat_browser.get(address).context["form"]
            pat_browser.post(f"{address}sets/", {"set_id": str(form["set_id"].value())})

        assert "Done for today. Sets done today: 2 of 2" in reads()

    def test_pressed_twice_on_one_page_counts_once(self, pat_browser, address, reads):
        data = {"set_id": str(uuid4())}

        first = pat_browser.post(f"{address}sets/", data)
        pat_browser.post(f"{address}sets/", data)

        assert first.url == address
        assert "Sets done today: 1 of 2" in reads()

    @pytest.mark.parametrize("data", [{}, {"set_id": "1"}])
    def test_without_an_id_saves_nothing_and_says_so(self, pat_browser, address, text_of, data):
        answer = pat_browser.post(f"{address}sets/", data, follow=True)

        assert "This set was not saved." in text_of(answer)
        assert not SetDone.objects.exists()

    def test_of_a_paused_exercise_is_refused(self, pat_browser, address, assignment, thea, text_of):
        exercises.pause(assignment=assignment, by=thea, now=clock.now())

        answer = pat_browser.post(f"{address}sets/", {"set_id": str(uuid4())}, follow=True)

        assert "Your care team has stopped this exercise." in text_of(answer)
        assert not SetDone.objects.exists()

    def test_of_a_closed_recovery_is_refused(self, pat_browser, address, recovery, thea, text_of):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        answer = pat_browser.post(f"{address}sets/", {"set_id": str(uuid4())}, follow=True)

        assert "This recovery is closed. Nothing can be added to it." in text_of(answer)
        assert not SetDone.objects.exists()

    def test_cannot_be_done_by_a_link(self, pat_browser, address):
        assert pat_browser.get(f"{address}sets/").status_code == 405


class TestUndo:
    def test_takes_back_the_last_set_and_a_second_press_no_more(self, pat_browser, address, reads):
        for _set in range(2):
            pat_browser.post(f"{address}sets/", {"set_id": str(uuid4())})
        last = str(pat_browser.get(address).context["page"].last_set_id)

        for _press in range(2):
            pat_browser.post(f"{address}undo/", {"set_id": last})

        assert "Sets done today: 1 of 2" in reads()

    @pytest.mark.parametrize("set_id", ["", "x", "0b9c7f0e-0000-4000-8000-000000000000"])
    def test_of_no_set_is_404(self, pat_browser, address, set_id):
        assert pat_browser.post(f"{address}undo/", {"set_id": set_id}).status_code == 404


class TestItHurt:
    def test_keeps_how_much_and_where_with_the_set(self, pat_browser, address, text_of):
        data = {"set_id": str(uuid4()), "pain": "6", "where": "back of the hand"}

        answer = pat_browser.post(f"{address}hurt/", data, follow=True)

        row = SetDone.objects.get()
        assert (row.pain, row.where) == (6, "back of the hand")
        assert "Saved. Your care team can read it. Nobody watches in real time." in text_of(answer)

    @pytest.mark.parametrize("pain", ["", "11", "-1", "bad"])
    def test_needs_a_number_from_0_to_10_and_keeps_the_rest(self, pat_browser, address, text_of, pain):
        data = {"set_id": str(uuid4()), "pain": pain, "where": "thumb"}

        answer = pat_browser.post(f"{address}hurt/", data)

        assert "Choose a number for your pain, from 0 to 10." in text_of(answer)
        assert 'value="thumb"' in answer.content.decode()
        assert not SetDone.objects.exists()

    def test_is_a_page_of_its_own(self, pat_browser, address, text_of):
        assert "How much did it hurt?" in text_of(pat_browser.get(f"{address}hurt/"))
