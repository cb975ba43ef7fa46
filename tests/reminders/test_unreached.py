"""Whom no mail reaches: staff see who, since when, why and what to do; the patient sees it too."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import AuditEvent
from accounts.services import care
from reminders import queries
from reminders.models import Reminder, Suppression
from reminders.queries.reach import PAGE_SIZE
from reminders.services.bounces import lift_suppression, take_report
from reminders.services.sync import sync
from tests import factories
from tests.recoveries import assign
from tests.reminders.returned import report

pytestmark = pytest.mark.django_db
URL = "/patients/unreached/"
PAT = "pat@demo.example"
State = Reminder.State


def suppress(address: str = PAT, reason: str = "smtp_550", **more) -> Suppression:
    at = more.pop("at", None) or clock.now()
    return Suppression.objects.create(address=address, reason=reason, suppressed_at=at, **more)


@pytest.fixture
def page_of(browser_of):
    """Return a function that gives the text of the page as a person sees it."""
    return lambda person: browser_of(person).get(URL).content.decode()


@pytest.fixture
def names(hour):
    """Return a function that gives the names on a person's list."""
    return lambda person, now=None: [
        one.name for one in queries.unreached(person, page=1, now=now or clock.now()).people
    ]


@pytest.fixture
def exercise(recovery, thea, lay_out, hour):
    """Assign an exercise, one set a day, reminded of at 9, and lay it out."""
    [one] = assign(recovery, by=thea, now=hour(0, 6), times_per_day=1)
    lay_out(hour(0, 7))
    return one


@pytest.fixture
def without_account(record):
    """Take Pat's account away: mails then go to the address in the record."""
    type(record).objects.filter(pk=record.pk).update(user=None)
    record.refresh_from_db()
    return record


