"""Who may open which page of the clinic: care links decide, and strangers find nothing."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEvent, CareLink
from accounts.services import care
from recovery.models import Recovery
from tests import recoveries

PAGES = (
    "patient",
    "fracture",
    "repair",
    "details",
    "dates",
    "close",
    "log_for",
    "plan",
    "exercises",
    "x_ray_new",
    "visit_new",
    "clinic_medicines",
    "clinic_medicine_new",
)
WRITES = ("reopen", "plan_draft", "plan_confirm", "plan_discard", "plan_range", "plan_film", "assign")
CARERS = {"thea", "max"}


@pytest.fixture
def recovery(cast):
    return recoveries.make_recovery(cast.pat_record, by=cast.thea)


def deep_pages(recovery, cast, now):
    """Return the addresses below a record that name one of its rows."""
    patient_id = recovery.patient.public_id
    (assignment,) = recoveries.assign(recovery, by=cast.thea)
    names = {
        "exercise_pause": assignment.public_id,
        "exercise_resume": assignment.public_id,
        "exercise_end": assignment.public_id,
        "load_release": recovery.plan.loads.last().public_id,
        "phase_release": "mobilise",
        "visit_move": uuid4(),
        "visit_cancel": uuid4(),
        "visit_finish": uuid4(),
        "alert_acknowledge": uuid4(),
        "alert_close": uuid4(),
        "x_ray_correct": uuid4(),
    }
    return [reverse(f"recovery:{name}", args=[patient_id, row]) for name, row in names.items()]


class TestTheRecordOfPat:
    @pytest.mark.parametrize("name", PAGES)
    def test_opens_to_carers_only(self, cast, browser_of, recovery, name):
        address = reverse(f"recovery:{name}", args=[recovery.patient.public_id])

        answers = {who: browser_of(user).get(address).status_code for who, user in cast.people().items()}

        expected = dict.fromkeys(answers, 404) | dict.fromkeys(CARERS, 200) | {"visitor": 302}
        assert answers == expected

    @pytest.mark.parametrize("name", WRITES)
    def test_takes_writes_from_carers_only(self, cast, browser_of, recovery, name):
        address = reverse(f"recovery:{name}", args=[recovery.patient.public_id])

        answers = {who: browser_of(user).post(address).status_code for who, user in cast.people().items()}

        strangers = {who for who, status in answers.items() if status == 404}
        assert strangers == set(answers) - CARERS - {"visitor"}
        assert answers["visitor"] == 302

    def test_hides_its_rows_from_strangers(self, cast, browser_of, recovery, now):
        for address in deep_pages(recovery, cast, now):
            for who in (cast.olga, cast.cleo, cast.finn, cast.pat, cast.otto):
                assert browser_of(who).post(address).status_code == 404, address

    def test_answers_a_stranger_like_a_missing_record(self, cast, browser_of, recovery):
        olga = browser_of(cast.olga)

        theirs = olga.get(reverse("recovery:patient", args=[recovery.patient.public_id]))
        missing = olga.get(reverse("recovery:patient", args=[uuid4()]))

        assert (theirs.status_code, theirs.content) == (missing.status_code, missing.content)

    def test_does_not_open_through_another_patients_address(self, cast, browser_of, recovery):
        olga = browser_of(cast.olga)
        otto = reverse("recovery:patient", args=[cast.otto_record.public_id])

        assert olga.get(f"{otto}?recovery={recovery.public_id}").status_code == 404
        assert olga.get(f"{otto}?recovery=nonsense").status_code == 404

    def test_closes_at_once_when_care_ends(self, cast, browser_of, recovery, now):
        browser = browser_of(cast.max)
        address = reverse("recovery:patient", args=[recovery.patient.public_id])
        assert browser.get(address).status_code == 200

        care.end_care(link=CareLink.objects.get(member__user=cast.max), by=cast.thea, now=now)

        assert browser.get(address).status_code == 404

    @pytest.mark.parametrize("name", ["log_for", "fracture", "repair", "x_ray_new", "visit_new", "close"])
    def test_takes_no_form_from_who_was_typing_when_care_ended(self, cast, browser_of, recovery, now, name):
        browser, today = browser_of(cast.max), clock.local_day(now, recovery.patient.time_zone)
        typed = {"day": today, "pain_rest": "3", "note": "Slept badly.", "reason": "healed"}
        address = reverse(f"recovery:{name}", args=[recovery.patient.public_id])
        missing = reverse(f"recovery:{name}", args=[uuid4()])
        assert browser.get(address).status_code == 200
        before = Recovery.objects.get(pk=recovery.pk).revision

        care.end_care(link=CareLink.objects.get(member__user=cast.max), by=cast.thea, now=now)
        answer, nothing = browser.post(address, typed), browser.post(missing, typed)

        words = "We cannot find this page</h1>\n<p>The link may be old, or the page is not open to you."
        assert (answer.status_code, answer.content) == (nothing.status_code, nothing.content)
        assert answer.status_code == 404
        assert words in answer.content.decode()
        assert cast.pat_record.name not in answer.content.decode()
        assert Recovery.objects.get(pk=recovery.pk).revision == before

    @pytest.mark.parametrize("name", PAGES)
    def test_writes_down_each_reading_by_staff(self, cast, browser_of, recovery, name):
        before = AuditEvent.objects.filter(action=AuditEvent.RECORD_READ).count()

        browser_of(cast.thea).get(reverse(f"recovery:{name}", args=[recovery.patient.public_id]))

        row = AuditEvent.objects.filter(action=AuditEvent.RECORD_READ).latest("pk")
        assert AuditEvent.objects.filter(action=AuditEvent.RECORD_READ).count() == before + 1
        assert (row.actor_id, row.patient_id) == (cast.thea.public_id, recovery.patient.public_id)

    def test_writes_nothing_down_for_a_stranger(self, cast, browser_of, recovery):
        browser_of(cast.olga).get(reverse("recovery:patient", args=[recovery.patient.public_id]))

        assert not AuditEvent.objects.filter(action=AuditEvent.RECORD_READ).exists()


class TestPagesWithoutARecord:
    @pytest.mark.parametrize("name", ["patients", "new_patient"])
    def test_open_to_staff_only(self, cast, browser_of, name):
        answers = {
            who: browser_of(user).get(reverse(f"recovery:{name}")).status_code
            for who, user in cast.people().items()
        }

        staff = dict.fromkeys(("thea", "olga", "max", "cleo", "finn"), 200)
        assert answers == {"pat": 404, "otto": 404, "visitor": 302} | staff
