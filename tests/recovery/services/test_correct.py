from datetime import time, timedelta

import pytest

from accounts import clock
from recovery.models import Recovery
from recovery.services import follow_ups, plan
from recovery.services.change import MayNotConfirm
from recovery.services.correct import correct_dates
from recovery.services.start import DateDoesNotFit
from tests.recoveries import WRIST_PINS, WRIST_PLATE, make_draft, make_fracture, make_recovery

pytestmark = pytest.mark.django_db

BACK = timedelta(days=4)


def correct(recovery, by, *, by_days=-BACK):
    day = recovery.current_repair.operated_on + by_days
    return correct_dates(
        recovery=recovery,
        injured_on=min(recovery.injured_on, day),
        operated_on=day,
        by=by,
        now=clock.now(),
        reason="typing mistake",
    )


def dates(version):
    return {
        **{f"phase {one.code}": one.starts_on for one in version.phases.all()},
        **{f"load {one.position}": one.from_on for one in version.loads.all()},
        **{one.key: one.due_on for one in version.films.all()},
        **{f"{one.key} from": one.window_from_on for one in version.films.all()},
        "end": version.ends_on,
        "device": version.device_off_from_on,
    }


class TestCorrectDates:
    def test_moves_every_date_as_a_block_in_a_new_version(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        before = dates(recovery.plan)

        result = correct(recovery, thea)

        fresh = Recovery.objects.get(pk=recovery.pk)
        assert fresh.plan == result.plan
        assert fresh.plan.number == recovery.plan.number + 1
        assert dates(fresh.plan) == {name: day - BACK for name, day in before.items()}
        assert result.moved_days == -4

    def test_keeps_releases_with_their_clinician(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        plan.release_load(load=recovery.plan.loads.get(position=1), by=thea, now=clock.now())

        result = correct(recovery, thea)

        assert result.plan.loads.filter(released_by_name=thea.name).count() == 2

    def test_leaves_a_film_that_was_moved_by_hand(self, pat_record, thea):
        draft = make_draft(make_fracture(pat_record, by=thea), by=thea)
        film = draft.films.get(key="week-6")
        own_day = film.due_on + timedelta(days=5)
        plan.move_film(plan=draft, key="week-6", due_on=own_day, by=thea, now=clock.now())
        plan.confirm_plan(plan=draft, by=thea, now=clock.now())

        result = correct(Recovery.objects.get(pk=draft.recovery_id), thea)

        assert [(one.key, one.kept) for one in result.stayed] == [("week-6", "overridden")]
        assert result.plan.films.get(key="week-6").due_on == own_day

    def test_leaves_a_booked_film_and_lists_it(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        film = recovery.plan.films.get(key="week-6")
        follow_ups.book_visit(
            recovery=recovery,
            kind="x_ray",
            on=film.due_on,
            at=time(9),
            film_key="week-6",
            by=thea,
            now=clock.now(),
        )

        result = correct(recovery, thea)

        assert [(one.key, one.kept) for one in result.stayed] == [("week-6", "booked")]
        assert result.plan.stayed == [{"key": "week-6", "on": film.due_on.isoformat(), "why": "booked"}]

    def test_leaves_a_film_that_is_done(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea, day=20)
        film = recovery.plan.films.get(key="week-2")
        values = {
            "film_date": film.due_on,
            "modality": "x-ray",
            "position_vs_last": "unchanged",
            "clinician_verdict": "healing as expected",
        }
        follow_ups.record_x_ray(recovery=recovery, film_key="week-2", values=values, by=thea, now=clock.now())

        result = correct(recovery, thea)

        assert [(one.key, one.kept) for one in result.stayed] == [("week-2", "done")]
        assert result.plan.films.get(key="week-2").due_on == film.due_on

    def test_moves_a_draft_in_place(self, pat_record, thea):
        draft = make_draft(make_fracture(pat_record, by=thea), by=thea)
        before = dates(draft)

        correct(Recovery.objects.get(pk=draft.recovery_id), thea)

        draft.refresh_from_db()
        assert dates(draft) == {name: day - BACK for name, day in before.items()}
        assert draft.state == "draft"

    def test_is_refused_to_who_may_not_confirm_once_a_plan_is_in_force(self, pat_record, thea, olga):
        recovery = make_recovery(pat_record, by=thea)

        with pytest.raises(MayNotConfirm):
            correct(recovery, olga)

        assert Recovery.objects.get(pk=recovery.pk).plan == recovery.plan

    def test_refuses_a_day_in_the_future(self, pat_record, thea):
        with pytest.raises(DateDoesNotFit):
            correct(make_recovery(pat_record, by=thea), thea, by_days=timedelta(days=40))

    def test_counts_from_the_day_on_which_a_break_set_without_a_cut_was_fixed(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea, kind=WRIST_PINS)
        before = dates(recovery.plan)

        result = correct(recovery, thea)

        assert dates(result.plan) == {name: day - BACK for name, day in before.items()}
        assert result.plan.day_zero_on == recovery.current_repair.operated_on - BACK

    @pytest.mark.parametrize("kind", [WRIST_PLATE, WRIST_PINS])
    def test_refuses_to_lose_the_day_of_an_operation(self, pat_record, thea, kind):
        recovery = make_recovery(pat_record, by=thea, kind=kind)

        with pytest.raises(DateDoesNotFit) as refusal:
            correct_dates(
                recovery=recovery, injured_on=recovery.injured_on, operated_on=None, by=thea, now=clock.now()
            )

        assert refusal.value.error_dict["operated_on"][0].code == "required"

    def test_changes_no_plan_when_day_zero_stays(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)

        result = correct(recovery, thea, by_days=timedelta())

        assert result.plan is None
        assert Recovery.objects.get(pk=recovery.pk).plan == recovery.plan
