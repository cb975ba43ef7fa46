from datetime import date, timedelta
from uuid import uuid4

import pytest

from accounts import clock
from recovery import protocols
from recovery.models import Alert, DailyLog, LogRevision, SetDone
from recovery.services.close import close_recovery
from tests.recoveries import ANKLE_CAST, KYPHOPLASTY, assign, log, make_recovery

pytestmark = pytest.mark.django_db
NOBODYS = "0b9c7f0e-0000-4000-8000-000000000000"
SHIN = {
    "site": "tibial-shaft",
    "side": "left",
    "method": "open_reduction",
    "hardware": ["rod", "screws"],
    "protocol_id": "tibial-shaft.rod",
}


class TestWhoLogs:
    def test_patients_log_their_own_and_nobody_else_can(self, statuses, recovery, cast, thea):
        make_recovery(cast.otto_record, by=thea_of(cast), kind=ANKLE_CAST)

        assert statuses("/log/") == {
            "pat": 200,
            "otto": 200,
            "thea": 404,
            "olga": 404,
            "max": 404,
            "cleo": 404,
            "finn": 404,
            "visitor": 302,
        }

    def test_nobody_can_save_into_somebody_elses_recovery(self, browser_of, cast, recovery, today):
        make_recovery(cast.otto_record, by=thea_of(cast), kind=ANKLE_CAST)
        data = {"save_id": str(uuid4()), "pain_rest": "9"}

        answer = browser_of(cast.otto).post(f"/log/{today}/?recovery={recovery.public_id}", data)

        assert answer.status_code == 404
        assert not DailyLog.objects.exists()

    def test_a_patient_without_a_recovery_gets_404(self, pat_browser):
        assert pat_browser.get("/log/").status_code == 404


def thea_of(cast):
    """Return somebody who may confirm plans."""
    return cast.thea


class TestCost:
    def test_of_the_form_is_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, thea):
        assign(recovery, "ex-finger-fist", "ex-thumb-touch", by=thea)

        stays_cheap(recovery, "/log/")

    def test_of_the_page_after_is_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, today):
        stays_cheap(recovery, f"/log/{today - timedelta(days=1)}/saved/")


class TestForm:
    def test_presets_no_pain_and_says_what_was_chosen_yesterday(self, pat_browser, recovery, pat, text_of):
        log(recovery, by=pat, pain=6, days_ago=1)

        answer = pat_browser.get("/log/")

        assert "Yesterday you chose 6." in text_of(answer)
        assert " checked" not in answer.content.decode()

    def test_ticks_an_exercise_whose_sets_are_done(self, pat_browser, recovery, pat, thea):
        first, second = assign(recovery, "ex-finger-fist", "ex-thumb-touch", by=thea)
        for _press in range(2):
            pat_browser.post(f"/exercises/{first.public_id}/sets/", {"set_id": str(uuid4())})
        pat_browser.post(f"/exercises/{second.public_id}/sets/", {"set_id": str(uuid4())})

        ticked = pat_browser.get("/log/").context["form"]["exercises_done"].value()

        assert ticked == [str(first.public_id)]

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (None, "Splint, wound and fingers"),
            (ANKLE_CAST, "Cast and toes"),
            (SHIN, "Wound and toes"),
            (KYPHOPLASTY, "Wound"),
        ],
    )
    def test_asks_about_what_fits_the_repair(self, pat_browser, pat_record, thea, text_of, kind, words):
        make_recovery(pat_record, by=thea, kind=kind)

        assert f"{words} All looks fine" in text_of(pat_browser.get("/log/"))

    def test_stops_asking_about_the_wound_after_six_weeks(self, pat_browser, pat_record, thea, text_of):
        make_recovery(pat_record, by=thea, day=43)

        assert "Splint and fingers" in text_of(pat_browser.get("/log/"))
        assert "How does your wound look?" not in text_of(pat_browser.get("/log/"))

    def test_lets_choose_between_several_broken_bones(self, pat_browser, recovery, thea, text_of):
        shin = make_recovery(recovery.patient, by=thea, kind=SHIN)

        answer = pat_browser.get(f"/log/?recovery={shin.public_id}")

        assert "Broken wrist, left" in text_of(answer)
        assert answer.context["page"].recovery == shin


