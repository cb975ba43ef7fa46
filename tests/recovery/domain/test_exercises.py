import pytest

from recovery.domain.exercises import DOSE_BOUNDS, check_dose, offered
from recovery.protocols import load

CONTENT = load()


def offers(protocol_id, *, completed_weeks, phase, load_code):
    fracture = CONTENT.fractures[CONTENT.protocols[protocol_id].fracture]
    found = offered(
        CONTENT.exercises.values(),
        region=fracture.region,
        also_regions=fracture.also_regions,
        site=fracture.slug,
        completed_weeks=completed_weeks,
        phase=phase,
        load_code=load_code,
        codes=CONTENT.load_codes,
    )
    return {one.exercise.id: one for one in found}


class TestOffered:
    def test_keeps_to_the_phase(self):
        early = offers("distal-radius.plate", completed_weeks=0, phase="protect", load_code="U0")
        later = offers("distal-radius.plate", completed_weeks=3, phase="mobilise", load_code="U1")

        assert "ex-finger-fist" in early
        assert "ex-wrist-flex-ext" not in early
        assert "ex-wrist-flex-ext" in later

    def test_keeps_to_the_region_and_what_is_general(self):
        regions = {
            one.exercise.region
            for one in offers(
                "metacarpal.splint", completed_weeks=4, phase="mobilise", load_code="U1"
            ).values()
        }

        assert regions == {"wrist_hand", "general"}

    @pytest.mark.parametrize("protocol", CONTENT.protocols.values(), ids=lambda one: one.id)
    def test_takes_from_joints_next_door_only_what_is_free(self, protocol):
        fracture = CONTENT.fractures[protocol.fracture]
        for phase in ("protect", "mobilise", "strengthen", "return"):
            found = offers(protocol.id, completed_weeks=52, phase=phase, load_code=protocol.load[-1].code)
            for one in found.values():
                if one.exercise.region in fracture.also_regions:
                    assert one.exercise.load_min is None
                    assert not one.exercise.needs_ok
                    assert not one.exercise.needs_xray_ok

    @pytest.mark.parametrize(("load_code", "is_offered"), [("U0", False), ("U1", True), ("U4", True)])
    def test_waits_for_the_load(self, load_code, is_offered):
        found = offers("distal-radius.cast", completed_weeks=8, phase="strengthen", load_code=load_code)

        assert ("ex-putty" in found) is is_offered

    @pytest.mark.parametrize(
        ("load_code", "is_offered"), [("NWB", False), ("WBAT_BOOT", False), ("WBAT", True), ("FWB", True)]
    )
    def test_compares_loads_by_rank(self, load_code, is_offered):
        found = offers("ankle.plate", completed_weeks=12, phase="strengthen", load_code=load_code)

        assert ("ex-heel-raise" in found) is is_offered

    def test_does_not_apply_a_load_of_another_scale(self):
        found = offers("distal-radius.cast", completed_weeks=5, phase="mobilise", load_code="U0")

        assert "ex-sit-stand" in found

    @pytest.mark.parametrize(("weeks", "is_offered"), [(7, False), (8, True)])
    def test_waits_for_the_first_week_of_a_site(self, weeks, is_offered):
        found = offers("calcaneus.plate", completed_weeks=weeks, phase="mobilise", load_code="PWB50")

        assert ("ex-towel-calf" in found) is is_offered

    def test_asks_for_a_clinicians_tick_where_the_table_does(self):
        hand = offers("metacarpal.splint", completed_weeks=0, phase="protect", load_code="U0")
        wrist = offers("distal-radius.cast", completed_weeks=9, phase="strengthen", load_code="U2")
        shoulder = offers("clavicle.sling", completed_weeks=1, phase="protect", load_code="U0")

        assert hand["ex-finger-fist"].needs_ok
        assert not wrist["ex-finger-fist"].needs_ok
        assert wrist["ex-putty"].needs_ok
        assert shoulder["ex-pendulum"].needs_ok

    def test_carries_the_limits_in_words_for_the_therapist(self):
        found = offers("femoral-neck.arthroplasty", completed_weeks=3, phase="mobilise", load_code="WBAT")

        assert "hip replacement with limits: high chair only" in found["ex-sit-stand"].warnings
        assert found["ex-heel-slide"].warnings == (CONTENT.exercises["ex-heel-slide"].rom_note,)
        assert found["ex-glute-set"].warnings == ()

    def test_always_adds_the_stop_rule_of_the_spine(self):
        spine = offers("vertebral-compression.brace", completed_weeks=7, phase="strengthen", load_code="S2")
        wrist = offers("distal-radius.cast", completed_weeks=9, phase="strengthen", load_code="U2")

        assert all(one.stop.count("s-spine") == 1 for one in spine.values())
        assert not any("s-spine" in one.stop for one in wrist.values())

    @pytest.mark.parametrize("protocol", CONTENT.protocols.values(), ids=lambda one: one.id)
    def test_has_something_for_every_phase_of_every_plan(self, protocol):
        for phase in protocol.phases:
            step = max(
                (one for one in protocol.load if one.from_week <= phase.from_week),
                key=lambda one: one.from_week,
            )
            assert offers(protocol.id, completed_weeks=phase.from_week, phase=phase.code, load_code=step.code)


class TestDose:
    @pytest.mark.parametrize("exercise", CONTENT.exercises.values(), ids=lambda one: one.id)
    def test_of_every_move_in_the_library_is_legal(self, exercise):
        problems = check_dose(
            sets=exercise.sets,
            reps=exercise.reps,
            hold_s=exercise.hold_s,
            per_day=exercise.per_day,
            minutes=exercise.minutes,
        )

        assert problems == []

    @pytest.mark.parametrize("name", DOSE_BOUNDS)
    def test_outside_its_bounds_is_named(self, name):
        legal = {one: bounds[0] for one, bounds in DOSE_BOUNDS.items()}
        low, high = DOSE_BOUNDS[name]

        for value in (low - 1, high + 1):
            (problem,) = check_dose(**{**legal, name: value})
            assert (problem.field, problem.code, problem.params) == (
                name,
                "out_of_bounds",
                {"min": low, "max": high},
            )
        assert check_dose(**{**legal, name: high}) == []
