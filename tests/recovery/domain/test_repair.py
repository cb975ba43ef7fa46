import pytest

from recovery.domain.repair import (
    ALWAYS_WITH,
    GRAFTS,
    HARDWARE,
    METHODS,
    check_repair,
    graft_nature,
    items_for,
    treatment_of,
)
from recovery.protocols import load

CONTENT = load()
METHOD_OF_TREATMENT = {"closed": "closed_reduction", "orif": "open_reduction", "arthroplasty": "arthroplasty"}


def codes(**repair):
    return [(one.field, one.code) for one in check_repair(**repair)]


class TestTreatment:
    @pytest.mark.parametrize(
        ("method", "hardware", "treatment"),
        [
            ("open_reduction", ["plate"], "orif"),
            ("closed_reduction", ["cast"], "closed"),
            ("closed_reduction", [], "closed"),
            ("closed_reduction", ["pins", "cast"], "orif"),
            ("closed_reduction", ["external_fixator"], "orif"),
            ("closed_reduction", ["rod", "screws"], "orif"),
            ("vertebroplasty", ["bone_cement"], "cement"),
            ("balloon_kyphoplasty", ["balloon", "bone_cement"], "cement"),
            ("arthroplasty", ["joint_replacement"], "arthroplasty"),
        ],
    )
    def test_of_a_method_is_the_tables_code(self, method, hardware, treatment):
        assert treatment_of(method, hardware) == treatment

    def test_of_an_unknown_method_is_refused(self):
        with pytest.raises(ValueError, match="prayer"):
            treatment_of("prayer")


class TestRepair:
    @pytest.mark.parametrize("protocol", CONTENT.protocols.values(), ids=lambda one: one.id)
    def test_of_every_protocol_is_legal_and_has_its_treatment(self, protocol):
        method = METHOD_OF_TREATMENT.get(
            protocol.treatment, "balloon_kyphoplasty" if "balloon" in protocol.hardware else "vertebroplasty"
        )
        graft = "autograft" if "bone_graft" in protocol.hardware else "none"

        assert check_repair(method=method, hardware=protocol.hardware, graft=graft) == []
        assert treatment_of(method, protocol.hardware) == protocol.treatment

    def test_knows_the_hardware_of_the_tables_and_no_other(self):
        assert {one.hardware for one in CONTENT.modifiers} == HARDWARE

    @pytest.mark.parametrize(
        ("repair", "expected"),
        [
            ({"method": "prayer", "hardware": ["cast"]}, [("method", "unknown_option")]),
            ({"method": "closed_reduction", "hardware": []}, [("hardware", "required")]),
            ({"method": "closed_reduction", "hardware": ["cast", "cast"]}, [("hardware", "twice")]),
            ({"method": "closed_reduction", "hardware": ["none", "cast"]}, [("hardware", "not_with_others")]),
            ({"method": "closed_reduction", "hardware": ["glue"]}, [("hardware", "unknown_option")]),
            ({"method": "closed_reduction", "hardware": ["balloon"]}, [("hardware", "not_for_method")]),
            ({"method": "arthroplasty", "hardware": ["sling"]}, [("hardware", "missing")]),
            ({"method": "balloon_kyphoplasty", "hardware": ["bone_cement"]}, [("hardware", "missing")]),
            ({"method": "open_reduction", "hardware": ["bone_graft"]}, [("graft", "graft_kind_missing")]),
            (
                {"method": "open_reduction", "hardware": ["bone_graft"], "graft": "chalk"},
                [("graft", "unknown_option")],
            ),
            (
                {"method": "open_reduction", "hardware": ["plate"], "graft": "allograft"},
                [("hardware", "graft_not_listed")],
            ),
        ],
    )
    def test_that_cannot_be_is_named(self, repair, expected):
        assert codes(**repair) == expected

    def test_has_what_its_method_always_leaves(self):
        assert set(ALWAYS_WITH) < set(METHODS)


class TestGraft:
    def test_is_natural_from_a_person_and_artificial_else(self):
        assert [graft_nature(one) for one in GRAFTS] == [None, "natural", "natural", "artificial"]


class TestItems:
    def test_of_buried_wires_hold_no_care_of_pins(self):
        items = items_for(CONTENT.modifiers, hardware=["tension_band", "splint", "sling"])

        assert "buried wires: no pin-site care and no pin removal visit" in items
        assert not any(one.startswith("pin") or "rf-pin-site" in one for one in items)

    def test_of_pins_hold_their_care_and_removal(self):
        items = items_for(CONTENT.modifiers, hardware=["pins", "cast"])

        assert any(one.startswith("pin-site check") for one in items)
        assert any(one.startswith("pin removal visit") for one in items)

    @pytest.mark.parametrize(
        ("graft", "has_donor"), [("autograft", True), ("allograft", False), ("substitute", False)]
    )
    def test_of_a_graft_follow_its_kind(self, graft, has_donor):
        items = items_for(CONTENT.modifiers, hardware=["bone_graft"], graft=graft)

        assert ("donor wound check day 10-14" in items) is has_donor
        assert ("no donor site questions" in items) is not has_donor

    def test_stand_there_once_when_two_pieces_of_hardware_add_them(self):
        items = items_for(CONTENT.modifiers, hardware=["plate", "screws"])

        assert items.count("wound check day 10-14") == 1
