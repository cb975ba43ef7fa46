from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import clock
from accounts.models import AuditEvent
from recovery.models import Medicine, MedicineHour, Recovery
from recovery.services import medicines
from recovery.services.change import RecoveryClosed, SavedDiffers
from recovery.services.close import close_recovery
from recovery.signals import recovery_changed
from tests.recoveries import ANKLE_CAST, add_medicine, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(pat_record, thea):
    return make_recovery(pat_record, by=thea)


@pytest.fixture
def today(recovery):
    return clock.local_day(clock.now(), recovery.patient.time_zone)


@pytest.fixture
def tablet(recovery, pat):
    """Return a medicine for 8 in the morning and 8 in the evening."""
    return add_medicine(recovery, time(8), time(20), by=pat)


@pytest.fixture
def typed(recovery, pat, today):
    """Return what a person typed, with some of it changed."""

    def give(**changes):
        usual = {
            "recovery": recovery,
            "kind": "supplement",
            "label": "Vitamin D",
            "every_days": 1,
            "times": [time(8)],
            "starts_on": today,
            "by": pat,
            "now": clock.now(),
        }
        return usual | changes

    return give


def change(row, by, **changes):
    known = {name: getattr(row, name) for name in ("label", "every_days", "starts_on", "ends_on")}
    known["times"] = row.times()
    now = changes.pop("now", clock.now())
    return medicines.change_medicine(medicine=row, by=by, now=now, **(known | changes))


def hours(row):
    return {one.pk: one.at for one in MedicineHour.objects.filter(medicine=row)}


