from decimal import Decimal

import pytest

from recovery.domain.red_flags import by_urgency, fitting, found_in, most_urgent
from recovery.protocols import load

CONTENT = load()
FLAGS = CONTENT.red_flags
FIELDS = CONTENT.log_fields


def fitting_ids(protocol):
    fracture = CONTENT.fractures[protocol.fracture]
    return [
        flag.id
        for flag in fitting(
            FLAGS.values(),
            treatment=protocol.treatment,
            hardware=protocol.hardware,
            limb=fracture.limb,
            site=fracture.slug,
        )
    ]


def rows_held_by(*words):
    """Return the rows on an arm or leg whose device is named by one of these words."""
    return [
        one
        for one in CONTENT.protocols.values()
        if any(word in one.immobilisation.device for word in words)
        and CONTENT.fractures[one.fracture].limb != "axial"
    ]


class TestFitting:
    @pytest.mark.parametrize(
        "protocol", rows_held_by("cast", "splint", "slab", "boot", "shoe"), ids=lambda one: one.id
    )
    def test_warns_of_a_tight_cast_wherever_a_cast_or_splint_is_worn(self, protocol):
        assert "rf-cast-tight" in fitting_ids(protocol)

    def test_tells_of_pins_through_the_skin_and_of_no_buried_wires(self):
        with_pin_site = {one.id for one in CONTENT.protocols.values() if "rf-pin-site" in fitting_ids(one)}

        assert with_pin_site == {
            one.id for one in CONTENT.protocols.values() if {"pins", "external_fixator"} & set(one.hardware)
        }
        assert (
            not {one.id for one in CONTENT.protocols.values() if "tension_band" in one.hardware}
            & with_pin_site
        )

    def test_keeps_to_the_site(self):
        spine = fitting_ids(CONTENT.protocols["vertebral-compression.kyphoplasty"])
        wrist = fitting_ids(CONTENT.protocols["distal-radius.plate"])

        assert {"rf-cauda-equina", "rf-new-vertebra", "rf-cement-lung", "rf-nerve-root"} <= set(spine)
        assert not {"rf-cauda-equina", "rf-new-vertebra", "rf-cement-lung", "rf-nerve-root"} & set(wrist)

    def test_keeps_to_the_limb(self):
        assert "rf-compartment" in fitting_ids(CONTENT.protocols["tibial-shaft.rod"])
        assert "rf-compartment" not in fitting_ids(CONTENT.protocols["pelvis.rest"])

    def test_keeps_to_the_treatment(self):
        assert "rf-dislocation" in fitting_ids(CONTENT.protocols["femoral-neck.arthroplasty"])
        assert "rf-wound-infection" not in fitting_ids(CONTENT.protocols["distal-radius.cast"])

    @pytest.mark.parametrize("protocol", CONTENT.protocols.values(), ids=lambda one: one.id)
    def test_puts_the_most_urgent_first_for_every_plan(self, protocol):
        ranks = [FLAGS[one].urgency.rank for one in fitting_ids(protocol)]

        assert ranks == sorted(ranks, reverse=True)
        assert {"rf-pe", "rf-sepsis", "rf-mood", "rf-bleeding"} <= set(fitting_ids(protocol))


class TestMostUrgent:
    def test_wins_over_what_can_wait(self):
        chosen = [FLAGS["rf-stiff"], FLAGS["rf-cast-wet"], FLAGS["rf-pe"], FLAGS["rf-sepsis"]]

        assert most_urgent(chosen) == FLAGS["rf-pe"]
        assert by_urgency(chosen)[-1] == FLAGS["rf-stiff"]

    def test_is_nothing_where_nothing_was_ticked(self):
        assert most_urgent([]) is None


class TestFoundIn:
    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ({}, ()),
            ({"pain_rest": 10}, ()),
            ({"numb_colour": ["normal"], "cast": ["fine"], "wound": ["dry and clean"], "fall": False}, ()),
            ({"cast": ["tight"]}, ("rf-cast-tight",)),
            ({"cast": ("wet", "bad smell", "rubbing or sore spot")}, ("rf-cast-wet", "rf-pressure-sore")),
            ({"numb_colour": ["cold", "numb or tingling"]}, ("rf-numb-new", "rf-neurovascular")),
            ({"wound": ["opened"]}, ("rf-wound-infection",)),
            ({"fall": True}, ("rf-deformity", "rf-head-injury", "rf-refracture")),
            ({"pain_controlled": False}, ("rf-compartment",)),
            ({"pain_controlled": True}, ()),
        ],
    )
    def test_opens_what_the_table_says(self, answers, expected):
        assert set(found_in(answers, FIELDS, completed_weeks=0)) == set(expected)

    @pytest.mark.parametrize(
        ("temperature", "opens"),
        [
            (37.9, False),
            (38, True),
            (Decimal("38.0"), True),
            (100.4, True),
            (100.3, False),
            (104, True),
            (True, False),
            ("39", False),
            (float("nan"), False),
            (Decimal("NaN"), False),
            (None, False),
        ],
    )
    def test_reads_a_fever_in_either_scale(self, temperature, opens):
        found = found_in({"temperature": temperature}, FIELDS, completed_weeks=3)

        assert found == (("rf-fever", "rf-sepsis") if opens else ())

    @pytest.mark.parametrize(("weeks", "opens"), [(0, True), (1, True), (2, False), (8, False)])
    def test_stops_asking_about_pain_medicine_after_its_window(self, weeks, opens):
        assert bool(found_in({"pain_controlled": False}, FIELDS, completed_weeks=weeks)) is opens

    def test_never_takes_a_number_for_a_yes(self):
        assert found_in({"fall": 1, "pain_controlled": 0}, FIELDS, completed_weeks=0) == ()

    def test_opens_late_answers_too_where_the_table_sets_no_window(self):
        assert found_in({"wound": ["pus or bad smell"]}, FIELDS, completed_weeks=40) == (
            "rf-wound-infection",
        )

    def test_names_each_warning_sign_once(self):
        found = found_in({"wound": ["red", "warm", "opened"]}, FIELDS, completed_weeks=1)

        assert found == ("rf-wound-infection",)