class TestTheList:
    def test_is_for_staff(self, cast, browser_of):
        found = {name: browser_of(one).get(URL).status_code for name, one in cast.people().items()}

        assert found == {
            "pat": 404, "otto": 404, "thea": 200, "olga": 200, "max": 200, "cleo": 200, "finn": 200, "visitor": 302
        }  # fmt: skip

    def test_shows_each_the_patients_in_their_care(self, cast, names):
        suppress()
        suppress("otto@demo.example")

        seen = {name: names(one) for name, one in cast.people().items() if one is not None}

        assert seen == {
            "pat": [], "otto": [], "thea": ["Pat Moreno"], "max": ["Pat Moreno"], "olga": ["Otto Lind"],
            "cleo": [], "finn": [],
        }  # fmt: skip

    def test_says_since_when_why_and_what_to_do(
        self, cast, record, page_of, recovery, exercise, send, post, hour
    ):
        post.rcpt_answers[PAT] = ["550 no such user"]
        send(hour(0, 9))

        page = page_of(cast.thea)

        assert "Pat Moreno" in page
        assert "The mail server says this address does not exist." in page
        assert f"{PAT}, since {hour(0, 9):%A} {hour(0, 9).day} {hour(0, 9):%B}" in page
        assert "Phone them." in page
        assert f"/patients/{record.public_id}/details/" in page
        assert f'action="/patients/{record.public_id}/reminders/try-again/"' in page

    def test_says_that_nobody_is_on_it(self, cast, page_of):
        assert "Our e-mails reach everybody" in page_of(cast.thea)

    def test_asks_to_speak_with_a_patient_who_complained(self, cast, page_of):
        suppress(reason="complained", source="webhook")

        page = page_of(cast.thea)

        assert "The mail provider says that our mail was marked as not wanted" in page
        assert "Ask whether they want e-mails before you try again." in page

    def test_offers_to_correct_an_address_that_the_record_holds(self, cast, page_of, without_account):
        suppress()

        assert "Correct the address" in page_of(cast.thea)

    def test_has_nobody_whose_address_was_corrected(self, cast, thea, names, without_account):
        suppress()
        assert names(thea) == ["Pat Moreno"]
        one = without_account
        care.change_patient(
            patient=one, name=one.name, born_on=one.born_on, clinic_number=one.clinic_number, email="pat@new.example",
            language="en", time_zone=one.time_zone, by=thea, now=clock.now(),
        )  # fmt: skip

        assert names(thea) == []

    def test_has_a_patient_whose_mail_was_given_up_until_one_arrives(
        self, thea, names, exercise, send, post, hour
    ):
        post.data_answers = ["451 later"] * 12
        for attempt in range(12):
            send(hour(0, 9) + timedelta(minutes=20 * attempt))
        assert Reminder.objects.get(state=State.FAILED)

        [one] = queries.unreached(thea, page=1, now=hour(0, 14)).people
        assert (one.why, one.is_refused) == ("The mail server did not take the last mail.", False)

        send(hour(0, 18))
        assert len(post.mails) == 1
        assert names(thea, hour(0, 19)) == []

    def test_has_a_patient_whose_last_mail_came_back_and_goes_on_by_itself(
        self, cast, thea, page_of, exercise, send, post, hour, shift_clock
    ):
        send(hour(0, 9))
        take_report(raw=report(post.mails[0].as_string(), status="5.7.1"), now=hour(0, 10))
        shift_clock(hour(0, 11) - clock.now())

        page = page_of(thea)

        assert "The last mail came back. The address may still work." in page
        assert "The next reminder is sent as planned." in page
        assert "Try this address again" not in page

    def test_forgets_a_mail_that_was_lost_two_weeks_ago(self, thea, names, exercise, send, post, hour):
        send(hour(0, 9))
        take_report(raw=report(post.mails[0].as_string(), status="4.4.7"), now=hour(0, 10))

        assert names(thea, hour(13, 9)) == ["Pat Moreno"]
        assert names(thea, hour(14, 10)) == []

    def test_is_written_down_as_a_reading(self, cast, record, page_of):
        suppress()

        page_of(cast.thea)
        page_of(cast.olga)

        row = AuditEvent.objects.get(action=AuditEvent.RECORD_READ)
        assert (row.actor_id, row.patient_id) == (cast.thea.public_id, record.public_id)

    def test_costs_the_same_for_many_and_shows_a_hundred_a_page(self, cast, browser_of):
        member = cast.thea.memberships.get()
        browser = browser_of(cast.thea)
        counts = []
        for number in range(PAGE_SIZE + 1):
            patient = factories.patient(f"Patient{number} Long", of=member, has_account=False)
            suppress(patient.email, at=clock.now() + timedelta(seconds=number))
            if number in {0, PAGE_SIZE}:
                with CaptureQueriesContext(connection) as queried:
                    page = browser.get(URL).content.decode()
                counts.append(len(queried))

        assert counts[0] == counts[1] <= 8
        assert page.count("<h2>") == PAGE_SIZE
        assert "Page 1 of 2" in page
        second = browser.get(f"{URL}?page=2").content.decode()
        assert second.count("<h2>") == 1
        assert "Patient0 Long" in second

    @pytest.mark.parametrize("number", ["0", "-1", "9999999", "x", "²", ""])
    def test_shows_the_nearest_page_for_a_number_that_makes_no_sense(self, cast, browser_of, number):
        assert browser_of(cast.thea).get(URL, {"page": number}).status_code == 200

    def test_is_one_tap_from_the_patients(self, cast, browser_of):
        assert f'href="{URL}"' in browser_of(cast.thea).get("/patients/").content.decode()


class TestTheWords:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("smtp_550", "The mail server says this address does not exist."),
            ("smtp_552", "The mail server says this mailbox is full."),
            ("smtp_554", "The mail server refused this address."),
            ("status_5.1.1", "The mail server says this address does not exist."),
            ("status_5.2.2", "The mail server says this mailbox is full."),
            ("status_5.2.1", "The mail server says this mailbox takes no mail."),
            ("status_5.0.0", "A mail to this address came back."),
            ("bounced", "The mail provider says this address takes no mail."),
            ("invalid", "The mail provider says this is not an e-mail address."),
            ("address", "No mail can be sent to an address like this one."),
            ("address_needs_utf8", "Our mail server cannot write to an address with these letters."),
            ("something_new", "A mail to this address came back."),
        ],
    )
    def test_of_a_code_are_plain(self, code, words):
        assert queries.why_refused(Suppression(reason=code)) == words


