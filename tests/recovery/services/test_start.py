from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts import clock
from accounts.models import AuditEvent
from recovery.models import Recovery
from recovery.services import alerts, start
from recovery.services.change import RecoveryClosed
from recovery.services.close import WarningOpen, close_recovery, reopen_recovery
from tests.recoveries import make_fracture, make_recovery

pytestmark = pytest.mark.django_db


def begin(patient, by, **changes):
    fields = {
        "site": "distal-radius",
        "side": "left",
        "injured_on": clock.local_day(clock.now(), patient.time_zone) - timedelta(days=3),
        "is_open": False,
        "is_low_energy": True,
    }
    return start.start_recovery(patient=patient, by=by, now=clock.now(), **{**fields, **changes})


class TestStartRecovery:
    def test_leaves_an_audit_row(self, pat_record, thea):
        recovery = begin(pat_record, thea)

        row = AuditEvent.objects.get(action="recovery.started")
        assert (row.actor_id, row.subject_id) == (thea.public_id, recovery.public_id)

    def test_refuses_a_second_open_recovery_of_the_same_site_and_side(self, pat_record, thea):
        begin(pat_record, thea)

        with pytest.raises(start.AlreadyOpen):
            begin(pat_record, thea)

        assert Recovery.objects.count() == 1

    def test_takes_the_other_side_as_well(self, pat_record, thea):
        begin(pat_record, thea)
        begin(pat_record, thea, side="right")

        assert Recovery.objects.open().count() == 2

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"site": "rib"}, start.UnknownSite),
            ({"side": "middle"}, start.SideDoesNotFit),
            ({"site": "vertebral-compression", "side": "left"}, start.SideDoesNotFit),
            ({"side": "upper"}, start.SideDoesNotFit),
            ({"injured_on": date(1900, 1, 1)}, start.DateDoesNotFit),
            ({"icd10cm": "X99"}, ValidationError),
        ],
    )
    def test_refuses_what_cannot_be(self, pat_record, thea, changes, refusal):
        with pytest.raises(refusal):
            begin(pat_record, thea, **changes)

    def test_refuses_tomorrow_on_the_patients_calendar(self, pat_record, thea):
        tomorrow = clock.local_day(clock.now(), pat_record.time_zone) + timedelta(days=1)

        with pytest.raises(start.DateDoesNotFit):
            begin(pat_record, thea, injured_on=tomorrow)


class TestRecordRepair:
    def record(self, recovery, by, **changes):
        fields = {
            "method": "open_reduction",
            "operated_on": recovery.injured_on,
            "hardware": ["plate", "screws"],
        }
        return start.record_repair(recovery=recovery, by=by, now=clock.now(), **{**fields, **changes})

    def test_makes_the_newest_repair_current(self, pat_record, thea):
        recovery = begin(pat_record, thea)
        self.record(recovery, thea, method="closed_reduction", operated_on=None, hardware=["cast"])

        second = self.record(recovery, thea)

        assert second.sequence == 2
        assert Recovery.objects.get(pk=recovery.pk).current_repair == second

    @pytest.mark.parametrize(
        "hardware", [["screws"], ["pins"], ["rod"], ["plate"], ["plate", "screws", "splint"]]
    )
    def test_takes_each_kind_of_open_reduction(self, pat_record, thea, hardware):
        repair = self.record(begin(pat_record, thea), thea, hardware=hardware)

        assert repair.hardware == sorted(hardware)

    @pytest.mark.parametrize("graft", ["autograft", "allograft", "substitute"])
    def test_takes_natural_and_artificial_grafts(self, pat_record, thea, graft):
        repair = self.record(begin(pat_record, thea), thea, hardware=["plate", "bone_graft"], graft=graft)

        assert repair.graft == graft

    @pytest.mark.parametrize(
        "changes",
        [
            {"hardware": []},
            {"hardware": ["glue"]},
            {"hardware": ["plate", "bone_graft"]},
            {"operated_on": None},
            {"operated_on": None, "method": "closed_reduction", "hardware": ["pins"]},
            {"method": "vertebroplasty", "hardware": ["bone_cement"]},
            {"method": "prayer"},
        ],
    )
    def test_refuses_parts_that_do_not_belong_together(self, pat_record, thea, changes):
        with pytest.raises(ValidationError):
            self.record(begin(pat_record, thea), thea, **changes)

    @pytest.mark.parametrize("hardware", [["pins", "cast"], ["external_fixator"], ["rod", "screws"]])
    def test_asks_for_the_day_on_which_a_break_set_without_a_cut_was_fixed(self, pat_record, thea, hardware):
        recovery = begin(pat_record, thea)
        fixed = {"method": "closed_reduction", "hardware": hardware}

        with pytest.raises(ValidationError) as refusal:
            self.record(recovery, thea, **fixed, operated_on=None)
        repair = self.record(recovery, thea, **fixed, operated_on=recovery.injured_on + timedelta(days=1))

        assert "put in by an operation" in str(refusal.value.message_dict["operated_on"])
        assert repair.day_zero_on(recovery.injured_on) == recovery.injured_on + timedelta(days=1)

    def test_asks_for_no_day_where_nothing_was_put_in(self, pat_record, thea):
        recovery = begin(pat_record, thea)

        repair = self.record(
            recovery, thea, method="closed_reduction", operated_on=None, hardware=["splint", "cast"]
        )

        assert repair.day_zero_on(recovery.injured_on) == recovery.injured_on

    def test_refuses_an_operation_before_the_injury(self, pat_record, thea):
        recovery = begin(pat_record, thea)

        with pytest.raises(start.DateDoesNotFit):
            self.record(recovery, thea, operated_on=recovery.injured_on - timedelta(days=1))


class TestCloseRecovery:
    def test_needs_a_reason(self, pat_record, thea):
        with pytest.raises(ValidationError):
            close_recovery(recovery=make_fracture(pat_record, by=thea), reason="", by=thea, now=clock.now())

    def test_happens_once(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        with pytest.raises(RecoveryClosed):
            close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

    def test_can_be_undone(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        close_recovery(recovery=recovery, reason="mistake", by=thea, now=clock.now())

        reopen_recovery(recovery=recovery, by=thea, now=clock.now())

        assert not Recovery.objects.get(pk=recovery.pk).is_closed
        assert AuditEvent.objects.filter(action="recovery.reopened").count() == 1


class TestReopenRecovery:
    def test_of_an_open_one_changes_nothing_and_leaves_no_audit_row(self, pat_record, thea):
        recovery = make_recovery(pat_record, by=thea)
        revision = Recovery.objects.get(pk=recovery.pk).revision

        reopen_recovery(recovery=recovery, by=thea, now=clock.now())

        assert not AuditEvent.objects.filter(action="recovery.reopened").exists()
        assert Recovery.objects.get(pk=recovery.pk).revision == revision

    def test_is_refused_while_a_warning_sign_is_open(self, pat_record, pat, thea):
        recovery = make_recovery(pat_record, by=thea)
        today = clock.local_day(clock.now(), pat_record.time_zone)
        alerts.tick_warnings(
            recovery=recovery, flag_ids=["rf-pe"], source="help", day=today, by=pat, now=clock.now()
        )

        with pytest.raises(WarningOpen):
            close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())
