"""What the current release holds."""

import re
from decimal import Decimal

import pytest

from recovery.domain.log import FlagRule
from recovery.protocols import load, patient_texts

CONTENT = load("2026-11")


class TestRelease:
    def test_says_that_nobody_has_reviewed_it(self):
        release = CONTENT.release

        assert CONTENT.version == "2026-11"
        assert release.status == "draft, not clinically approved"
        assert not release.is_reviewed
        assert (release.reviewer, release.reviewed_on, release.next_review_on) == (None, None, None)

    def test_holds_every_table(self):
        counts = {
            "fractures": 20,
            "protocols": 61,
            "load_codes": 18,
            "gates": 20,
            "modifiers": 16,
            "red_flags": 31,
            "urgencies": 3,
            "exercises": 60,
            "stop_rules": 7,
            "stages": 4,
            "notices": 13,
            "log_fields": 24,
            "xray_fields": 24,
            "hazards": 16,
            "sources": 109,
        }

        assert {name: len(getattr(CONTENT, name)) for name in counts} == counts

    def test_cannot_be_changed(self):
        with pytest.raises(TypeError):
            CONTENT.protocols["distal-radius.cast"] = None
        with pytest.raises(TypeError):
            CONTENT.exercises["ex-elbow-assist"].first_weeks["olecranon"] = 0


class TestProtocols:
    def test_name_their_sources(self):
        assert all(one.sources for one in CONTENT.protocols.values())

    def test_exist_for_every_site(self):
        assert {one.fracture for one in CONTENT.protocols.values()} == set(CONTENT.fractures)

    def test_know_visits_as_exact_numbers(self):
        (therapy,) = CONTENT.protocols["metatarsal.boot"].therapy

        assert therapy.visits_per_week == Decimal("0.5")

    def test_have_no_union_where_a_joint_was_replaced_or_a_bone_cemented(self):
        assert {one.id for one in CONTENT.protocols.values() if one.recovery} == {
            "proximal-humerus.arthroplasty",
            "femoral-neck.arthroplasty",
            "vertebral-compression.vertebroplasty",
            "vertebral-compression.kyphoplasty",
        }


class TestUrgencies:
    def test_are_three_and_ranked(self):
        assert {one.code: one.rank for one in CONTENT.urgencies.values()} == {
            "emergency": 3,
            "same_day": 2,
            "next_visit": 1,
        }

    def test_end_a_call_that_nobody_answers_at_the_emergency_room(self):
        assert CONTENT.urgencies["same_day"].action.endswith("go to the emergency room.")


class TestLogFields:
    def test_carry_their_warning_signs(self):
        fields = {one.name: one for one in CONTENT.log_fields}

        assert fields["temperature"].flags == (FlagRule(None, Decimal(38), ("rf-fever", "rf-sepsis")),)
        assert fields["pain_controlled"].flags == (FlagRule(False, None, ("rf-compartment",)),)
        assert fields["pain_controlled"].flags_until_week == 2
        assert FlagRule("tight", None, ("rf-cast-tight",)) in fields["cast"].flags

    def test_offer_every_load_code_where_the_load_is_asked(self):
        (field,) = (one for one in CONTENT.log_fields if one.kind == "load_code")

        assert field.options == tuple(CONTENT.load_codes)


class TestXrayFields:
    def test_need_a_date_a_kind_a_position_and_a_verdict(self):
        assert [one.name for one in CONTENT.xray_fields if one.required] == [
            "film_date",
            "modality",
            "position_vs_last",
            "clinician_verdict",
        ]


class TestWords:
    def test_never_tell_a_patient_of_delayed_union_or_nonunion(self):
        banned = re.compile(r"non-?union|delayed union", re.IGNORECASE)
        assert [one.place for one in patient_texts(CONTENT) if banned.search(one.text)] == []
