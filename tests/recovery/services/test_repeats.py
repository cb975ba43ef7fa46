"""The same act sent twice, acts at impossible times, and who may say that a bone has healed."""

from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest

from accounts import clock
from accounts.models import Profession
from recovery.domain.log import DayEntry
from recovery.models import Alert, Assignment, DailyLog, LogRevision, SetDone, Visit, XRay
from recovery.services import exercises, follow_ups
from recovery.services.change import ActOutOfReach, SavedDiffers
from recovery.services.log import log_day
from tests.recoveries import assign, make_recovery

pytestmark = pytest.mark.django_db
FILM = {"modality": "x-ray", "position_vs_last": "unchanged", "clinician_verdict": "healing as expected"}


@pytest.fixture
def recovery(pat_record, thea):
    return make_recovery(pat_record, by=thea, day=20)


@pytest.fixture
def today(recovery):
    return clock.local_day(clock.now(), recovery.patient.time_zone)


def save(recovery, day, by, *, save_id, done_at, **answers):
    entry = DayEntry(day, done_at, "Europe/Madrid", {"pain_rest": 3, **answers})
    return log_day(recovery_id=recovery.pk, entry=entry, save_id=save_id, by=by, now=clock.now())


class TestARepeat:
    def test_of_a_log_still_says_what_its_answers_call_for(self, recovery, pat, today):
        save_id, done_at = uuid4(), clock.now()
        sent = {"save_id": save_id, "done_at": done_at, "pain_rest": 10, "cast": ["tight"]}

        first, again = (save(recovery, today, pat, **sent) for _ in range(2))

        assert (again.is_new, again.needs_help) == (False, True)
        assert again.alerts == first.alerts != ()
        assert Alert.objects.count() == LogRevision.objects.count() == 1

    def test_of_a_visit_at_another_time_is_refused(self, recovery, thea, today):
        sent = {"recovery": recovery, "kind": "therapy", "on": today + timedelta(days=5), "visit_id": uuid4()}
        follow_ups.book_visit(**sent, at=time(10), by=thea, now=clock.now())

        with pytest.raises(SavedDiffers):
            follow_ups.book_visit(**sent, at=time(15), by=thea, now=clock.now())

        assert Visit.objects.get().at == time(10)

    def test_of_an_x_ray_with_another_finding_is_refused(self, recovery, thea, today):
        sent = {"recovery": recovery, "x_ray_id": uuid4(), "by": thea, "now": clock.now()}
        values = {**FILM, "film_date": today}
        follow_ups.record_x_ray(values=values, **sent)

        with pytest.raises(SavedDiffers):
            follow_ups.record_x_ray(values={**values, "clinician_verdict": "slower than expected"}, **sent)

        assert follow_ups.record_x_ray(values=values, **sent) == XRay.objects.get()


class TestAnAct:
    @pytest.mark.parametrize("year", [1, 9999])
    def test_of_an_impossible_year_is_not_logged(self, recovery, pat, today, year):
        with pytest.raises(ActOutOfReach) as refused:
            save(recovery, today, pat, save_id=uuid4(), done_at=datetime(year, 1, 1, tzinfo=UTC))

        assert list(refused.value.error_dict) == ["done_at"]
        assert not DailyLog.objects.exists()

    @pytest.mark.parametrize("year", [1, 9999])
    def test_of_an_impossible_year_is_no_set(self, recovery, pat, thea, today, year):
        (row,) = assign(recovery, by=thea)

        with pytest.raises(ActOutOfReach):
            exercises.do_set(
                assignment=row, set_id=uuid4(), day=today, done_at=datetime(year, 1, 1, tzinfo=UTC),
                time_zone="Europe/Madrid", by=pat, now=clock.now(),
            )  # fmt: skip

        assert not SetDone.objects.exists()


class TestAnExercise:
    def test_that_ended_today_and_is_assigned_again_stands_once(self, recovery, thea, today):
        (row,) = assign(recovery, by=thea)
        exercises.end(assignment=row, on=today, by=thea, now=clock.now())

        assign(recovery, by=thea, times_per_day=5)

        assert [one.times_per_day for one in Assignment.objects.active_on(today)] == [5]

    def test_that_ended_yesterday_starts_as_a_new_row(self, recovery, thea, today):
        (row,) = assign(recovery, by=thea, days_ago=3)
        exercises.end(assignment=row, on=today - timedelta(days=1), by=thea, now=clock.now())

        assign(recovery, by=thea)

        assert Assignment.objects.count() == 2


class TestHealed:
    @pytest.mark.parametrize(
        ("profession", "may_confirm", "passes"),
        [(Profession.OTHER, False, False), (Profession.OTHER, True, True), (Profession.DOCTOR, False, True)],
    )
    def test_is_said_by_doctors_and_who_may_confirm(
        self, recovery, thea, today, profession, may_confirm, passes
    ):
        row = thea.memberships.get()
        row.profession, row.may_confirm_plans = profession, may_confirm
        row.save()
        values = {**FILM, "film_date": today, "clinician_verdict": "healed"}

        with (
            nullcontext() if passes else pytest.raises(follow_ups.MayNotCallHealed, match="clinician_verdict")
        ):
            follow_ups.record_x_ray(recovery=recovery, values=values, by=thea, now=clock.now())

        assert XRay.objects.exists() is passes
