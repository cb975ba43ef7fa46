from datetime import date, time, timedelta
from uuid import uuid4

import pytest

from accounts import clock
from recovery.models import Alert, Visit, XRay
from recovery.services import alerts, follow_ups
from recovery.services.close import close_recovery
from tests.recoveries import make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(pat_record, thea):
    return make_recovery(pat_record, by=thea, day=20)


def in_days(recovery, days):
    return clock.local_day(clock.now(), recovery.patient.clinic.time_zone) + timedelta(days=days)


def book(recovery, by, **changes):
    fields = {"kind": "therapy", "on": in_days(recovery, 3), "at": time(10, 40)}
    return follow_ups.book_visit(recovery=recovery, by=by, now=clock.now(), **{**fields, **changes})


def film(recovery, **changes):
    values = {
        "film_date": in_days(recovery, -6),
        "modality": "x-ray",
        "position_vs_last": "unchanged",
        "clinician_verdict": "healing as expected",
    }
    return {**values, **changes}


def record(recovery, by, *, film_key="week-2", phoned=None, x_ray_id=None, **changes):
    return follow_ups.record_x_ray(
        recovery=recovery,
        values=film(recovery, **changes),
        film_key=film_key,
        patient_phoned=phoned,
        x_ray_id=x_ray_id,
        by=by,
        now=clock.now(),
    )


class TestBookVisit:
    def test_answers_a_repeat_as_done(self, recovery, thea):
        visit_id = uuid4()

        first, again = (book(recovery, thea, visit_id=visit_id) for _ in range(2))

        assert first == again
        assert Visit.objects.count() == 1

    def test_refuses_the_same_visit_twice(self, recovery, thea):
        book(recovery, thea)

        with pytest.raises(follow_ups.VisitClash):
            book(recovery, thea)

    def test_refuses_two_bookings_of_one_film(self, recovery, thea):
        book(recovery, thea, kind="x_ray", film_key="week-6")

        with pytest.raises(follow_ups.VisitClash):
            book(recovery, thea, kind="x_ray", film_key="week-6", on=in_days(recovery, 5))

    @pytest.mark.parametrize(
        "changes",
        [
            {"on": date(1900, 1, 1)},
            {"on": date(2100, 1, 1)},
            {"minutes": 0},
            {"minutes": 10_000},
            {"kind": "party"},
            {"film_key": "week-99"},
        ],
    )
    def test_refuses_what_makes_no_sense(self, recovery, thea, changes):
        with pytest.raises(follow_ups.VisitDoesNotFit):
            book(recovery, thea, **changes)

    def test_grows_the_sequence_when_moved_and_is_over_once_cancelled(self, recovery, thea):
        visit = book(recovery, thea)

        moved = follow_ups.move_visit(
            visit=visit, on=in_days(recovery, 4), at=time(9), by=thea, now=clock.now()
        )
        cancelled = follow_ups.cancel_visit(visit=visit, by=thea, now=clock.now())

        assert (moved.sequence, cancelled.sequence, cancelled.state) == (1, 2, "cancelled")
        with pytest.raises(follow_ups.VisitOver):
            follow_ups.move_visit(visit=visit, on=in_days(recovery, 5), at=time(9), by=thea, now=clock.now())

    def test_is_cancelled_when_the_recovery_closes(self, recovery, thea):
        visit = book(recovery, thea)

        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        visit.refresh_from_db()
        assert visit.state == "cancelled"

    def test_keeps_the_patients_word_that_they_cannot_come(self, recovery, pat, thea):
        visit = book(recovery, thea)

        for _ in range(2):
            follow_ups.say_cannot_come(visit=visit, by=pat, now=clock.now())

        visit.refresh_from_db()
        assert visit.cannot_come_at is not None
        assert visit.state == "booked"