class TestSave:
    def test_keeps_what_was_answered_and_says_so(self, save, pat_browser, recovery, text_of):
        answer = save(pain_move="5", swelling="a little", check="fine", note="Good night.")
        row = DailyLog.objects.get()

        assert row.answers == {
            "pain_rest": 3,
            "pain_move": 5,
            "swelling": "a little",
            "check": "fine",
            "note": "Good night.",
        }
        assert answer.url == f"/log/{row.day}/saved/"
        words = text_of(pat_browser.get(answer.url))
        assert "pain 3 out of 10, 5 when you move, swelling: a little, all looks fine." in words
        assert "That is 1 log in 13 days" in words

    def test_sent_twice_by_one_press_counts_once(self, save, recovery):
        save_id = str(uuid4())

        first, second = save(save_id=save_id), save(save_id=save_id)

        assert first.url == second.url
        assert LogRevision.objects.count() == 1

    def test_of_other_answers_under_the_same_id_is_refused_and_can_be_pressed_again(self, save, text_of):
        save_id = str(uuid4())
        save(save_id=save_id)

        refused = save(save_id=save_id, pain_rest="8")
        fresh_id = refused.context["form"]["save_id"].value()
        again = save(save_id=fresh_id, pain_rest="8")

        assert "already saved with other answers" in text_of(refused)
        assert "Press Save once more" in text_of(refused)
        assert fresh_id != save_id
        assert again.status_code == 302
        assert DailyLog.objects.get().pain_rest == 8

    def test_ticking_an_exercise_completes_its_sets_and_unticking_takes_them_back(self, save, recovery, thea):
        [one] = assign(recovery, by=thea)

        save(exercises_done=[str(one.public_id)])
        assert SetDone.objects.counted().count() == 2

        save(filled=f"exercises_done pain_rest {one.public_id}")
        assert SetDone.objects.counted().count() == 0

    def test_unticking_what_set_done_had_done_takes_its_sets_back_and_no_others(
        self, save, pat_browser, recovery, thea
    ):
        first, second = assign(recovery, "ex-finger-fist", "ex-thumb-touch", by=thea)
        press = self.presser(pat_browser)
        press(first)
        filled = pat_browser.get("/log/").context["form"]["filled"].value()
        press(second)

        save(filled=filled)

        assert set(SetDone.objects.counted().values_list("assignment", flat=True)) == {second.pk}
        assert SetDone.objects.filter(assignment=first, undone_at=None).count() == 0

    def test_leaving_ticked_what_set_done_had_done_adds_no_set(self, save, pat_browser, recovery, thea):
        [one] = assign(recovery, by=thea)
        self.presser(pat_browser)(one)
        form = pat_browser.get("/log/").context["form"]

        save(filled=form["filled"].value(), exercises_done=form["exercises_done"].value())

        assert SetDone.objects.counted().count() == SetDone.objects.count() == 2

    def presser(self, browser):
        """Press "Set done" for both sets of an exercise."""

        def press(one):
            for _press in range(2):
                browser.post(f"/exercises/{one.public_id}/sets/", {"set_id": str(uuid4())})

        return press

    def test_names_any_number_of_ticks_that_the_page_showed(self, save, pat_browser, recovery, thea):
        moves = assign(recovery, *list(protocols.load().exercises)[:60], by=thea, times_per_day=1)
        save(exercises_done=[str(one.public_id) for one in moves])
        filled = pat_browser.get("/log/").context["form"]["filled"].value()

        save(filled=filled)

        assert not SetDone.objects.counted().exists()

    def test_changes_a_day_and_takes_back_only_what_the_page_showed(self, save, recovery):
        save(swelling="a lot", note="Bad day.")

        save(filled="swelling", pain_rest="4")

        assert DailyLog.objects.get().answers == {"pain_rest": 4, "note": "Bad day."}

    @pytest.mark.parametrize("days_ago", [1, 3])
    def test_reaches_back_three_days(self, save, today, days_ago):
        assert save(day=today - timedelta(days=days_ago)).status_code == 302

    def test_says_who_is_left_of_several_broken_bones(self, save, pat_browser, recovery, thea, text_of):
        shin = make_recovery(recovery.patient, by=thea, kind=SHIN)

        answer = save(of=f"?recovery={recovery.public_id}")

        assert DailyLog.objects.get().recovery == recovery
        assert f"/log/{DailyLog.objects.get().day}/?recovery={shin.public_id}" in (
            pat_browser.get(answer.url).content.decode()
        )