class TestTryAgain:
    def test_sends_the_next_reminders_and_leaves_what_is_settled(
        self, cast, record, browser_of, exercise, send, post, hour, names
    ):
        post.rcpt_answers[PAT] = ["550 no such user"]
        send(hour(0, 9))
        settled = Reminder.objects.get(state=State.SUPPRESSED)

        answer = browser_of(cast.thea).post(f"/patients/{record.public_id}/reminders/try-again/", follow=True)

        assert "The next reminders go to this address again." in answer.content.decode()
        assert not Suppression.objects.exists()
        assert names(cast.thea) == []
        assert send(hour(0, 18)).sent == 1
        assert post.recipients == [PAT]
        settled.refresh_from_db()
        assert settled.state == State.SUPPRESSED

    def test_leaves_an_audit_row_once(self, cast, record, now):
        suppress()

        assert lift_suppression(patient=record, by=cast.thea, now=now) is True
        assert lift_suppression(patient=record, by=cast.thea, now=now) is False

        row = AuditEvent.objects.get(action="reminders.address_tried_again")
        assert (row.actor_id, row.patient_id) == (cast.thea.public_id, record.public_id)

    def test_is_for_who_cares_for_the_patient(self, cast, record, browser_of):
        url = f"/patients/{record.public_id}/reminders/try-again/"
        suppress()

        found = {
            name: browser_of(one).post(url).status_code
            for name, one in cast.people().items()
            if name not in {"thea", "max"}
        }

        assert found == {"pat": 404, "otto": 404, "olga": 404, "cleo": 404, "finn": 404, "visitor": 302}
        assert Suppression.objects.exists()
        assert browser_of(cast.thea).get(url).status_code == 405

    @pytest.mark.parametrize(
        ("sent", "place"), [({"from": "unreached"}, URL), ({"from": "//evil.example"}, None)]
    )
    def test_goes_back_to_where_it_was_pressed(self, cast, record, browser_of, sent, place):
        answer = browser_of(cast.thea).post(f"/patients/{record.public_id}/reminders/try-again/", sent)

        assert answer.url == (place or f"/patients/{record.public_id}/reminders/")

    def test_of_a_patient_leaves_everybody_else_alone(self, cast, record, now):
        suppress()
        suppress("otto@demo.example")

        lift_suppression(patient=record, by=cast.thea, now=now)

        assert Suppression.objects.get().address == "otto@demo.example"


class TestReceiptsOfStaff:
    def test_say_why_and_offer_to_try_again(self, cast, record, browser_of):
        suppress(reason="status_5.1.1", source="report")

        page = browser_of(cast.thea).get(f"/patients/{record.public_id}/reminders/").content.decode()

        assert "The mail server says this address does not exist." in page
        assert "Try this address again" in page

    def test_show_the_next_five_reminders_and_not_the_sixth(self, cast, record, recovery, browser_of, hour):
        sync(recovery_id=recovery.pk, now=hour(0, 7))
        assert Reminder.objects.filter(patient=record, state=State.SCHEDULED).count() > 5

        page = browser_of(cast.thea).get(f"/patients/{record.public_id}/reminders/").content.decode()

        coming = page.partition("Coming next")[2].partition("Sent and not sent")[0]
        assert coming.count("<li>") == 5
        first = Reminder.objects.filter(state=State.SCHEDULED).earliest("due_at")
        assert f"{first.local_on:%A} {first.local_on.day} {first.local_on:%B}" in coming


class TestThePatientsPage:
    def test_says_that_no_mail_arrives_why_and_what_to_do(self, cast, browser_of):
        suppress()

        page = browser_of(cast.pat).get("/reminders/").content.decode()

        assert "We cannot reach you by e-mail" in page
        assert "The mail server says this address does not exist." in page
        assert "Tell your clinic. They can try this address again." in page
        assert 'href="tel:0000000000"' in page


class TestColleaguesWhomNoMailReaches:
    """A warning sign's mail does not reach them: whoever works beside them must know."""

    def test_are_named_to_those_who_work_at_their_clinic_only(self, cast, page_of):
        elsewhere = factories.member(factories.clinic("Hill clinic"), "Hanna Hill").user
        suppress(cast.thea.email)

        for colleague in (cast.thea, cast.olga, cast.max, cast.cleo, cast.finn):
            assert cast.thea.name in page_of(colleague)
        assert cast.thea.name not in page_of(elsewhere)

    def test_are_named_once_with_the_reason(self, cast):
        suppress(cast.thea.email, "complained")

        [one] = queries.unreached(cast.max, page=1, now=clock.now()).colleagues

        assert one.name == cast.thea.name
        assert "not wanted" in one.why

    def test_are_not_there_while_mails_reach_all(self, cast, page_of):
        assert "Colleagues whom no e-mail reaches" not in page_of(cast.thea)
