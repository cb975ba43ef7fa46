from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts import clock
from recovery.models import PlanVersion, Recovery
from recovery.services import plan
from recovery.services.change import MayNotConfirm, RecoveryClosed
from recovery.services.close import close_recovery
from tests.recoveries import ANKLE_PLATE, make_draft, make_fracture, make_recovery

pytestmark = pytest.mark.django_db


class TestDraftPlan:
    def test_drives_nothing_until_it_is_confirmed(self, pat_record, thea):
        recovery = make_fracture(pat_record, by=thea)

        make_draft(recovery, by=thea)

        assert Recovery.objects.get(pk=recovery.pk).plan is None

    def test_forces_a_choice_where_units_differ(self, pat_record, thea):
        recovery = make_fracture(pat_record, by=thea, kind=ANKLE_PLATE)

        with pytest.raises(plan.LoadChoiceMissing):
            make_draft(recovery, by=thea, kind={**ANKLE_PLATE, "load_choice": None})

    def test_replaces_an_earlier_draft(self, pat_record, thea):
        recovery = make_fracture(pat_record, by=thea)
        first, second = make_draft(recovery, by=thea), make_draft(recovery, by=thea)

        first.refresh_from_db()

        assert (first.state, second.state, second.number) == ("discarded", "draft", 2)

    def test_refuses_the_programme_of_another_bone(self, pat_record, thea):
        recovery = make_fracture(pat_record, by=thea)

        with pytest.raises(plan.ProtocolDoesNotFit):
            make_draft(recovery, by=thea, kind=ANKLE_PLATE)

    def test_gives_no_template_to_a_person_under_18(self, pat_record, thea):
        recovery = make_fracture(pat_record, by=thea)
        type(pat_record).objects.filter(pk=pat_record.pk).update(
            born_on=recovery.injured_on - timedelta(days=17 * 365)
        )

        with pytest.raises(plan.UnderAge):
            make_draft(recovery, by=thea)


class TestConfirmPlan:
    def test_names_the_clinician_and_releases_the_first_load_only(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)

        loads = list(recovery.plan.loads.order_by("position"))

        assert recovery.plan.confirmed_by_name == thea.name
        assert loads[0].released_at is not None
        assert all(one.released_at is None for one in loads[1:])

    def test_is_refused_to_who_may_not_confirm(self, pat_record, thea, olga):
        draft = make_draft(make_fracture(pat_record, by=thea), by=thea)

        with pytest.raises(MayNotConfirm):
            plan.confirm_plan(plan=draft, by=olga, now=clock.now())

    def test_is_refused_once_the_draft_was_discarded(self, pat_record, thea):
        draft = make_draft(make_fracture(pat_record, by=thea), by=thea)
        plan.discard_draft(plan=draft, by=thea, now=clock.now())

        with pytest.raises(plan.NotADraft):
            plan.confirm_plan(plan=draft, by=thea, now=clock.now())

    def test_leaves_one_plan_in_force(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        first = recovery.plan

        second = plan.confirm_plan(plan=make_draft(recovery, by=thea), by=thea, now=clock.now())

        first.refresh_from_db()
        assert first.state == "superseded"
        assert Recovery.objects.get(pk=recovery.pk).plan == second
        assert PlanVersion.objects.in_force().get() == second


class TestReleaseLoad:
    def test_releases_the_next_step_with_name_and_note(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        second = recovery.plan.loads.get(position=1)

        plan.release_load(load=second, note="X-ray is fine.", by=thea, now=clock.now())

        second.refresh_from_db()
        assert (second.released_by_name, second.release_note) == (thea.name, "X-ray is fine.")

    def test_refuses_to_skip_a_step(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)

        with pytest.raises(plan.NothingToRelease):
            plan.release_load(load=recovery.plan.loads.get(position=2), by=thea, now=clock.now())

    def test_refuses_a_step_twice(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        second = recovery.plan.loads.get(position=1)
        plan.release_load(load=second, by=thea, now=clock.now())

        with pytest.raises(plan.NothingToRelease):
            plan.release_load(load=second, by=thea, now=clock.now())

    def test_is_refused_to_who_may_not_confirm(self, pat_record, thea, olga):
        recovery = make_recovery(pat_record, by=thea)

        with pytest.raises(MayNotConfirm):
            plan.release_load(load=recovery.plan.loads.get(position=1), by=olga, now=clock.now())


class TestReleasePhase:
    def test_releases_the_next_phase_and_no_other(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        _first, second, third, _last = recovery.plan.phases.order_by("starts_on")

        with pytest.raises(plan.NothingToRelease):
            plan.release_phase(phase=third, by=thea, now=clock.now())
        plan.release_phase(phase=second, by=thea, now=clock.now())

        second.refresh_from_db()
        assert second.released_at is not None


class TestSetRange:
    def test_keeps_the_clinicians_reason(self, pat_record, thea):
        draft = make_draft(make_fracture(pat_record, by=thea), by=thea)

        changed = plan.set_range(
            plan=draft, early=7, typical=10, late=16, reason="open break", by=thea, now=clock.now()
        )

        assert (changed.early_weeks, changed.typical_weeks, changed.late_weeks) == (7, 10, 16)
        assert changed.range_reason == "open break"

    @pytest.mark.parametrize(("weeks", "reason"), [((9, 8, 12), "x"), ((0, 8, 12), "x"), ((6, 8, 12), " ")])
    def test_refuses_weeks_out_of_order_and_a_missing_reason(self, pat_record, thea, weeks, reason):
        draft = make_draft(make_fracture(pat_record, by=thea), by=thea)
        early, typical, late = weeks

        with pytest.raises(ValidationError):
            plan.set_range(
                plan=draft, early=early, typical=typical, late=late, reason=reason, by=thea, now=clock.now()
            )


class TestMoveFilm:
    def test_overrides_the_date_and_keeps_the_windows_width(self, pat_record, thea):
        draft = make_draft(make_fracture(pat_record, by=thea), by=thea)
        film = draft.films.get(key="week-6")

        moved = plan.move_film(
            plan=draft, key="week-6", due_on=film.due_on + timedelta(days=3), by=thea, now=clock.now()
        )

        assert moved.is_overridden
        assert moved.window_from_on - film.window_from_on == timedelta(days=3)
        assert moved.window_until_on - film.window_until_on == timedelta(days=3)

    def test_refuses_a_day_before_day_zero(self, pat_record, thea):
        draft = make_draft(make_fracture(pat_record, by=thea), by=thea)

        with pytest.raises(ValidationError):
            plan.move_film(
                plan=draft,
                key="week-6",
                due_on=draft.day_zero_on - timedelta(days=1),
                by=thea,
                now=clock.now(),
            )


class TestClosedRecovery:
    def test_takes_no_new_plan(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        with pytest.raises(RecoveryClosed):
            make_draft(recovery, by=thea)
