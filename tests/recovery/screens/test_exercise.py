import re
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clock
from benchmarks.pages import first_visit
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

    def test_of_one_that_begins_later_offers_no_button(self, reads, assignment, today):
        assignment.starts_on = today + timedelta(days=1)
        assignment.save()

        assert "Not yet" in reads()
        assert "Set done" not in reads()

    def test_shows_where_the_exercise_starts_and_ends(self, pat_browser, address):
        html = pat_browser.get(address).content.decode()

        assert 'role="img" aria-labelledby="fig-ex-finger-fist-t"' in html
        assert "Picture 2: Close to a fist as far as you can." in html

    def test_weighs_little(self, pat_browser, address):
        weight = first_visit(pat_browser, address)

        assert weight.total <= 45_000
        assert weight.html <= 12_000
        assert weight.requests <= 6
        assert weight.queries <= 8

    def test_hides_what_only_a_script_can_do(self, pat_browser, address):
        html = pat_browser.get(address).content.decode()

        assert re.search(r"<p[^>]* data-script hidden><button[^>]*data-speak", html)


class TestCount:
    """Counting sets one by one, on a page to be read from an arm's length."""

    @pytest.fixture
    def counts(self, pat_browser, address, text_of):
        """Read the page that counts."""
        return lambda: text_of(pat_browser.get(f"{address}count/"))

    def test_says_which_set_how_often_and_how_long(self, counts):
        assert "Set 1 of 2 10 times Hold for 3 seconds." in counts()

    def test_comes_back_to_the_next_set(self, pat_browser, address, counts):
        answer = pat_browser.post(f"{address}sets/", {"set_id": str(uuid4()), "then": "count"})

        assert answer.url == f"{address}count/"
        assert "Set 2 of 2" in counts()
        assert "Take a rest if you like." in counts()

    def test_counts_a_set_that_was_sent_twice_once(self, pat_browser, address, counts):
        data = {"set_id": str(uuid4()), "then": "count"}

        for _press in range(2):
            pat_browser.post(f"{address}sets/", data)

        assert "Set 2 of 2" in counts()

    def test_ends_with_the_last_set(self, pat_browser, address, counts):
        for _set in range(2):
            pat_browser.post(f"{address}sets/", {"set_id": str(uuid4()), "then": "count"})

        assert "Done for today Sets done today: 2 of 2" in counts()
        assert "Set done" not in counts().replace("Sets done", "")

    def test_leads_on_to_the_next_exercise_with_sets_left(
        self, pat_browser, address, counts, recovery, thea, reads
    ):
        [other] = assign(recovery, "ex-thumb-touch", by=thea)
        assert "Next:" not in counts() + reads()

        for _set in range(2):
            pat_browser.post(f"{address}sets/", {"set_id": str(uuid4()), "then": "count"})

        assert "Next: Thumb touches" in counts()
        assert "Next: Thumb touches" in reads()
        page = pat_browser.get(f"{address}count/").content.decode()
        assert f"/exercises/{other.public_id}/count/" in page

    @pytest.mark.parametrize("end", ["", "count/"])
    def test_costs_no_more_than_a_page_may_once_all_is_done(
        self, stays_cheap, pat_browser, address, recovery, end
    ):
        for _set in range(2):
            pat_browser.post(f"{address}sets/", {"set_id": str(uuid4())})

        stays_cheap(recovery, f"{address}{end}")

    def test_takes_a_set_back_and_stays(self, pat_browser, address, counts):
        set_id = str(uuid4())
        pat_browser.post(f"{address}sets/", {"set_id": set_id, "then": "count"})

        answer = pat_browser.post(f"{address}undo/", {"set_id": set_id, "then": "count"})

        assert answer.url == f"{address}count/"
        assert "Set 1 of 2" in counts()

    def test_comes_back_to_no_page_but_its_own(self, pat_browser, address):
        data = {"set_id": str(uuid4()), "then": "//evil.example"}

        assert pat_browser.post(f"{address}sets/", data).url == address

    @pytest.mark.parametrize(
        ("dose", "seconds"),
        [({"hold_seconds": 3}, 0), ({"hold_seconds": 20}, 20), ({"hold_seconds": 0, "minutes": 5}, 300)],
    )
    def test_offers_a_timer_only_for_what_takes_a_while(
        self, pat_browser, address, assignment, dose, seconds
    ):
        type(assignment).objects.update(**dose)

        html = pat_browser.get(f"{address}count/").content.decode()

        assert re.findall(r'data-timer="(\d+)"', html) == ([str(seconds)] if seconds else [])
        assert ("count.js" in html) is bool(seconds)

    def test_of_a_paused_exercise_goes_back_to_its_page(self, pat_browser, address, assignment, thea):
        exercises.pause(assignment=assignment, by=thea, now=clock.now())

        assert pat_browser.get(f"{address}count/").url == address

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, address):
        stays_cheap(recovery, f"{address}count/")


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

    def test_keeps_the_places_that_were_ticked_before_what_was_typed(self, pat_browser, address):
        data = {"set_id": str(uuid4()), "pain": "6", "spot": ["0", "1"], "where": "near the scar"}

        pat_browser.post(f"{address}hurt/", data)

        assert SetDone.objects.get().where == "At the break, Thumb side, near the scar"

    def test_offers_places_of_the_part_that_the_exercise_moves(
        self, pat_browser, address, assignment, text_of
    ):
        assert "Small finger side" in text_of(pat_browser.get(f"{address}hurt/"))

        type(assignment).objects.update(exercise_id="ex-heel-slide")

        assert "Side of the hip" in text_of(pat_browser.get(f"{address}hurt/"))

    @pytest.mark.parametrize("spot", ["99", "-1", "x", "'"])
    def test_refuses_a_place_that_it_did_not_offer(self, pat_browser, address, text_of, spot):
        data = {"set_id": str(uuid4()), "pain": "6", "spot": [spot]}

        assert "Choose one of the answers shown." in text_of(pat_browser.post(f"{address}hurt/", data))
        assert not SetDone.objects.exists()

    def test_says_where_it_is_too_long_together(self, pat_browser, address, text_of):
        data = {"set_id": str(uuid4()), "pain": "6", "spot": ["0", "1", "2"], "where": "x" * 110}

        answer = pat_browser.post(f"{address}hurt/", data)

        assert "This is too long together." in text_of(answer)
        assert not SetDone.objects.exists()

    @pytest.mark.parametrize("pain", ["", "11", "-1", "bad"])
    def test_needs_a_number_from_0_to_10_and_keeps_the_rest(self, pat_browser, address, text_of, pain):
        data = {"set_id": str(uuid4()), "pain": pain, "where": "thumb"}

        answer = pat_browser.post(f"{address}hurt/", data)

        assert "Choose a number for your pain, from 0 to 10." in text_of(answer)
        assert 'value="thumb"' in answer.content.decode()
        assert not SetDone.objects.exists()

    def test_is_a_page_of_its_own(self, pat_browser, address, text_of):
        assert "How much did it hurt?" in text_of(pat_browser.get(f"{address}hurt/"))
