from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from accounts import clock
from recovery.domain.log import DayEntry
from recovery.models import Alert, DailyLog, LogRevision, SetDone
from recovery.services import exercises
from recovery.services.change import RecoveryClosed
from recovery.services.close import close_recovery
from recovery.services.log import SCREEN_DAYS_BACK, LogDiffers, LogRefused, log_day
from tests.recoveries import assign, log, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(pat_record, thea):
    return make_recovery(pat_record, by=thea)


def entry(recovery, *, days_ago=0, minutes_ago=0, **answers):
    now = clock.now()
    day = clock.local_day(now, recovery.patient.time_zone) - timedelta(days=days_ago)
    done_at = now - timedelta(minutes=minutes_ago)
    return DayEntry(day=day, done_at=done_at, zone="Europe/Madrid", answers={"pain_rest": 3, **answers})


def save(recovery, one, by, *, save_id=None, **more):
    return log_day(
        recovery_id=recovery.pk, entry=one, save_id=save_id or uuid4(), by=by, now=clock.now(), **more
    )


class TestLogDay:
    def test_corrects_a_day_already_logged_and_keeps_both_saves(self, recovery, pat):
        for pain in (6, 4):
            log(recovery, by=pat, pain=pain)

        assert DailyLog.objects.get().pain_rest == 4
        assert sorted(one.body["pain_rest"] for one in LogRevision.objects.all()) == [4, 6]

    def test_answers_a_repeat_as_done(self, recovery, pat):
        one, save_id = entry(recovery), uuid4()

        first = save(recovery, one, pat, save_id=save_id)
        again = save(recovery, one, pat, save_id=save_id)

        assert (first.is_new, again.is_new) == (True, False)
        assert LogRevision.objects.count() == 1

    def test_refuses_another_body_under_the_same_id(self, recovery, pat):
        save_id = uuid4()
        save(recovery, entry(recovery), pat, save_id=save_id)

        with pytest.raises(LogDiffers):
            save(recovery, entry(recovery, pain_rest=9), pat, save_id=save_id)

    def test_lets_the_answer_set_later_win_whatever_comes_first(self, recovery, pat):
        save(recovery, entry(recovery, minutes_ago=1, swelling="none"), pat)
        save(recovery, entry(recovery, minutes_ago=30, pain_rest=8, swelling="a lot", pain_move=9), pat)

        row = DailyLog.objects.get()
        assert (row.pain_rest, row.answers["swelling"], row.pain_move) == (3, "none", 9)
        assert LogRevision.objects.count() == 2

    def test_gives_a_phone_whose_clock_runs_ahead_no_lasting_lead(self, recovery, pat):
        save(recovery, entry(recovery, minutes_ago=-600, pain_rest=9), pat)
        save(recovery, entry(recovery, pain_rest=2), pat)

        assert DailyLog.objects.get().pain_rest == 2

    def test_takes_a_repeat_after_the_patients_zone_has_changed(self, recovery, pat):
        one, save_id = entry(recovery), uuid4()
        save(recovery, one, pat, save_id=save_id)

        assert not save(recovery, replace(one, zone="Asia/Tokyo"), pat, save_id=save_id).is_new

    @pytest.mark.parametrize(
        "answers",
        [
            {"pain_rest": 11},
            {"pain_rest": -1},
            {"pain_rest": None},
            {"pain_rest": "3"},
            {"swelling": "huge"},
            {"smile": 3},
            {"note": "x" * 2001},
            {"cast": ["fine", "on fire"]},
        ],
    )
    def test_refuses_an_answer_that_makes_no_sense(self, recovery, pat, answers):
        with pytest.raises(LogRefused):
            save(recovery, entry(recovery, **answers), pat)

        assert not DailyLog.objects.exists()

    def test_refuses_tomorrow(self, recovery, pat):
        with pytest.raises(LogRefused):
            save(recovery, entry(recovery, days_ago=-1), pat)

    def test_refuses_a_day_before_the_injury(self, recovery, pat):
        with pytest.raises(LogRefused):
            save(recovery, entry(recovery, days_ago=13), pat)

    def test_refuses_the_year_1900(self, recovery, pat):
        old = DayEntry(
            day=date(1900, 1, 1), done_at=clock.now(), zone="Europe/Madrid", answers={"pain_rest": 3}
        )

        with pytest.raises(LogRefused):
            save(recovery, old, pat)

    def test_takes_the_third_day_back_from_a_screen_and_not_the_fourth(self, recovery, pat):
        save(recovery, entry(recovery, days_ago=3), pat, days_back=SCREEN_DAYS_BACK)

        with pytest.raises(LogRefused):
            save(recovery, entry(recovery, days_ago=4), pat, days_back=SCREEN_DAYS_BACK)

    def test_refuses_a_closed_recovery(self, recovery, pat, thea):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        with pytest.raises(RecoveryClosed):
            save(recovery, entry(recovery), pat)

    def test_raises_an_alert_for_an_unsafe_answer_and_keeps_it_when_the_day_is_corrected(self, recovery, pat):
        logged = save(recovery, entry(recovery, cast=["tight"]), pat)
        save(recovery, entry(recovery, cast=["fine"]), pat)

        assert [one.flag_id for one in logged.alerts] == ["rf-cast-tight"]
        assert Alert.objects.open().count() == 1

    @pytest.mark.parametrize(
        ("before", "today", "helps"), [(3, 8, True), (3, 6, True), (3, 5, False), (7, 7, False)]
    )
    def test_points_to_help_when_pain_is_high_or_rose(self, recovery, pat, before, today, helps):
        log(recovery, by=pat, pain=before, days_ago=1)

        assert save(recovery, entry(recovery, pain_rest=today), pat).needs_help is helps

    def test_counts_the_sets_of_a_ticked_exercise_once(self, recovery, pat, thea):
        (one,) = assign(recovery, by=thea, times_per_day=3)
        ticks = {"exercises_done": [str(one.public_id)]}

        save(recovery, entry(recovery, **ticks), pat)
        save(recovery, entry(recovery, **ticks), pat)

        assert SetDone.objects.counted().count() == 3

    def test_takes_the_sets_back_when_the_tick_is_taken_back(self, recovery, pat, thea):
        (one,) = assign(recovery, by=thea, times_per_day=3)
        save(recovery, entry(recovery, minutes_ago=2, exercises_done=[str(one.public_id)]), pat)

        save(recovery, entry(recovery, exercises_done=[]), pat)

        assert not SetDone.objects.counted().exists()
        assert SetDone.objects.count() == 3


