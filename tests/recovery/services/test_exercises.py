from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accounts import clock
from recovery.models import Assignment, SetDone
from recovery.services import exercises
from recovery.services.change import RecoveryClosed
from recovery.services.close import close_recovery
from tests.recoveries import assign, make_fracture, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(pat_record, thea):
    return make_recovery(pat_record, by=thea)


def today(recovery):
    return clock.local_day(clock.now(), recovery.patient.time_zone)


def dose(**changes):
    fields = {"exercise_id": "ex-finger-fist", "sets": 1, "reps": 10, "times_per_day": 3}
    return exercises.Dose(**{**fields, **changes})


class TestAssign:
    def test_gives_the_dose_to_an_exercise_that_runs_already(self, recovery, thea):
        for times in (2, 4):
            assign(recovery, by=thea, times_per_day=times)

        assert Assignment.objects.get().times_per_day == 4

    @pytest.mark.parametrize(
        "changes", [{"sets": 0}, {"sets": 10_000}, {"reps": 0}, {"times_per_day": 13}, {"hold_seconds": 301}]
    )
    def test_refuses_a_dose_out_of_bounds(self, recovery, thea, changes):
        with pytest.raises(exercises.DoseOutOfBounds) as refusal:
            exercises.assign(
                recovery=recovery,
                doses=[dose(**changes)],
                starts_on=today(recovery),
                by=thea,
                now=clock.now(),
            )

        assert {one.code for one in refusal.value.error_list} == {"dose_out_of_bounds"}
        assert not Assignment.objects.exists()

    def test_refuses_what_is_not_in_the_library(self, recovery, thea):
        with pytest.raises(exercises.UnknownExercise):
            exercises.assign(
                recovery=recovery,
                doses=[dose(exercise_id="ex-juggling")],
                starts_on=today(recovery),
                by=thea,
                now=clock.now(),
            )

    def test_waits_for_a_confirmed_plan(self, pat_record, thea):
        with pytest.raises(exercises.NoPlanYet):
            assign(make_fracture(pat_record, by=thea), by=thea)

    def test_leaves_and_returns_with_pause_and_resume(self, recovery, thea):
        (one,) = assign(recovery, by=thea)
        active = Assignment.objects.active_on(today(recovery))

        exercises.pause(assignment=one, by=thea, now=clock.now())
        assert not active.exists()
        exercises.resume(assignment=one, by=thea, now=clock.now())
        assert active.exists()
        exercises.end(assignment=one, on=today(recovery), by=thea, now=clock.now())
        assert not Assignment.objects.active_on(today(recovery) + timedelta(days=1)).exists()


class TestDoSet:
    def do(self, one, by, *, set_id=None, days_ago=0, **more):
        return exercises.do_set(
            assignment=one,
            set_id=set_id or uuid4(),
            day=today(one.recovery) - timedelta(days=days_ago),
            done_at=clock.now(),
            time_zone="Europe/Madrid",
            by=by,
            now=clock.now(),
            **more,
        )

    def test_counts_a_repeat_once(self, recovery, pat, thea):
        (one,) = assign(recovery, by=thea)
        set_id = uuid4()

        for _ in range(2):
            self.do(one, pat, set_id=set_id)

        assert SetDone.objects.count() == 1

    def test_refuses_another_set_under_the_same_id(self, recovery, pat, thea):
        (one,) = assign(recovery, by=thea)
        set_id = uuid4()
        self.do(one, pat, set_id=set_id)

        with pytest.raises(exercises.SetDiffers):
            self.do(one, pat, set_id=set_id, pain=4)

    @pytest.mark.parametrize("days_ago", [-1, 32])
    def test_refuses_tomorrow_and_long_ago(self, recovery, pat, thea, days_ago):
        (one,) = assign(recovery, by=thea)

        with pytest.raises(exercises.NotYourDay):
            self.do(one, pat, days_ago=days_ago)

    def test_refuses_pain_11(self, recovery, pat, thea):
        (one,) = assign(recovery, by=thea)

        with pytest.raises(ValidationError):
            self.do(one, pat, pain=11)

    def test_refuses_a_set_done_after_the_exercise_was_paused_and_takes_one_from_before(
        self, recovery, pat, thea
    ):
        (one,) = assign(recovery, by=thea)
        exercises.pause(assignment=one, by=thea, now=clock.now() - timedelta(minutes=5))
        one.refresh_from_db()

        with pytest.raises(exercises.ExerciseStopped):
            self.do(one, pat)
        exercises.do_set(
            assignment=one,
            set_id=uuid4(),
            day=today(recovery),
            done_at=clock.now() - timedelta(minutes=10),
            time_zone="Europe/Madrid",
            by=pat,
            now=clock.now(),
        )

        assert SetDone.objects.count() == 1

    def test_can_be_undone_and_stays_on_record(self, recovery, pat, thea):
        (one,) = assign(recovery, by=thea)
        done = self.do(one, pat)

        exercises.undo_set(set_done=done, by=pat, now=clock.now())

        assert not SetDone.objects.counted().exists()
        assert SetDone.objects.exists()

    def test_refuses_a_closed_recovery(self, recovery, pat, thea):
        (one,) = assign(recovery, by=thea)
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        with pytest.raises(RecoveryClosed):
            self.do(one, pat)