class TestAddMedicine:
    def test_keeps_the_words_as_they_were_typed_on_one_line(self, typed):
        row = medicines.add_medicine(**typed(label="  Vitamin\n D  "))

        assert Medicine.objects.get().label == "Vitamin D"
        assert row.times() == (time(8),)

    def test_writes_who_did_it_and_makes_the_recovery_known_as_changed(
        self, typed, recovery, pat, django_capture_on_commit_callbacks
    ):
        heard = []
        recovery_changed.connect(
            lambda recovery_id, **_more: heard.append(recovery_id), weak=False, dispatch_uid="t"
        )
        before = Recovery.objects.get().revision

        with django_capture_on_commit_callbacks(execute=True):
            row = medicines.add_medicine(**typed())

        recovery_changed.disconnect(dispatch_uid="t")
        event = AuditEvent.objects.get(action="medicine.added")
        assert (event.actor_id, event.subject_id, event.detail) == (pat.public_id, row.public_id, {})
        assert Recovery.objects.get().revision == before + 1
        assert heard == [recovery.pk]

    def test_answers_a_repeat_as_done_and_refuses_another_body(self, typed):
        sent = {"medicine_id": uuid4(), "times": [time(20), time(8)]}

        first, again = (medicines.add_medicine(**typed(**sent)) for _ in range(2))

        assert first == again == Medicine.objects.get()
        for other in ({"label": "Iron"}, {"times": [time(8)]}, {"every_days": 2}):
            with pytest.raises(SavedDiffers):
                medicines.add_medicine(**typed(**(sent | other)))

    def test_refuses_an_id_that_another_recovery_has(self, typed, pat_record, thea):
        sent = typed(medicine_id=uuid4())
        medicines.add_medicine(**sent)
        other = make_recovery(pat_record, by=thea, kind=ANKLE_CAST)

        with pytest.raises(SavedDiffers):
            medicines.add_medicine(**(sent | {"recovery": other}))

    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"kind": "cake"}, "kind", "unknown_kind"),
            ({"label": " "}, "label", "label_out_of_bounds"),
            ({"label": "x" * 81}, "label", "label_out_of_bounds"),
            ({"every_days": 0}, "every_days", "unknown_interval"),
            ({"every_days": 367}, "every_days", "unknown_interval"),
            ({"times": []}, "times", "times_out_of_bounds"),
            ({"times": [time(hour) for hour in range(8, 15)]}, "times", "times_out_of_bounds"),
            ({"times": [time(8), time(8)]}, "times", "same_time_twice"),
            ({"times": [time(8, 0, 1)]}, "times", "not_a_wall_time"),
            ({"times": [time(21)]}, "times", "time_in_quiet_hours"),
            ({"times": [time(7, 59)]}, "times", "time_in_quiet_hours"),
            ({"kind": "bone_health", "times": [time(7)]}, "times", "time_in_quiet_hours"),
            ({"starts_on": date(2010, 1, 1)}, "starts_on", "date_out_of_reach"),
            ({"ends_on": date(2010, 1, 1)}, "ends_on", "ends_early"),
        ],
    )
    def test_refuses_what_makes_no_sense_beside_its_field(self, typed, changes, field, code):
        with pytest.raises(medicines.MedicineDoesNotFit) as refusal:
            medicines.add_medicine(**typed(**changes))

        assert [(name, errors[0].code) for name, errors in refusal.value.error_dict.items()] == [
            (field, code)
        ]
        assert not Medicine.objects.exists()

    def test_takes_an_hour_before_8_for_a_medicine(self, typed):
        assert medicines.add_medicine(**typed(kind="medicine", times=[time(6, 30)])).times() == (time(6, 30),)

    def test_refuses_a_21st_until_one_is_stopped_or_over(self, typed, pat, today):
        past = {"starts_on": today - timedelta(days=9), "ends_on": today - timedelta(days=1)}
        medicines.add_medicine(**typed(label="Over", **past))
        rows = [medicines.add_medicine(**typed(label=f"Tablet {number}")) for number in range(20)]

        with pytest.raises(medicines.TooManyMedicines):
            medicines.add_medicine(**typed(label="One more"))
        medicines.stop_medicine(medicine=rows[0], by=pat, now=clock.now())
        medicines.add_medicine(**typed(label="One more"))

        with pytest.raises(medicines.TooManyMedicines):
            medicines.resume_medicine(medicine=rows[0], by=pat, now=clock.now())
        with pytest.raises(medicines.TooManyMedicines):
            change(Medicine.objects.get(label="Over"), pat, ends_on=None)

    def test_refuses_a_closed_recovery(self, typed, recovery, thea, tablet, pat):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        with pytest.raises(RecoveryClosed):
            medicines.add_medicine(**typed())
        for act in (medicines.stop_medicine, medicines.resume_medicine):
            with pytest.raises(RecoveryClosed):
                act(medicine=tablet, by=pat, now=clock.now())
        with pytest.raises(RecoveryClosed):
            change(tablet, pat)