class TestRecordXRay:
    def test_keeps_position_callus_and_verdict_apart_in_the_codes_of_the_reference(self, recovery, thea):
        row = record(recovery, thea, callus="early", hardware=["intact"], rust_cortices=[1, 2, 2, 1])

        row.refresh_from_db()
        assert (row.position_vs_last, row.callus, row.clinician_verdict) == (
            "unchanged",
            "early",
            "healing as expected",
        )
        assert row.findings == {"hardware": ["intact"], "rust_cortices": [1, 2, 2, 1]}

    def test_ends_the_visit_that_was_booked_for_the_film(self, recovery, thea):
        visit = book(recovery, thea, kind="x_ray", film_key="week-6")

        row = record(recovery, thea, film_key="week-6", film_date=in_days(recovery, 0))

        visit.refresh_from_db()
        assert (visit.state, row.visit) == ("done", visit)

    def test_refuses_a_second_result_for_one_film(self, recovery, thea):
        record(recovery, thea)

        with pytest.raises(follow_ups.AlreadyRecorded):
            record(recovery, thea)

    def test_answers_a_repeat_as_done(self, recovery, thea):
        x_ray_id = uuid4()

        assert record(recovery, thea, x_ray_id=x_ray_id) == record(recovery, thea, x_ray_id=x_ray_id)
        assert XRay.objects.count() == 1

    def test_asks_whether_the_patient_was_phoned_when_the_bone_moved(self, recovery, thea):
        moved = {
            "position_vs_last": "moved - action needed",
            "clinician_verdict": "not healing - plan changed",
        }

        with pytest.raises(follow_ups.NotPhoned):
            record(recovery, thea, **moved)
        assert record(recovery, thea, phoned=True, **moved).patient_phoned

    @pytest.mark.parametrize(
        "changes",
        [
            {"clinician_verdict": "great"},
            {"position_vs_last": ""},
            {"film_date": date(1900, 1, 1)},
            {"film_date": date(2100, 1, 1)},
            {"rust_cortices": [1, 2, 9, 1]},
            {"angulation_coronal_deg": 90},
            {"kyphosis_deg": 5},
            {"note_for_patient": "x" * 501},
        ],
    )
    def test_refuses_what_is_not_in_the_reference(self, recovery, thea, changes):
        with pytest.raises(follow_ups.RecordDoesNotFit):
            record(recovery, thea, **changes)

    def test_shows_a_correction_as_new(self, recovery, thea):
        row = record(recovery, thea)
        follow_ups.see_x_ray(record=row, now=clock.now())

        follow_ups.correct_x_ray(
            record=row,
            values=film(recovery, clinician_verdict="slower than expected"),
            by=thea,
            now=clock.now(),
        )

        row.refresh_from_db()
        assert (row.clinician_verdict, row.seen_at) == ("slower than expected", None)


class TestAlerts:
    def tick(self, recovery, by, *flags):
        day = in_days(recovery, 0)
        return alerts.tick_warnings(
            recovery=recovery, flag_ids=flags, source="help", day=day, by=by, now=clock.now()
        )

    def test_are_raised_once_a_day(self, recovery, pat):
        self.tick(recovery, pat, "rf-dvt")
        self.tick(recovery, pat, "rf-dvt", "rf-pe")

        assert sorted(Alert.objects.values_list("flag_id", "urgency")) == [
            ("rf-dvt", "same_day"),
            ("rf-pe", "emergency"),
        ]

    def test_are_raised_anew_when_ticked_again_after_they_were_closed(self, recovery, pat, thea):
        (one,) = self.tick(recovery, pat, "rf-dvt")
        alerts.close_alert(alert=one, note="Phoned.", by=thea, now=clock.now())

        self.tick(recovery, pat, "rf-dvt")

        assert Alert.objects.open().count() == 1
        assert Alert.objects.count() == 2

    def test_refuse_what_is_not_in_the_reference(self, recovery, pat):
        with pytest.raises(alerts.UnknownWarning):
            self.tick(recovery, pat, "rf-bad-hair")

    def test_stay_open_until_somebody_says_what_was_done(self, recovery, pat, thea):
        (one,) = self.tick(recovery, pat, "rf-dvt")

        seen = alerts.acknowledge(alert=one, by=thea, now=clock.now())
        with pytest.raises(alerts.ValidationError):
            alerts.close_alert(alert=one, note=" ", by=thea, now=clock.now())
        assert Alert.objects.open().get() == seen
        alerts.close_alert(alert=one, note="Phoned, seen at the clinic.", by=thea, now=clock.now())

        assert not Alert.objects.open().exists()
        assert seen.acknowledged_by_name == thea.name
