import re
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clock
from recovery.models import Assignment, DailyLog
from recovery.services import exercises, follow_ups
from recovery.services.close import close_recovery
from tests.recoveries import ANKLE_CAST, assign, log, make_recovery

pytestmark = pytest.mark.django_db
CHARTS = "/recovery/charts/"
JUDGING = re.compile(
    r"\b(better than|worse than you|on track|as expected|good|bad|normal|healing|should)\b", re.I
)


@pytest.fixture
def reads(pat_browser, text_of):
    """Read Pat's page."""
    return lambda query="": text_of(pat_browser.get(CHARTS + query))


@pytest.fixture
def html(pat_browser):
    """Return the markup of Pat's page."""
    return lambda query="": pat_browser.get(CHARTS + query).content.decode()


@pytest.fixture
def logged(recovery, today):
    """Put days of logs into the table: ``days ago -> answers``."""

    def put(days):
        at = clock.now()
        DailyLog.objects.bulk_create(
            DailyLog(
                recovery=recovery,
                day=today - timedelta(days=ago),
                pain_rest=answers["pain_rest"],
                pain_move=answers.get("pain_move"),
                answers=answers,
                logged_at=at,
                changed_at=at,
            )
            for ago, answers in days.items()
        )

    return put


def pain(*values):
    """Return pain of days, the last one today."""
    return {len(values) - 1 - number: {"pain_rest": value} for number, value in enumerate(values)}


class TestWhoSeesCharts:
    def test_patients_see_their_own_and_nobody_else_has_any(self, statuses, recovery):
        assert statuses(CHARTS) == {
            "pat": 200, "otto": 200, "thea": 404, "olga": 404, "max": 404, "cleo": 404, "finn": 404,
            "visitor": 302,
        }  # fmt: skip

    def test_somebody_elses_recovery_is_404(self, browser_of, cast, recovery):
        address = f"{CHARTS}?recovery={recovery.public_id}"

        assert browser_of(cast.pat).get(address).status_code == 200
        assert browser_of(cast.otto).get(address).status_code == 404
        assert browser_of(cast.pat).get(f"{CHARTS}?recovery={uuid4()}").status_code == 404

    def test_a_patient_without_a_recovery_reads_that_it_is_being_set_up(self, browser_of, cast, text_of):
        assert "Your care team is setting things up" in text_of(browser_of(cast.otto).get(CHARTS))

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery):
        stays_cheap(recovery, CHARTS + "?weeks=all")


class TestPain:
    def test_says_as_a_fact_how_it_went_and_judges_nothing(self, logged, reads):
        logged(pain(*range(7, 2, -1)))

        words = reads()

        assert "Pain at rest went from 7 to 3 in 4 days" in words
        assert "Lower is better." in words
        assert not JUDGING.search(words.replace("Lower is better.", ""))

    def test_says_one_sentence_as_heading_description_and_caption(self, logged, html):
        logged(pain(7, 6, 3))
        sentence = "Pain at rest went from 7 to 3 in 2 days"
        page = html()

        assert f'<h2 id="pain_rest-h">{sentence}</h2>' in page
        assert f'<desc id="pain_rest-d">{sentence}. Every day has an entry.</desc>' in page
        assert f'<caption class="vh">{sentence}</caption>' in page

    def test_counts_whole_weeks_as_weeks(self, logged, reads):
        logged({14: {"pain_rest": 7}, 5: {"pain_rest": 5}, 0: {"pain_rest": 3}})

        assert "Pain at rest went from 7 to 3 in 2 weeks" in reads()

    def test_that_did_not_change_says_so(self, logged, reads):
        logged(pain(4, 6, 4))

        assert "Pain at rest was 4 on the first day and on the last" in reads()

    def test_shows_missing_days_as_missing_and_never_as_zero(self, logged, html):
        logged({6: {"pain_rest": 7}, 5: {"pain_rest": 6}, 1: {"pain_rest": 4}, 0: {"pain_rest": 3}})
        page = html()

        assert "3 days have no entry." in page
        assert page.count('class="miss"') == 1
        assert page.count('class="pt"') + page.count('class="last"') == 4
        assert page.count('<td class="num">') == 4

    def test_labels_the_last_value_in_figures(self, logged, html):
        logged(pain(7, 6, 3))

        assert re.search(r'<text class="strong halo"[^>]*>3</text>', html())

    def test_when_moving_has_a_chart_of_its_own(self, logged, reads):
        logged({ago: {"pain_rest": 2, "pain_move": 5 + ago} for ago in range(3)})

        assert "Pain when moving went from 7 to 5 in 2 days" in reads()

    def test_with_zero_everywhere_is_a_line_at_the_bottom(self, logged, reads):
        logged(pain(0, 0, 0))

        assert "Pain at rest was 0 on the first day and on the last" in reads()