class TestBadInput:
    @pytest.mark.parametrize("pain", ["11", "-1", "three", "", "3.5"])
    def test_of_pain_is_named_and_keeps_what_was_typed(self, save, text_of, pain):
        answer = save(pain_rest=pain, note="Slept well.", swelling="a lot")

        assert answer.status_code == 422
        assert "Choose a number for your pain, from 0 to 10." in text_of(answer)
        assert 'href="#id_pain_rest_0"' in answer.content.decode()
        assert "Slept well." in text_of(answer)
        assert 'value="a lot" required' not in answer.content.decode()
        assert answer.context["form"]["swelling"].value() == "a lot"
        assert not DailyLog.objects.exists()

    @pytest.mark.parametrize(
        "answers",
        [
            {"swelling": "huge"},
            {"check": "maybe"},
            {"cast": "purple"},
            {"exercises_done": NOBODYS},
            {"note": "x" * 2001},
            {"note": "a\0b"},
            {"save_id": "one"},
            {"pain_move": "99"},
        ],
    )
    def test_of_any_other_answer_saves_nothing(self, save, recovery, thea, answers):
        assign(recovery, by=thea)

        assert save(**answers).status_code == 422
        assert not DailyLog.objects.exists()

    def test_of_a_tick_that_the_day_does_not_offer_is_named_in_plain_words(
        self, save, recovery, thea, text_of
    ):
        assign(recovery, by=thea)

        assert text_of(save(exercises_done=NOBODYS)).count("Choose one of the answers shown.") == 2

    @pytest.mark.parametrize("day", ["2026-02-30", "0000-00-00", "2026-13-01"])
    def test_of_a_date_that_no_calendar_has_is_404(self, pat_browser, recovery, save, day):
        assert save(day=day).status_code == 404
        assert pat_browser.get(f"/log/{day}/").status_code == 404

    def test_of_a_closed_recovery_says_so(self, pat_browser, save, recovery, thea, text_of):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "This recovery is closed Nothing can be added to it." in text_of(pat_browser.get("/log/"))
        answer = save(note="Slept badly.")
        assert text_of(answer).count("This recovery is closed. Nothing can be added to it.") == 1
        assert "Slept badly." in text_of(answer)
        assert not DailyLog.objects.exists()

    @pytest.mark.parametrize("wanted", ["x", "1", NOBODYS])
    def test_of_a_recovery_that_is_not_there_is_404(self, pat_browser, recovery, wanted):
        assert pat_browser.get(f"/log/?recovery={wanted}").status_code == 404


class TestHelp:
    def test_follows_an_answer_that_opens_a_warning_sign(self, save, pat_browser, text_of):
        answer = save(check="wrong", numb_colour=["cold"], cast=["tight"])
        words = text_of(pat_browser.get(answer.url))

        assert answer.url == "/help/result/"
        assert words.index("Get help now") < words.index("My fingers or toes are blue")
        assert words.index("My fingers or toes are blue") < words.index("My cast feels too tight")
        assert "This is on your care team’s list" in words
        assert {one.flag_id for one in Alert.objects.all()} == {"rf-neurovascular", "rf-cast-tight"}

    def test_follows_again_when_the_save_is_sent_twice(self, save):
        save_id = str(uuid4())
        answers = {"save_id": save_id, "check": "wrong", "numb_colour": ["cold"]}

        assert save(**answers).url == save(**answers).url == "/help/result/"

    def test_asks_what_is_wrong_where_nothing_was_named(self, save):
        assert save(check="wrong").url == "/help/"

    @pytest.mark.parametrize(("before", "pain", "follows"), [(None, 8, True), (3, 6, True), (3, 5, False)])
    def test_advice_follows_pain_that_is_high_or_rose(
        self, save, pat_browser, recovery, pat, text_of, before, pain, follows
    ):
        if before is not None:
            log(recovery, by=pat, pain=before, days_ago=1)

        answer = save(pain_rest=str(pain))

        assert ("Look at the warning signs now" in text_of(pat_browser.get(answer.url))) == follows


class TestSavedPage:
    def test_of_a_day_without_a_log_is_404(self, pat_browser, recovery):
        assert pat_browser.get(f"/log/{date(2026, 1, 1)}/saved/").status_code == 404

    def test_lists_what_is_left_and_states_a_fact(self, save, pat_browser, recovery, pat, thea, text_of):
        assign(recovery, by=thea)
        log(recovery, by=pat, pain=6, days_ago=2)

        words = text_of(pat_browser.get(save().url))

        assert "Pain went from 6 to 3 in 2 days." in words
        assert "Left for today Make a fist 0 of 2 sets" in words
