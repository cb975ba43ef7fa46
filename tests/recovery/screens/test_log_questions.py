"""The questions in the folds of the daily log, and the person's own goals."""

import re
from datetime import timedelta

import pytest

from accounts import clock
from recovery.models import Alert, DailyLog
from recovery.services import medicines
from tests.recoveries import ANKLE_PLATE, KYPHOPLASTY, add_medicine, assign, log, make_recovery

pytestmark = pytest.mark.django_db
EVERY_DAY = {
    "opioid_taken": "2",
    "load_actual": "U1",
    "steps": "4200",
    "sleep_hours": "6,5",
    "exercise_pain_after": "a bit worse and it settled",
}
EVERY_WEEK = {
    "mood": "7",
    "fall": "no",
    "rom": "35",
    "smoking": "no",
    "bowel": "fine",
    "work_status": "off work",
}


@pytest.fixture
def folds(pat_browser):
    """Return a function that reads the questions of the two folds."""

    def read(address="/log/"):
        form = pat_browser.get(address).context["form"]
        return [one.name for one in form.more_fields], [one.name for one in form.weekly_fields]

    return read


@pytest.fixture
def goals(pat_browser):
    """Return a function that reads the goals that the log shows, with their scores."""

    def read(address="/log/"):
        fields = pat_browser.get(address).context["form"].goal_fields
        return [(goal.value(), score.value()) for goal, score in fields if goal.value()]

    return read


class TestMoreIfYouLike:
    def test_holds_what_fits_this_person(self, folds, recovery, pat, thea):
        assign(recovery, by=thea)
        add_medicine(recovery, by=pat)

        assert folds()[0] == [
            "exercise_pain_after", "medication", "opioid_taken", "load_actual", "steps", "sleep_hours",
        ]  # fmt: skip

    def test_asks_about_pain_medicine_once_that_opens_no_warning_sign_any_more(
        self, folds, pat_browser, pat_record, thea, text_of
    ):
        make_recovery(pat_record, by=thea, day=20)

        assert folds()[0][0] == "pain_controlled"
        assert text_of(pat_browser.get("/log/")).count("Does your pain medicine help enough?") == 1

    def test_keeps_each_answer(self, save, recovery, thea):
        assign(recovery, by=thea)

        assert save(**EVERY_DAY).status_code == 302
        assert DailyLog.objects.get().answers == {
            "pain_rest": 3,
            "opioid_taken": 2,
            "load_actual": "U1",
            "steps": 4200,
            "sleep_hours": 6.5,
            "exercise_pain_after": "a bit worse and it settled",
        }

    def test_shows_what_was_saved_and_takes_back_what_is_emptied(self, save, pat_browser, recovery):
        save(steps="4200", sleep_hours="7")
        form = pat_browser.get("/log/").context["form"]
        assert (form["steps"].value(), form["sleep_hours"].value(), form.has_more) == (4200, 7, True)

        save(filled=form["filled"].value(), steps="", sleep_hours="7")

        assert DailyLog.objects.get().answers == {"pain_rest": 3, "sleep_hours": 7}

    def test_ticks_the_medicines_of_the_day_by_their_own_names(self, save, folds, recovery, pat, today):
        add_medicine(recovery, by=pat)
        add_medicine(recovery, by=pat, label="Vitamin D", kind="supplement")
        add_medicine(recovery, by=pat, label="Tomorrow's", starts_on=today + timedelta(days=1))
        add_medicine(recovery, by=pat, label="Weekly", every_days=7, starts_on=today - timedelta(days=1))

        assert save(medication=["Vitamin D"]).status_code == 302
        assert DailyLog.objects.get().answers["medication"] == ["Vitamin D"]
        assert {save(medication=[one]).status_code for one in ("Tomorrow's", "Weekly")} == {422}

    def test_keeps_a_medicine_that_was_stopped_after_it_was_ticked(self, save, pat_browser, recovery, pat):
        add_medicine(recovery, by=pat)
        stopped = add_medicine(recovery, by=pat, label="Vitamin D", kind="supplement")
        save(medication=["Blue tablet", "Vitamin D"])
        medicines.stop_medicine(medicine=stopped, by=pat, now=clock.now())
        filled = pat_browser.get("/log/").context["form"]["filled"].value()

        save(filled=filled, medication=["Blue tablet"])
        assert DailyLog.objects.get().answers["medication"] == ["Blue tablet", "Vitamin D"]
        save(filled="")
        assert DailyLog.objects.get().answers["medication"] == ["Blue tablet", "Vitamin D"]
        save(filled=filled)
        assert DailyLog.objects.get().answers["medication"] == ["Vitamin D"]

    def test_keeps_a_load_that_the_plan_does_not_hold(self, save, pat_browser, recovery, pat):
        log(recovery, by=pat, pain=3, load_actual="NWB")
        filled = pat_browser.get("/log/").context["form"]["filled"].value()

        save(filled=filled, load_actual="")

        assert DailyLog.objects.get().answers["load_actual"] == "NWB"

    def test_offers_the_loads_of_the_limb(self, pat_browser, pat_record, thea):
        make_recovery(pat_record, by=thea, kind=ANKLE_PLATE)

        codes = [
            code for code, _words in pat_browser.get("/log/").context["form"].fields["load_actual"].choices
        ]

        assert codes[:2] == ["", "NWB"]
        assert "U1" not in codes

    @pytest.mark.parametrize(
        ("name", "sent", "words"),
        [
            ("opioid_taken", "21", "Give a number from 0 to 20."),
            ("opioid_taken", "1.5", "Give a number from 0 to 20."),
            ("steps", "-1", "Give a number from 0 to 60000."),
            ("steps", "many", "Give a number from 0 to 60000."),
            ("sleep_hours", "25", "Give a number from 0 to 24."),
            ("sleep_hours", "nan", "Give a number from 0 to 24."),
            ("rom", "400", "Give a number from -180 to 180."),
            ("load_actual", "FWB", "Choose one of the answers shown."),
            ("mood", "11", "Choose one of the answers shown."),
            ("smoking", "a lot", "Choose one of the answers shown."),
        ],
    )
    def test_refuses_nonsense_in_plain_words_and_keeps_it(self, save, text_of, name, sent, words):
        answer = save(**{name: sent, "note": "Slept badly."})

        assert answer.status_code == 422
        assert words in text_of(answer)
        assert answer.context["form"][name].value() == sent
        assert answer.context["form"]["note"].value() == "Slept badly."
        assert re.search(r"<details[^>]* open><summary>(More|Once)", answer.content.decode())
        assert not DailyLog.objects.exists()