class TestUnderThreeEntries:
    def test_shows_numbers_and_no_line(self, logged, html, reads):
        logged(pain(7, 5))

        assert "Your chart starts after 3 logs." in reads()
        assert "Pain at rest went from 7 to 5 in 1 day" in reads()
        assert 'class="chart"' not in html()
        assert html().count('<td class="num">') == 2

    def test_without_any_says_when_it_starts(self, recovery, reads, html):
        assert "Your chart starts after 3 logs" in reads()
        assert '<svg class="chart"' not in html()

    def test_with_one_names_its_day(self, logged, reads, today):
        logged({0: {"pain_rest": 4}})

        assert f"Pain at rest: 4 on {today:%-d %B}" in reads()


class TestHowFarBack:
    def test_is_chosen_by_a_link(self, logged, reads):
        logged(
            {
                50: {"pain_rest": 9},
                30: {"pain_rest": 8},
                20: {"pain_rest": 7},
                3: {"pain_rest": 4},
                2: {"pain_rest": 4},
                0: {"pain_rest": 3},
            }
        )

        assert "from 4 to 3 in 3 days" in reads("?weeks=2")
        assert "from 8 to 3 in 30 days" in reads("?weeks=6")
        assert "from 9 to 3 in 50 days" in reads("?weeks=all")

    @pytest.mark.parametrize("value", ["", "0", "-1", "x", "9" * 400, "%00", "2&weeks=all&recovery="])
    def test_takes_nonsense_for_an_answer(self, pat_browser, logged, value):
        logged(pain(7, 6, 3))

        assert pat_browser.get(f"{CHARTS}?weeks={value}").status_code == 200

    def test_reaches_400_days_at_most(self, logged, html):
        logged({ago: {"pain_rest": 3} for ago in range(500)})

        assert html("?weeks=all").count('<td class="num">') == 400

    def test_without_logs_in_that_time_offers_more(self, logged, reads):
        logged({60: {"pain_rest": 3}})

        assert "Nothing was logged in this time" in reads("?weeks=2")


class TestMarks:
    def test_name_surgery_x_rays_and_the_cast_that_came_off(self, recovery, logged, html, today, thea):
        logged({ago: {"pain_rest": 3, "cast": ["fine"] if ago > 5 else ["no cast"]} for ago in range(12)})
        values = {
            "film_date": today - timedelta(days=2),
            "modality": "x-ray",
            "position_vs_last": "unchanged",
            "clinician_verdict": "healing as expected",
        }
        follow_ups.record_x_ray(recovery=recovery, values=values, by=thea, now=clock.now())

        marks = re.findall(r'class="marktext[^>]*>([^<]*)<', html())

        assert marks == ["Surgery", "Cast off", "X-ray"]

    def test_of_a_moved_bone_wait_for_the_phone_call(self, recovery, logged, html, today, thea):
        logged(pain(3, 3, 3, 3, 3))
        values = {
            "film_date": today - timedelta(days=2),
            "modality": "x-ray",
            "position_vs_last": "moved - action needed",
            "clinician_verdict": "slower than expected",
        }
        follow_ups.record_x_ray(
            recovery=recovery, values=values, patient_phoned=False, by=thea, now=clock.now()
        )

        assert ">X-ray<" not in html()

    def test_name_no_cast_that_was_never_there(self, logged, html):
        logged({ago: {"pain_rest": 3, "cast": ["no cast"]} for ago in range(4)})

        assert "Cast off" not in html()


