import re
from datetime import timedelta

import pytest

from accounts import clock
from benchmarks.pages import first_visit
from recovery.services import exercises
from recovery.services.close import close_recovery
from tests.recoveries import WRIST_PLATE as WRIST
from tests.recoveries import assign, make_recovery

pytestmark = pytest.mark.django_db

ADDRESS = "/exercises/"
MOVES = ("ex-finger-fist", "ex-thumb-touch", "ex-walk")


@pytest.fixture
def moves(recovery, thea):
    """Assign Pat three moves."""
    return assign(recovery, *MOVES, by=thea)


@pytest.fixture
def reads(pat_browser, text_of):
    """Read Pat's list of exercises."""
    return lambda: text_of(pat_browser.get(ADDRESS))


class TestWhoSeesTheList:
    def test_each_patient_sees_their_own(self, statuses, moves, browser_of, cast, text_of):
        assert statuses(ADDRESS) == {
            "pat": 200,
            "otto": 200,
            "thea": 404,
            "olga": 404,
            "max": 404,
            "cleo": 404,
            "finn": 404,
            "visitor": 302,
        }
        assert "Make a fist" not in text_of(browser_of(cast.otto).get(ADDRESS))

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, moves):
        stays_cheap(recovery, ADDRESS)


class TestList:
    def test_holds_each_exercise_with_its_drawing_dose_and_steps(self, pat_browser, reads, moves):
        words, html = reads(), pat_browser.get(ADDRESS).content.decode()

        assert "Make a fist 10 times, hold 3 seconds 1 set 2 times a day" in words
        assert "Close to a fist as far as you can." in words
        assert "What you may do now: Do not lift, push or lean on this arm." in words
        assert html.count('role="img"') == len(MOVES)

    def test_says_each_rule_for_stopping_once(self, reads, moves):
        assert reads().count("Stop if you feel sharp pain") == 1
        assert reads().count("Stop and sit down if you feel dizzy") == 1

    def test_keeps_the_ids_of_two_broken_bones_with_one_exercise_apart(
        self, pat_browser, pat_record, thea, recovery, moves
    ):
        other = make_recovery(pat_record, by=thea, kind={**WRIST, "side": "right"})
        assign(other, MOVES[0], by=thea)

        html = pat_browser.get(ADDRESS).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', html)

        assert html.count("Make a fist</a>") == 2
        assert len(ids) == len(set(ids))

    def test_leaves_out_what_is_paused_over_or_not_begun(self, reads, moves, thea, today):
        paused, over, later = moves
        exercises.pause(assignment=paused, by=thea, now=clock.now())
        type(over).objects.filter(pk=over.pk).update(
            starts_on=today - timedelta(days=3), ends_on=today - timedelta(days=1)
        )
        type(later).objects.filter(pk=later.pk).update(starts_on=today + timedelta(days=1))

        assert "No exercises now" in reads()

    def test_of_a_closed_recovery_is_empty(self, reads, moves, recovery, thea):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "No exercises now" in reads()

    def test_weighs_little(self, pat_browser, moves):
        weight = first_visit(pat_browser, ADDRESS)

        assert weight.total <= 45_000
        assert weight.html <= 12_000
        assert weight.requests <= 6
        assert weight.queries <= 8