class TestTicksThatThePageShowed:
    @pytest.fixture
    def moves(self, recovery, thea):
        """Assign three exercises, two sets a day each."""
        return assign(recovery, "ex-finger-fist", "ex-thumb-touch", "ex-pendulum", by=thea)

    @pytest.fixture
    def do(self, recovery, pat):
        """Do an exercise's sets of today, as "Set done" does."""

        def press(one, times=2):
            day = clock.local_day(clock.now(), recovery.patient.time_zone)
            for _press in range(times):
                exercises.do_set(
                    assignment=one, set_id=uuid4(), day=day, done_at=clock.now(), time_zone="Europe/Madrid",
                    by=pat, now=clock.now(),
                )  # fmt: skip

        return press

    @pytest.fixture
    def ticks(self, recovery, pat):
        """Save today's log from a page with these ticks, which showed those."""

        def send(*ticked, shown):
            one = entry(recovery, exercises_done=[str(move.public_id) for move in ticked])
            return save(recovery, one, pat, shown_ticks=[str(move.public_id) for move in shown])

        return send

    @staticmethod
    def done():
        """Return how many sets count of each exercise."""
        found = SetDone.objects.counted().values_list("assignment__exercise_id", flat=True)
        return Counter(found)

    def test_take_the_sets_of_set_done_back_when_they_are_missing(self, moves, do, ticks):
        fist, thumb, _swing = moves
        do(fist)
        do(thumb)

        ticks(thumb, shown=[fist, thumb])

        assert self.done() == {"ex-thumb-touch": 2}
        assert SetDone.objects.exclude(undone_at=None).count() == 2

    def test_take_back_no_sets_that_a_second_device_did_meanwhile(self, moves, do, ticks):
        fist, thumb, swing = moves
        do(fist)
        do(swing)

        ticks(thumb, shown=[fist])

        assert self.done() == {"ex-thumb-touch": 2, "ex-pendulum": 2}

    def test_take_back_no_tick_that_a_second_device_saved_meanwhile(self, moves, ticks):
        fist, thumb, _swing = moves
        ticks(fist, shown=[])

        ticks(thumb, shown=[])

        assert self.done() == {"ex-finger-fist": 2, "ex-thumb-touch": 2}
        both = {str(fist.public_id), str(thumb.public_id)}
        assert set(DailyLog.objects.get().answers["exercises_done"]) == both

    def test_do_not_complete_what_was_only_begun(self, moves, do, ticks):
        fist, thumb, _swing = moves
        do(fist, times=1)

        ticks(thumb, shown=[])

        assert self.done() == {"ex-finger-fist": 1, "ex-thumb-touch": 2}

    def test_are_taken_back_once_by_a_save_that_is_sent_twice(self, recovery, moves, do, pat):
        fist, _thumb, _swing = moves
        do(fist)
        one, save_id, shown = entry(recovery, exercises_done=[]), uuid4(), [str(fist.public_id)]
        save(recovery, one, pat, save_id=save_id, shown_ticks=shown)
        do(fist)

        assert not save(recovery, one, pat, save_id=save_id, shown_ticks=shown).is_new
        assert self.done() == {"ex-finger-fist": 2}

    def test_of_another_patients_exercise_take_nothing_back(self, cast, ticks, thea, pat):
        other = make_recovery(cast.otto_record, by=thea)
        (theirs,) = assign(other, by=thea)
        log(other, by=pat, exercises_done=[str(theirs.public_id)])

        ticks(shown=[theirs])

        assert self.done() == {"ex-finger-fist": 2}