class TestSwelling:
    def test_says_the_first_and_the_last_answer_in_words(self, logged, reads, today):
        logged(
            {
                2: {"pain_rest": 3, "swelling": "a lot"},
                1: {"pain_rest": 3},
                0: {"pain_rest": 3, "swelling": "none"},
            }
        )
        first = today - timedelta(days=2)

        assert f"Swelling: a lot on {first:%-d %B}, none on {today:%-d %B}" in reads()


class TestGoals:
    def test_have_a_chart_each_in_the_patients_own_words(self, logged, reads, html):
        logged({
            ago: {"pain_rest": 3, "goals": [{"goal": "Hold a <cup>", "score": 8 - ago // 7}, {"goal": "Knit", "score": 1}]}
            for ago in (14, 7, 0)
        })  # fmt: skip

        assert "“Hold a &lt;cup&gt;” went from 6 to 8 in 2 weeks" in reads()
        assert "“Knit” was 1 on the first day and on the last" in reads()
        assert 'class="miss"' not in html().partition('id="goal1-h"')[2]

    def test_that_were_given_up_are_left_out(self, logged, reads):
        logged({
            7: {"pain_rest": 3, "goals": [{"goal": "Run", "score": 1}]},
            0: {"pain_rest": 3, "goals": [{"goal": "Walk", "score": 2}]},
        })  # fmt: skip

        assert "Run" not in reads()
        assert "Walk: 2 on" in reads()


class TestStepsAndSleep:
    def test_are_shown_once_they_are_logged(self, logged, reads):
        logged(
            {
                ago: {"pain_rest": 3, "steps": 4500 - 500 * ago, "sleep_hours": 6.5 + ago / 2}
                for ago in range(3)
            }
        )

        assert "Steps a day went from 3,500 to 4,500 in 2 days" in reads()
        assert "Hours of sleep went from 7.5 to 6.5 in 2 days" in reads()

    def test_are_absent_otherwise(self, logged, reads):
        logged(pain(3, 3, 3))

        assert "Steps a day" not in reads()
        assert "Hours of sleep" not in reads()


class TestSets:
    @pytest.fixture
    def fist(self, recovery, thea):
        """Assign one exercise of two sets a day since three days ago."""
        (row,) = assign(recovery, by=thea, days_ago=3)
        return row

    @pytest.fixture
    def did(self, fist, pat, today):
        """Do a set."""

        def do(ago):
            exercises.do_set(
                assignment=fist, set_id=uuid4(), day=today - timedelta(days=ago), done_at=clock.now(),
                time_zone="Europe/Madrid", by=pat, now=clock.now(),
            )  # fmt: skip

        return do

    def test_counts_those_done_of_those_planned(self, did, reads):
        for ago in (3, 3, 1):
            did(ago)

        words = reads("?weeks=2")

        assert "You did 3 of 8 sets in 4 days" in words
        assert "Today is not over yet." in words

    def test_adds_up_weeks_where_days_would_not_fit(self, fist, did, html, today):
        Assignment.objects.update(starts_on=today - timedelta(days=29))
        did(0)
        page = html("?weeks=6")

        assert "You did 1 of 60 sets in 30 days" in page
        assert page.count('class="bar0"') == 5
        assert "1 of 14" in page

    def test_are_absent_where_nothing_was_planned(self, logged, reads):
        logged(pain(3, 3, 3))

        assert "sets" not in reads()


class TestLinks:
    def test_of_a_person_with_two_broken_bones_stay_on_one(self, recovery, pat_record, thea, html):
        ankle = make_recovery(pat_record, by=thea, kind=ANKLE_CAST)
        page = html(f"?recovery={ankle.public_id}")

        for path in ("/recovery/", "/recovery/charts/", "/recovery/x-rays/"):
            assert f'href="{path}?recovery={ankle.public_id}"' in page
        assert f'href="?weeks=2&amp;recovery={ankle.public_id}"' in page

    def test_of_a_closed_recovery_do_not_ask_to_log(self, recovery, thea, reads):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "Log today" not in reads()


def test_a_real_log_turns_up(recovery, pat, reads, today):
    for ago in range(3):
        log(recovery, by=pat, pain=3 + ago, days_ago=ago, swelling="none")

    assert "Pain at rest went from 5 to 3 in 2 days" in reads()
