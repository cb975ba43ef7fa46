from dataclasses import replace

import pytest

from recovery import protocols
from recovery.domain.log_fit import Situation, load_codes, resting

CONTENT = protocols.load()
FIELDS = {one.name: one for one in CONTENT.log_fields}
WRIST = Situation(
    completed_weeks=1, limb="upper", device="splint", is_cut=True, move_ids={"ex-finger-fist"},
    has_medicines=True, has_loads=True,
)  # fmt: skip
EVERYDAY = {
    "pain_rest", "pain_move", "pain_controlled", "swelling", "temperature", "exercises_done", "steps",
    "sleep_hours", "mood", "fall", "goals", "smoking", "work_status", "photo",
}  # fmt: skip
"""What every person is asked in every week."""


def asked(situation):
    return {name for name, one in FIELDS.items() if situation.fits(one)}


class TestWhatFits:
    def test_a_plated_wrist_in_a_splint(self):
        extra = {
            "cast", "wound", "numb_colour", "exercise_pain_after", "medication", "opioid_taken",
            "load_actual", "rom", "bowel",
        }  # fmt: skip

        assert asked(WRIST) == EVERYDAY | extra

    def test_a_spine_without_a_device_is_asked_neither_of_fingers_nor_of_bending(self):
        spine = replace(WRIST, limb="axial", device="", move_ids=())

        assert asked(WRIST) - asked(spine) == {"cast", "numb_colour", "rom", "exercise_pain_after"}

    def test_who_has_no_cut_no_list_and_no_plan_is_not_asked_about_them(self):
        bare = replace(WRIST, is_cut=False, has_medicines=False, has_loads=False)

        assert asked(WRIST) - asked(bare) == {"wound", "medication", "load_actual"}

    def test_after_six_weeks_wound_strong_pills_and_bowels_are_over(self):
        assert asked(WRIST) - asked(replace(WRIST, completed_weeks=6)) == {"wound", "opioid_taken", "bowel"}

    def test_in_a_cast_nobody_is_asked_to_bend(self):
        assert "rom" not in asked(replace(WRIST, device="cast"))

    @pytest.mark.parametrize(
        ("limb", "move", "is_asked"),
        [
            ("upper", "ex-putty", True),
            ("lower", "ex-heel-raise", True),
            ("lower", "ex-heel-raise-sit", True),
            ("lower", "ex-putty", False),
            ("upper", "ex-heel-raise", False),
            ("axial", "ex-putty", False),
        ],
    )
    def test_squeezes_and_heel_raises_are_counted_by_who_was_given_them(self, limb, move, is_asked):
        assert ("grip_or_heel_raise" in asked(replace(WRIST, limb=limb, move_ids={move}))) is is_asked

    def test_pain_medicine_opens_a_warning_sign_for_two_weeks(self):
        relief = FIELDS["pain_controlled"]

        assert [replace(WRIST, completed_weeks=week).opens_warnings(relief) for week in (0, 1, 2)] == [
            True,
            True,
            False,
        ]

    def test_the_moves_it_names_are_in_the_library(self):
        from recovery.domain.log_fit import STRENGTH_MOVES

        assert {move for moves in STRENGTH_MOVES.values() for move in moves} <= set(CONTENT.exercises)


class TestWeekly:
    WEEKLY = ("mood", "fall", "goals")

    def test_questions_rest_together_once_one_was_answered(self):
        assert resting(self.WEEKLY, {"mood", "pain_rest"}) == {"mood", "goals"}

    def test_that_about_falls_rests_by_itself(self):
        assert resting(self.WEEKLY, {"fall"}) == {"fall"}

    def test_nothing_rests_before_an_answer(self):
        assert resting(self.WEEKLY, {"pain_rest", "swelling"}) == set()


class TestLoadCodes:
    @pytest.mark.parametrize(
        ("protocol", "codes"),
        [
            ("distal-radius.plate", ["U0", "U1", "U2", "U3", "U4"]),
            ("vertebral-compression.kyphoplasty", ["S1", "S2", "S3"]),
        ],
    )
    def test_are_those_of_the_plans_scale_from_the_least(self, protocol, codes):
        assert [one.code for one in load_codes(CONTENT.protocols[protocol], CONTENT.load_codes)] == codes

    def test_hold_a_boot_or_a_locked_brace_only_where_the_plan_does(self):
        for protocol in CONTENT.protocols.values():
            planned = {step.code for step in (*protocol.load, *protocol.load_alt)}
            found = {one.code for one in load_codes(protocol, CONTENT.load_codes)}

            assert planned <= found
            assert not found & {"WBAT_BOOT", "WBAT_LOCKED"} - planned
