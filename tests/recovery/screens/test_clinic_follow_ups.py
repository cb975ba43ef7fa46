"""Visits and x-ray results as staff book and record them."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from accounts.clock import local_day
from recovery.models import Visit, XRay
from recovery.services import follow_ups
from tests import factories, recoveries


@pytest.fixture
def thea(cast, browser_of):
    return browser_of(cast.thea)


@pytest.fixture
def recovery(cast):
    return recoveries.make_recovery(cast.pat_record, by=cast.thea)


@pytest.fixture
def place(cast, recovery):
    def address(name, *more):
        return reverse(f"recovery:{name}", args=[cast.pat_record.public_id, *more])

    return address


@pytest.fixture
def today(now):
    return local_day(now, factories.ZONE)


def errors(answer):
    return answer.context["form"].errors


class TestBookingAVisit:
    @pytest.fixture
    def sent(self, today):
        return {
            "kind": "therapy",
            "film_key": "",
            "on": str(today + timedelta(days=7)),
            "at": "10:40",
            "minutes": "45",
            "place": "Room 2",
            "note": "",
        }

    def test_keeps_the_clinics_wall_time(self, thea, place, sent, today):
        thea.post(place("visit_new"), sent)

        visit = Visit.objects.get()
        assert (visit.on, visit.at, visit.minutes, visit.kind) == (
            today + timedelta(days=7),
            time(10, 40),
            45,
            "therapy",
        )

    def test_for_a_planned_film_starts_at_its_day(self, thea, place, recovery):
        form = thea.get(place("visit_new") + "?film=week-6").context["form"]

        assert form["on"].value() == recovery.plan.films.get(key="week-6").due_on
        assert (form["kind"].value(), form["film_key"].value()) == ("x_ray", "week-6")

    def test_sent_twice_books_once(self, thea, place, sent):
        key = thea.get(place("visit_new")).context["form"]["visit_id"].value()

        answers = [thea.post(place("visit_new"), {**sent, "visit_id": key}).status_code for _ in range(2)]

        assert answers == [302, 302]
        assert Visit.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("kind", "party"),
            ("kind", ""),
            ("on", "1900-01-01"),
            ("on", "2150-01-01"),
            ("on", ""),
            ("at", "25:00"),
            ("at", ""),
            ("minutes", "0"),
            ("minutes", "481"),
            ("film_key", "week-99"),
            ("place", "x" * 121),
        ],
    )
    def test_refuses_nonsense_beside_its_field_and_keeps_the_rest(self, thea, place, sent, field, value):
        answer = thea.post(place("visit_new"), {**sent, "note": "Kept words", field: value})

        assert field in errors(answer)
        assert "Kept words" in answer.content.decode()
        assert not Visit.objects.exists()

    def test_refuses_the_same_hour_twice(self, thea, place, sent):
        thea.post(place("visit_new"), sent)

        assert "booked already" in str(errors(thea.post(place("visit_new"), sent))["on"])


class TestABookedVisit:
    @pytest.fixture
    def visit(self, cast, recovery, today, now):
        return follow_ups.book_visit(
            recovery=recovery,
            kind="therapy",
            on=today,
            at=time(23, 50),
            place="Room 2",
            by=cast.thea,
            now=now,
        )

    def test_is_moved(self, thea, place, visit, today):
        on = today + timedelta(days=2)

        thea.post(place("visit_move", visit.public_id), {"on": on, "at": "09:00", "place": "Room 3"})

        visit.refresh_from_db()
        assert (visit.on, visit.at, visit.place, visit.sequence) == (on, time(9), "Room 3", 1)

    def test_is_not_moved_into_the_past(self, thea, place, visit, today):
        sent = {"on": today - timedelta(days=1), "at": "09:00", "place": "Kept words"}

        answer = thea.post(place("visit_move", visit.public_id), sent)

        assert "on" in errors(answer)
        assert "Kept words" in answer.content.decode()

    def test_is_cancelled(self, thea, place, visit):
        thea.post(place("visit_cancel", visit.public_id))

        visit.refresh_from_db()
        assert visit.state == "cancelled"

    @pytest.mark.parametrize(("came", "state"), [("yes", "done"), ("no", "missed"), ("perhaps", "booked")])
    def test_has_taken_place_or_not(self, thea, place, visit, came, state):
        thea.post(place("visit_finish", visit.public_id), {"came": came})

        visit.refresh_from_db()
        assert visit.state == state

    def test_that_is_over_says_so(self, cast, thea, place, visit, now):
        follow_ups.cancel_visit(visit=visit, by=cast.max, now=now)

        answer = thea.post(place("visit_finish", visit.public_id), {"came": "yes"}, follow=True)

        assert "over or cancelled" in answer.content.decode()

    def test_shows_that_the_patient_cannot_come(self, cast, thea, place, visit, now):
        follow_ups.say_cannot_come(visit=visit, by=cast.pat, now=now)

        assert "The patient cannot come" in thea.get(place("patient")).content.decode()

    def test_of_another_patient_is_not_found(self, cast, thea, place, now, today):
        other = recoveries.make_recovery(
            factories.patient("Ada Noor", of=cast.thea.memberships.get(), has_account=False), by=cast.thea
        )
        theirs = follow_ups.book_visit(
            recovery=other, kind="therapy", on=today, at=time(23, 50), by=cast.thea, now=now
        )

        assert thea.post(place("visit_cancel", theirs.public_id)).status_code == 404


class TestRecordingAnXRay:
    @pytest.fixture
    def sent(self, today):
        return {
            "film_key": "week-2",
            "film_date": str(today),
            "modality": "x-ray",
            "position_vs_last": "unchanged",
            "callus": "early",
            "clinician_verdict": "healing as expected",
            "note_for_patient": "",
        }

    def test_keeps_position_callus_and_verdict_apart(self, thea, place, sent):
        thea.post(place("x_ray_new"), sent)

        row = XRay.objects.get()
        assert (row.position_vs_last, row.callus, row.clinician_verdict) == (
            "unchanged",
            "early",
            "healing as expected",
        )
        assert (row.film_key, row.recorded_by_name) == ("week-2", "Thea Berg")

    def test_chooses_nothing_beforehand(self, thea, place):
        form = thea.get(place("x_ray_new") + "?film=week-2").context["form"]

        assert [form[name].value() for name in ("position_vs_last", "callus", "clinician_verdict")] == [
            None
        ] * 3
        assert form["film_key"].value() == "week-2"

    def test_asks_whether_a_moved_bone_was_told_by_phone(self, thea, place, sent):
        moved = {**sent, "position_vs_last": "moved - action needed"}

        answer = thea.post(place("x_ray_new"), moved)
        assert "told by phone first" in str(errors(answer)["patient_phoned"])
        assert not XRay.objects.exists()

        answer = thea.post(place("x_ray_new"), {**moved, "patient_phoned": "no"}, follow=True)
        assert XRay.objects.get().patient_phoned is False
        assert "does not see it before" in answer.content.decode()

    def test_keeps_the_measures_of_the_folded_part(self, thea, place, sent):
        more = {
            "rust_cortices": "1 2 2 3",
            "dorsal_tilt_deg": "4.5",
            "views": ["AP", "lateral"],
            "cortices_bridged": "2",
        }

        thea.post(place("x_ray_new"), {**sent, **more})

        assert XRay.objects.get().findings == {
            "views": ["AP", "lateral"],
            "dorsal_tilt_deg": 4.5,
            "rust_cortices": [1, 2, 2, 3],
            "cortices_bridged": 2,
        }

    def test_shows_only_the_measures_of_the_bone(self, thea, place):
        fields = set(thea.get(place("x_ray_new")).context["form"].fields)

        assert "dorsal_tilt_deg" in fields
        assert "kyphosis_deg" not in fields

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("film_date", "2150-01-01"),
            ("film_date", "1900-01-01"),
            ("film_date", ""),
            ("position_vs_last", ""),
            ("position_vs_last", "sideways"),
            ("clinician_verdict", ""),
            ("callus", "lots"),
            ("modality", "crystal ball"),
            ("rust_cortices", "1 2 3"),
            ("rust_cortices", "1 2 3 9"),
            ("angulation_coronal_deg", "46"),
            ("angulation_coronal_deg", "nan"),
            ("cortices_bridged", "5"),
            ("next_film_week", "-1"),
            ("note_for_patient", "x" * 501),
            ("film_key", "week-99"),
        ],
    )
    def test_refuses_nonsense_beside_its_field(self, thea, place, sent, field, value):
        answer = thea.post(place("x_ray_new"), {**sent, "shortening_mm": "3", field: value})

        assert field in errors(answer)
        assert answer.context["form"]["shortening_mm"].value() == "3"
        assert not XRay.objects.exists()

    def test_sent_twice_makes_one(self, thea, place, sent):
        key = thea.get(place("x_ray_new")).context["form"]["x_ray_id"].value()

        # The second time the film has a result already: the same id is answered as done all the same.
        thea.post(place("x_ray_new"), {**sent, "film_key": "", "x_ray_id": key})
        answer = thea.post(place("x_ray_new"), {**sent, "film_key": "", "x_ray_id": key})

        assert answer.status_code == 302
        assert XRay.objects.count() == 1

    def test_finishes_the_visit_booked_for_the_film(self, cast, thea, place, sent, recovery, today, now):
        visit = follow_ups.book_visit(
            recovery=recovery,
            kind="x_ray",
            on=today,
            at=time(23, 50),
            film_key="week-2",
            by=cast.thea,
            now=now,
        )

        thea.post(place("x_ray_new"), sent)

        visit.refresh_from_db()
        assert visit.state == "done"


class TestCorrectingAnXRay:
    @pytest.fixture
    def row(self, cast, recovery, today, now):
        values = {
            "film_date": today,
            "modality": "x-ray",
            "position_vs_last": "moved - action needed",
            "clinician_verdict": "slower than expected",
        }
        return follow_ups.record_x_ray(
            recovery=recovery, values=values, film_key="week-2", patient_phoned=False, by=cast.thea, now=now
        )

    def sent(self, browser, address, **more):
        form = browser.get(address).context["form"]
        values = {name: form[name].value() for name in form.fields}
        return {name: value for name, value in values.items() if value not in (None, "", [])} | more

    def test_starts_with_what_was_recorded(self, thea, place, row):
        form = thea.get(place("x_ray_correct", row.public_id)).context["form"]

        assert form["position_vs_last"].value() == "moved - action needed"
        assert form["patient_phoned"].value() == "no"

    def test_lets_the_patient_see_it_once_phoned(self, thea, place, row):
        address = place("x_ray_correct", row.public_id)

        thea.post(address, self.sent(thea, address, patient_phoned="yes"))

        row.refresh_from_db()
        assert row.patient_phoned
        assert row.corrected_at is not None

    def test_tells_the_second_of_two_people(self, cast, thea, browser_of, place, row):
        address = place("x_ray_correct", row.public_id)
        mine = self.sent(thea, address, clinician_verdict="healing as expected")
        surgeon = browser_of(cast.max)
        surgeon.post(address, self.sent(surgeon, address, clinician_verdict="not healing - plan changed"))

        answer = thea.post(address, mine)

        assert "Max Adler changed this result" in answer.content.decode()
        row.refresh_from_db()
        assert row.clinician_verdict == "not healing - plan changed"