class TestOnceAWeek:
    def test_asks_together_and_rests_together(self, save, folds, today, recovery):
        assert folds()[1] == ["mood", *(name for name in EVERY_WEEK if name != "mood")]

        save(day=today - timedelta(days=1), **EVERY_WEEK)

        assert folds()[1] == []

    def test_shows_this_days_answers_again(self, save, folds, recovery, pat_browser):
        save(**EVERY_WEEK)

        assert set(folds()[1]) == set(EVERY_WEEK)
        assert pat_browser.get("/log/").context["form"]["mood"].value() == 7

    def test_asks_again_on_the_seventh_day(self, folds, recovery, pat):
        log(recovery, by=pat, days_ago=7, mood=5, fall=False)
        assert "mood" in folds()[1]

        log(recovery, by=pat, days_ago=6, mood=5, fall=False)
        assert folds()[1] == []

    def test_goes_on_asking_about_falls_until_that_is_answered(self, folds, recovery, pat):
        log(recovery, by=pat, days_ago=2, mood=5)

        assert folds()[1] == ["fall"]

    def test_does_not_ask_for_yesterday_what_was_answered_today(self, save, folds, recovery, today):
        save(**EVERY_WEEK)

        assert folds(f"/log/{today - timedelta(days=1)}/")[1] == []

    def test_takes_an_answer_to_what_a_second_device_answered_meanwhile(self, save, recovery, pat):
        log(recovery, by=pat, days_ago=1, mood=5, fall=False)

        assert save(mood="8").status_code == 302
        assert DailyLog.objects.order_by("-day").first().answers["mood"] == 8

    def test_says_how_often_and_how_to_skip(self, pat_browser, recovery, text_of):
        words = text_of(pat_browser.get("/log/"))

        assert "Once a week Skip what you like. We ask again 7 days after you answer." in words

    def test_a_fall_opens_its_warning_signs(self, save):
        assert save(fall="yes").url == "/help/result/"
        assert {one.flag_id for one in Alert.objects.all()} >= {"rf-head-injury"}

    def test_asks_a_spine_neither_to_bend_nor_to_squeeze(self, folds, pat_record, thea):
        make_recovery(pat_record, by=thea, kind=KYPHOPLASTY)

        assert not {"rom", "grip_or_heel_raise"} & set(folds()[1])

    def test_counts_heel_raises_of_who_was_given_them(self, pat_browser, pat_record, thea, text_of):
        ankle = make_recovery(pat_record, by=thea, kind=ANKLE_PLATE, day=60)
        assign(ankle, "ex-heel-raise", by=thea)

        assert "How many heel raises can you do?" in text_of(pat_browser.get("/log/"))


