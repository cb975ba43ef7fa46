"""After a second operation nothing of the first treatment's plan allows, asks or hides anything."""

from datetime import timedelta

import pytest

from accounts import clock
from recovery.models import Assignment, Recovery
from recovery.queries import patient as queries
from recovery.services import follow_ups, plan, start
from tests.recoveries import assign, make_draft, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(pat_record, thea) -> Recovery:
    """Make Pat's wrist, 60 days after its plate, with the second load released."""
    recovery = make_recovery(pat_record, by=thea, day=60)
    plan.release_load(load=recovery.plan.loads.get(position=1), by=thea, now=clock.now())
    return recovery


def operate_again(recovery, by):
    start.record_repair(
        recovery=recovery,
        method="open_reduction",
        operated_on=clock.local_day(clock.now(), recovery.patient.time_zone) - timedelta(days=1),
        hardware=["plate", "screws", "splint"],
        by=by,
        now=clock.now(),
    )
    return Recovery.objects.select_related("patient__clinic", "plan", "current_repair").get(pk=recovery.pk)


class TestANewTreatment:
    def test_takes_the_old_load_off_today(self, recovery, pat, thea):
        recovery = operate_again(recovery, thea)
        today = clock.local_day(clock.now(), recovery.patient.time_zone)

        page = queries.today(pat, first_name="Pat", today=today)

        assert page.headers[0].load is None

    def test_pauses_the_exercises_of_the_old_one(self, recovery, thea):
        assign(recovery, by=thea)

        operate_again(recovery, thea)

        assert Assignment.objects.get().paused_at is not None

    def test_lets_nothing_of_the_old_plan_be_released(self, recovery, thea):
        third = recovery.plan.loads.get(position=2)
        second_phase = recovery.plan.phases.get(code="mobilise")
        operate_again(recovery, thea)

        with pytest.raises(plan.TreatmentChanged):
            plan.release_load(load=third, by=thea, now=clock.now())
        with pytest.raises(plan.TreatmentChanged):
            plan.release_phase(phase=second_phase, by=thea, now=clock.now())

    def test_puts_a_draft_for_the_old_one_away(self, recovery, thea):
        draft = make_draft(recovery, by=thea)
        operate_again(recovery, thea)

        with pytest.raises(plan.NotADraft):
            plan.confirm_plan(plan=draft, by=thea, now=clock.now())

    def test_counts_its_films_anew(self, recovery, thea):
        film = recovery.plan.films.get(key="week-2")
        values = {
            "film_date": film.due_on,
            "modality": "x-ray",
            "position_vs_last": "unchanged",
            "clinician_verdict": "healing as expected",
        }
        follow_ups.record_x_ray(recovery=recovery, film_key="week-2", values=values, by=thea, now=clock.now())
        recovery = operate_again(recovery, thea)

        new = plan.confirm_plan(plan=make_draft(recovery, by=thea), by=thea, now=clock.now())

        assert [one.key for one in new.films.order_by("due_on")] == ["r2-week-2", "r2-week-6", "r2-week-12"]
        assert [one.released_at is not None for one in new.loads.order_by("position")] == [
            True,
            False,
            False,
            False,
        ]


class TestANewVersionOfTheSameTreatment:
    def test_keeps_what_was_released(self, recovery, thea):
        new = plan.confirm_plan(plan=make_draft(recovery, by=thea), by=thea, now=clock.now())

        assert [one.released_at is not None for one in new.loads.order_by("position")] == [
            True,
            True,
            False,
            False,
        ]
