from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from accounts import clock
from recovery.models import Visit
from recovery.services import follow_ups
from tests.recoveries import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(recovery, thea, today):
    """Book Pat a visit in three days."""
    return follow_ups.book_visit(
        recovery=recovery,
        kind="therapy",
        on=today + timedelta(days=3),
        at=time(10, 40),
        minutes=45,
        place="Room 2",
        note="Bring a loose sleeve.",
        by=thea,
        now=clock.now(),
    )


@pytest.fixture
def address(visit):
    """Return the page of Pat's visit."""
    return f"/visits/{visit.public_id}/"


@pytest.fixture
def reads(pat_browser, address, text_of):
    """Read the page of Pat's visit."""
    return lambda: text_of(pat_browser.get(address))


class TestWhoSeesAVisit:
    def test_only_the_patient_does(self, statuses, address):
        only_pat = {
            "pat": 200,
            "otto": 404,
            "thea": 404,
            "olga": 404,
            "max": 404,
            "cleo": 404,
            "finn": 404,
            "visitor": 302,
        }

        assert statuses(address) == only_pat
        assert statuses(f"{address}visit.ics") == only_pat

    def test_nobody_else_can_say_that_the_patient_cannot_come(self, browser_of, cast, address):
        for person in (cast.otto, cast.thea, cast.cleo):
            assert browser_of(person).post(f"{address}cannot-come/").status_code == 404
        assert Visit.objects.get().cannot_come_at is None

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, address):
        stays_cheap(recovery, address)


class TestPage:
    def test_says_when_where_and_how_long(self, reads, visit):
        words = reads()

        assert "In 3 days Therapy Broken wrist, left" in words
        assert f"{visit.on:%A %-d %B} 10:40 am About 45 minutes Riverside clinic Room 2" in words
        assert "“Bring a loose sleeve.”" in words

    def test_of_today_says_so(self, reads, visit, today):
        Visit.objects.update(on=today)

        assert "Today Therapy" in reads()

    def test_of_a_moved_one_says_so(self, reads, visit, thea):
        follow_ups.move_visit(
            visit=visit, on=visit.on + timedelta(days=1), at=time(14, 5), by=thea, now=clock.now()
        )

        assert "In 4 days New date or time" in reads()
        assert "2:05 pm" in reads()

    def test_of_a_cancelled_one_offers_nothing(self, reads, visit, thea):
        follow_ups.cancel_visit(visit=visit, by=thea, now=clock.now())

        assert "This visit is cancelled" in reads()
        assert "I cannot come" not in reads()
        assert "Add to calendar" not in reads()

    def test_of_a_passed_x_ray_waits_for_its_result(self, reads, visit, today):
        Visit.objects.update(kind="x_ray", on=today - timedelta(days=1))

        assert "Yesterday X-ray" in reads()
        assert "The result is not here yet" in reads()
        assert "I cannot come" not in reads()


class TestQuestionsAndSheet:
    def test_stand_on_the_page_with_a_way_to_them(self, reads, recovery, pat, pat_browser, address):
        assert "What do you want to ask? Write it down here." in reads()
        ask(recovery, "When may I drive?", by=pat)
        html = pat_browser.get(address).content.decode()

        assert "Questions for my next visit When may I drive?" in reads()
        assert f'href="/recovery/questions/?recovery={recovery.public_id}"' in html
        assert f'href="/recovery/sheet/?recovery={recovery.public_id}"' in html

    def test_are_not_asked_of_a_visit_that_is_off(self, reads, visit, thea):
        follow_ups.cancel_visit(visit=visit, by=thea, now=clock.now())

        assert "What do you want to ask?" not in reads()


class TestCannotCome:
    def test_is_kept_and_asks_to_call(self, pat_browser, address, visit, text_of):
        answer = pat_browser.post(f"{address}cannot-come/", follow=True)

        assert Visit.objects.get().cannot_come_at is not None
        assert "Please call the clinic as well to find a new time." in text_of(answer)
        assert "You said that you cannot come" in text_of(answer)
        assert "I cannot come" not in text_of(answer)

    def test_of_a_cancelled_visit_is_refused(self, pat_browser, address, visit, thea, text_of):
        follow_ups.cancel_visit(visit=visit, by=thea, now=clock.now())

        answer = pat_browser.post(f"{address}cannot-come/", follow=True)

        assert "This visit is over or cancelled." in text_of(answer)

    def test_cannot_be_said_by_a_link(self, pat_browser, address):
        assert pat_browser.get(f"{address}cannot-come/").status_code == 405


class TestCalendarEntry:
    def test_holds_the_time_and_no_word_about_health(self, pat_browser, address, visit):
        answer = pat_browser.get(f"{address}visit.ics")
        [event] = Calendar.from_ical(answer.content).walk("VEVENT")

        assert answer["Content-Type"].startswith("text/calendar")
        assert str(event["summary"]) == "Visit: Riverside clinic"
        assert str(event["uid"]).startswith(f"visit-{visit.public_id}@")
        assert event.decoded("dtstart").astimezone(
            ZoneInfo(visit.recovery.patient.clinic.time_zone)
        ).time() == time(10, 40)
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=45)
        for word in (b"herapy", b"wrist", b"sleeve", b"Pat"):
            assert word not in answer.content

    def test_grows_its_sequence_and_says_that_it_is_cancelled(self, pat_browser, address, visit, thea):
        follow_ups.cancel_visit(visit=visit, by=thea, now=clock.now())

        [event] = Calendar.from_ical(pat_browser.get(f"{address}visit.ics").content).walk("VEVENT")

        assert event["sequence"] == 1
        assert event["status"] == "CANCELLED"
