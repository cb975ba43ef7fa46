from datetime import date, datetime

import pytest

from recovery.domain.xray import check_record, fields_for
from recovery.protocols import load

FIELDS = load().xray_fields
INJURED_ON = date(2028, 2, 1)
TODAY = date(2028, 3, 14)
RECORD = {
    "film_date": TODAY,
    "modality": "x-ray",
    "position_vs_last": "unchanged",
    "clinician_verdict": "healing as expected",
}


def problems(site="distal-radius", **changes):
    values = {**RECORD, **changes}
    found = check_record(values, fields=FIELDS, site=site, not_before=INJURED_ON, today=TODAY)
    return [(one.field, one.code) for one in found]


class TestFields:
    def test_follow_the_site_and_leave_out_what_is_computed(self):
        wrist = {one.name for one in fields_for(FIELDS, site="distal-radius")}

        assert {"dorsal_tilt_deg", "callus"} <= wrist
        assert not {"kyphosis_deg", "week_post"} & wrist


class TestRecord:
    def test_of_a_whole_film_is_accepted(self):
        assert (
            problems(
                views=["AP", "lateral"],
                callus="early",
                dorsal_tilt_deg=4.5,
                cortices_bridged=2,
                rust_cortices=[1, 2, 3, 1],
                clinical_union=["no pain on use or full weight"],
                note_for_patient="All in place.",
                next_film_week=None,
            )
            == []
        )

    @pytest.mark.parametrize("field", RECORD)
    def test_needs_its_required_fields(self, field):
        assert problems(**{field: None}) == [(field, "required")]

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("film_date", date(2028, 1, 31), "before_injury"),
            ("film_date", date(2028, 3, 15), "in_future"),
            ("film_date", "today", "not_allowed"),
            ("modality", "photo", "not_allowed"),
            ("views", "AP", "not_allowed"),
            ("views", ["sideways"], "not_allowed"),
            ("clinical_union", ["healed"], "not_allowed"),
            ("rust_cortices", [1, 2, 3], "not_allowed"),
            ("rust_cortices", [1, 2, 3, 4], "not_allowed"),
            ("cortices_bridged", 5, "not_allowed"),
            ("next_film_week", -1, "not_allowed"),
            ("cortices_bridged", 1.5, "not_allowed"),
            ("shortening_mm", -1, "not_allowed"),
            ("dorsal_tilt_deg", 1000, "not_allowed"),
            ("note_for_patient", "x" * 501, "not_allowed"),
            ("note_for_patient", "a\x00b", "not_allowed"),
            ("note_for_patient", "a\ud800b", "not_allowed"),
            ("film_date", datetime(2028, 3, 1, 12), "not_allowed"),
            ("kyphosis_deg", 10, "unknown_field"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, field, value, code):
        assert problems(**{field: value}) == [(field, code)]