class TestGoals:
    def test_are_kept_in_the_persons_words_with_a_score(self, save, recovery):
        save(goal_1="Walk to the shop", goal_1_score="4", goal_3="Knit", goal_3_score="0")

        assert DailyLog.objects.get().answers["goals"] == [
            {"goal": "Walk to the shop", "score": 4},
            {"goal": "Knit", "score": 0},
        ]

    def test_come_back_a_week_later_to_be_scored_anew(self, goals, recovery, pat):
        mine = [{"goal": "Walk to the shop", "score": 4}, {"goal": "Knit", "score": 0}]
        log(recovery, by=pat, days_ago=8, goals=mine, fall=False)

        assert goals() == [("Walk to the shop", None), ("Knit", None)]

    def test_rest_with_the_other_questions_of_the_week(self, goals, recovery, pat):
        log(recovery, by=pat, days_ago=3, goals=[{"goal": "Knit", "score": 1}])

        assert goals() == []

    def test_left_as_they_are_without_a_score_are_no_answer(self, save, recovery, pat):
        log(recovery, by=pat, days_ago=8, goals=[{"goal": "Knit", "score": 1}])

        assert save(goal_1="Knit").status_code == 302
        assert "goals" not in DailyLog.objects.order_by("-day").first().answers

    def test_can_be_changed(self, save, recovery, pat):
        log(recovery, by=pat, days_ago=8, goals=[{"goal": "Knit", "score": 1}])

        save(goal_1="Play the piano", goal_1_score="2")

        assert DailyLog.objects.order_by("-day").first().answers["goals"] == [
            {"goal": "Play the piano", "score": 2}
        ]

    def test_of_today_are_shown_with_their_score_and_can_be_taken_back(
        self, save, goals, recovery, pat_browser
    ):
        save(goal_1="Knit", goal_1_score="3")
        assert goals() == [("Knit", 3)]
        filled = pat_browser.get("/log/").context["form"]["filled"].value()

        save(filled=filled, goal_1="", goal_1_score="")

        assert DailyLog.objects.get().answers == {"pain_rest": 3}

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ({"goal_1": "Knit"}, "Choose a score for this goal, from 0 to 10."),
            ({"goal_2_score": "4"}, "Write what you want to do again."),
            ({"goal_1": "Knit", "goal_1_score": "11"}, "Choose one of the answers shown."),
            (
                {"goal_1": "Knit", "goal_1_score": "1", "goal_2": "Knit", "goal_2_score": "2"},
                "This goal is here twice.",
            ),
            ({"goal_1": "x" * 201, "goal_1_score": "1"}, "at most 200 characters"),
            ({"goal_1": "a\0b", "goal_1_score": "1"}, "Null characters are not allowed."),
        ],
    )
    def test_that_lack_something_say_so_and_are_kept(self, save, recovery, text_of, sent, words):
        answer = save(**sent)

        assert answer.status_code == 422
        assert words in text_of(answer)
        assert {name: answer.context["form"][name].value() for name in sent} == sent
        assert not DailyLog.objects.exists()