class TestChangeMedicine:
    def test_keeps_an_hour_that_stays_and_moves_the_other(self, tablet, pat):
        before = {at: pk for pk, at in hours(tablet).items()}
        later = clock.now() + timedelta(hours=1)

        change(tablet, pat, times=[time(20), time(9)], now=later)

        assert hours(tablet) == {before[time(8)]: time(9), before[time(20)]: time(20)}
        since = dict(MedicineHour.objects.values_list("at", "since_at"))
        assert since[time(9)] == later
        assert since[time(20)] < later

    def test_never_gives_a_new_hour_the_place_of_one_that_went(self, tablet, pat):
        before = hours(tablet)

        change(tablet, pat, times=[time(8)])
        change(Medicine.objects.get(), pat, times=[time(8), time(20)])

        assert len(set(hours(tablet)) & set(before)) == 1

    def test_of_the_interval_counts_from_now_on_where_today_was_no_day_for_it(self, recovery, pat, today):
        row = add_medicine(recovery, by=pat, every_days=7, starts_on=today - timedelta(days=3))
        later = clock.now() + timedelta(hours=1)

        change(row, pat, every_days=1, now=later)
        assert MedicineHour.objects.get().since_at == later

        change(Medicine.objects.get(), pat, label="Red tablet", every_days=3, now=later + timedelta(hours=1))
        assert MedicineHour.objects.get().since_at == later

    def test_is_refused_for_what_is_off_the_list(self, tablet, pat):
        medicines.stop_medicine(medicine=tablet, by=pat, now=clock.now())

        with pytest.raises(medicines.MedicineStopped):
            change(tablet, pat, label="Red tablet")

    def test_refuses_what_adding_refuses_and_changes_nothing(self, recovery, pat, today):
        row = add_medicine(recovery, by=pat, kind="supplement", starts_on=today - timedelta(days=700))

        for wrong in (
            {"label": ""},
            {"times": [time(7)]},
            {"times": [time(22)]},
            {"every_days": 500},
            {"ends_on": today - timedelta(days=701)},
            {"starts_on": today + timedelta(days=731)},
        ):
            with pytest.raises(ValidationError):
                change(row, pat, **wrong)

        assert Medicine.objects.get().label == "Blue tablet"
        assert row.times() == (time(8),)

    def test_takes_an_old_first_day_that_stays(self, recovery, pat, today):
        row = add_medicine(recovery, by=pat, starts_on=today - timedelta(days=700))

        assert (
            change(row, pat, label="Red tablet", now=clock.now() + timedelta(days=60)).label == "Red tablet"
        )


class TestStopAndResume:
    def test_take_it_off_and_put_it_back_and_a_repeat_changes_nothing(self, tablet, pat):
        now = clock.now()
        for minute in (0, 5):
            medicines.stop_medicine(medicine=tablet, by=pat, now=now + timedelta(minutes=minute))
        assert Medicine.objects.get().stopped_at == now

        for _ in range(2):
            medicines.resume_medicine(medicine=tablet, by=pat, now=now)
        assert Medicine.objects.get().stopped_at is None
        acts = AuditEvent.objects.filter(action__startswith="medicine.").order_by("pk")
        assert [one.action for one in acts] == ["medicine.added", "medicine.stopped", "medicine.resumed"]

    @pytest.mark.parametrize(("minutes", "is_new"), [(15, False), (16, True)])
    def test_count_hours_from_then_on_unless_undone_at_once(self, tablet, pat, minutes, is_new):
        now = clock.now() + timedelta(hours=1)
        medicines.stop_medicine(medicine=tablet, by=pat, now=now)

        back = now + timedelta(minutes=minutes)
        medicines.resume_medicine(medicine=tablet, by=pat, now=back)

        assert (set(MedicineHour.objects.values_list("since_at", flat=True)) == {back}) is is_new


class TestMedicine:
    def test_names_its_next_day(self, recovery, pat, today):
        row = add_medicine(recovery, by=pat, every_days=7, starts_on=today - timedelta(days=3))

        assert row.next_on(today) == today + timedelta(days=4)
        assert row.next_on(today + timedelta(days=4)) == today + timedelta(days=4)
        row.ends_on = today + timedelta(days=3)
        assert row.next_on(today) is None
        row.starts_on, row.ends_on = today + timedelta(days=30), None
        assert row.next_on(today) == today + timedelta(days=30)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"label": ""},
            {"every_days": 0},
            {"every_days": 367},
            {"kind": "cake"},
            {"ends_on": date(2010, 1, 1)},
        ],
    )
    def test_is_held_to_its_bounds_by_the_database_too(self, tablet, wrong):
        with pytest.raises(IntegrityError), transaction.atomic():
            Medicine.objects.update(**wrong)

    @pytest.mark.parametrize("wrong", [time(21), time(8)])
    def test_has_no_late_hour_and_none_twice_in_the_database(self, tablet, wrong):
        with pytest.raises(IntegrityError), transaction.atomic():
            MedicineHour.objects.create(medicine=tablet, at=wrong, since_at=clock.now())
