from datetime import date, time, timedelta
from uuid import uuid4

import pytest

from accounts import clock
from recovery.models import PlanFilm, Visit, XRay
from recovery.services import follow_ups
from recovery.services.close import close_recovery
from tests.recoveries import make_recovery

pytestmark = pytest.mark.django_db
X_RAYS = "/recovery/x-rays/"


@pytest.fixture
def reads(pat_browser, text_of):
    """Read Pat's page."""
    return lambda query="": text_of(pat_browser.get(X_RAYS + query))


@pytest.fixture
def film(recovery, today, thea):
    """Record what a film showed."""

    def record(*, position="unchanged", key="week-2", **more):
        phoned = {"patient_phoned": more.pop("phoned")} if "phoned" in more else {}
        values = {
            "film_date": today,
            "modality": "x-ray",
            "position_vs_last": position,
            "callus": "early",
            "clinician_verdict": "healing as expected",
            **more,
        }
        return follow_ups.record_x_ray(
            recovery=recovery, values=values, film_key=key, by=thea, now=clock.now(), **phoned
        )

    return record


@pytest.fixture
def book(recovery, today, thea):
    """Book an x-ray in so many days."""

    def visit(days, key=""):
        row = follow_ups.book_visit(
            recovery=recovery, kind="x_ray", on=today + timedelta(days=max(days, 0)), at=time(9, 20),
            place="Ground floor", film_key=key, by=thea, now=clock.now(),
        )  # fmt: skip
        Visit.objects.filter(pk=row.pk).update(on=today + timedelta(days=days))
        return row

    return visit


def window(key, first: date, last: date) -> None:
    """Move a planned film."""
    PlanFilm.objects.filter(key=key).update(window_from_on=first, due_on=first, window_until_on=last)


class TestWhoSeesXRays:
    def test_patients_see_their_own_and_nobody_else_has_any(self, statuses, recovery):
        assert statuses(X_RAYS) == {
            "pat": 200, "otto": 200, "thea": 404, "olga": 404, "max": 404, "cleo": 404, "finn": 404,
            "visitor": 302,
        }  # fmt: skip

    def test_somebody_elses_recovery_is_404(self, browser_of, cast, recovery):
        address = f"{X_RAYS}?recovery={recovery.public_id}"

        assert browser_of(cast.pat).get(address).status_code == 200
        assert browser_of(cast.otto).get(address).status_code == 404
        assert browser_of(cast.pat).get(f"{X_RAYS}?recovery={uuid4()}").status_code == 404

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery):
        stays_cheap(recovery, X_RAYS)


class TestWhatComesNext:
    def test_is_time_to_book_within_the_window(self, recovery, reads, today):
        window("week-2", today - timedelta(days=1), today + timedelta(days=5))

        assert "Time to book" in reads()
        assert "Please call to book it." in reads()

    def test_is_planned_before_the_window(self, recovery, reads, today):
        window("week-2", today + timedelta(days=2), today + timedelta(days=5))

        assert "Planned Between" in reads()
        assert "Please call" not in reads()

    def test_is_overdue_after_it_and_only_the_last_that_was_missed(self, recovery, reads, today):
        window("week-2", today - timedelta(days=30), today - timedelta(days=20))
        window("week-6", today - timedelta(days=9), today - timedelta(days=2))

        assert reads().count("Overdue") == 1
        last = today - timedelta(days=2)
        assert f"and {last:%-d %B}" in reads()

    def test_is_booked_with_day_hour_and_a_link(self, recovery, book, pat_browser, reads, today):
        visit = book(3, "week-2")
        day = today + timedelta(days=3)

        assert f"Booked {day:%A %-d %B} , 9:20 am Ground floor" in reads()
        assert f'href="/visits/{visit.public_id}/"' in pat_browser.get(X_RAYS).content.decode()
        assert "Time to book" not in reads()

    def test_waits_for_its_result_once_it_has_passed(self, recovery, book, reads):
        book(-2, "week-2")

        assert "Result not here yet" in reads()

    def test_waits_no_more_once_the_result_is_there(self, recovery, book, film, reads):
        book(-2, "week-2")
        film()

        assert "Result not here yet" not in reads()

    def test_of_a_cancelled_visit_is_to_book_again(self, recovery, book, reads, today, thea):
        window("week-2", today - timedelta(days=1), today + timedelta(days=5))
        follow_ups.cancel_visit(visit=book(3, "week-2"), by=thea, now=clock.now())

        assert "Time to book" in reads()

    def test_is_nothing_after_the_clinic_closed_the_recovery(self, recovery, reads, thea):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "What comes next" not in reads()
        assert "No x-rays here yet This recovery is closed." in reads()


class TestResults:
    def test_stand_in_plain_words_with_who_and_when(self, film, reads, today):
        film(note_for_patient="All is well.")

        words = reads()

        assert "The bone has not moved New bone: first signs. “All is well.”" in words
        assert "wrote: Healing as expected." in words
        assert f"Recorded on {today:%-d %B}" in words
        assert "Only an x-ray shows bone." in words

    def test_are_new_once(self, film, reads):
        film()

        assert "New " in reads().partition("What comes next")[2]
        assert XRay.objects.get().seen_at is not None
        assert "New " not in reads().replace("New bone", "")

    def test_read_by_a_head_request_stay_new(self, film, pat_browser):
        film()
        pat_browser.head(X_RAYS)

        assert XRay.objects.get().seen_at is None

    def test_have_the_newest_first(self, film, reads, today):
        film(film_date=today - timedelta(days=9), callus="none")
        film(key="week-6", callus="remodelled")

        words = reads()

        assert words.index("final shape") < words.index("none to see yet")

    def test_of_a_moved_bone_wait_for_the_phone_call(self, film, reads):
        film(position="moved - action needed", phoned=False)

        assert "moved" not in reads()
        assert XRay.objects.get().seen_at is None

    def test_of_a_moved_bone_are_there_after_it(self, film, reads):
        film(position="moved - action needed", phoned=True)

        assert "The bone has moved" in reads()

    def test_promise_no_picture(self, film, pat_browser):
        film()
        page = pat_browser.get(X_RAYS).content.decode()

        assert "<img" not in page
        assert "picture" not in page

    def test_lead_to_the_visit_they_are_of(self, book, film, pat_browser):
        visit = book(0, "week-2")
        film()

        assert f'href="/visits/{visit.public_id}/"' in pat_browser.get(X_RAYS).content.decode()

    def test_of_another_person_are_not_there(self, film, browser_of, cast, text_of):
        film()
        make_recovery(cast.otto_record, by=cast.thea)

        assert "The bone has not moved" not in text_of(browser_of(cast.otto).get(X_RAYS))
