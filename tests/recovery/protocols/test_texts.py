import re

import pytest

from recovery.protocols import load, patient_texts

CONTENT = load("2026-11")
TEXTS = {}
for one in patient_texts(CONTENT):
    TEXTS.setdefault(one.place, []).append(one.text)

# Each of these is filled in from the clinic's settings or the plan.
PLACES = {
    "clinic_phone", "clinician", "crisis_line", "date", "early", "emergency_number", "high", "late", "low",
    "median", "out_of_hours_phone", "reply_days",
}  # fmt: skip


class TestPatientTexts:
    @pytest.mark.parametrize(
        ("place", "text"),
        [
            ("fractures.patella.plain", "Broken kneecap"),
            ("load_codes.FWB.plain", "You may put your full weight on this leg."),
            ("stages.st2.name", "Soft bridge"),
            ("urgency.emergency.label", "Get help now"),
            ("red_flags.rf-dislocation.ask2", "My leg or arm looks short or turned, and I cannot move it."),
            ("exercises.ex-glute-set.steps.2", "Squeeze your buttocks."),
            ("stop_rules.s-weight.text", "Stop if you cannot keep to your weight plan. Sit and rest."),
            ("daily_log.swelling.options", "worse than yesterday"),
            ("xray_record.clinician_verdict.options", "healed"),
            (
                "osteoporosis_schedule.op-contact16.text",
                "Check-in call: started? side effects? any fall or new break?",
            ),
            ("falls_tasks.task", "Eye test"),
            ("bone_medicines.calcium.tip", "Food first."),
            ("gates.patella.brace-off.2", "walks with no limp"),
        ],
    )
    def test_hold_what_patients_read(self, place, text):
        assert text in TEXTS[place]

    def test_leave_out_what_is_for_staff(self):
        everything = {text for texts in TEXTS.values() for text in texts}

        assert not {one.clinical_name for one in CONTENT.red_flags.values()} & everything
        assert not {one.note for one in CONTENT.protocols.values()} & everything
        assert not any(place.startswith("risk_factors.age.") for place in TEXTS)
        assert "xray_record.views.options" not in TEXTS
        assert "osteoporosis_schedule.op-risk.text" not in TEXTS

    def test_are_never_empty_and_have_only_known_places_to_fill(self):
        everything = [text for texts in TEXTS.values() for text in texts]

        assert all(text.strip() for text in everything)
        assert {name for text in everything for name in re.findall(r"{(\w*)}", text)} <= PLACES

    def test_of_risk_factors_are_those_written_for_patients(self):
        places = [place for place in TEXTS if place.startswith("risk_factors.")]

        assert places
        for place in places:
            slug = place.split(".")[1]
            (row,) = (one for one in CONTENT.reference["risk_factors"] if one["slug"] == slug)
            assert row["show"] == "patient"
