"""A patient's list, for who cares for them."""

from datetime import time
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEvent
from recovery.models import Medicine
from recovery.services.close import close_recovery
from tests import factories
from tests.recoveries import add_medicine, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(cast, browser_of):
    return browser_of(cast.thea)


@pytest.fixture
def vitamin(recovery, pat):
    return add_medicine(recovery, by=pat, kind="supplement", label="Vitamin D")


@pytest.fixture
def place(pat_record):
    def address(name, *more):
        return reverse(f"recovery:{name}", args=[pat_record.public_id, *more])

    return address


@pytest.fixture
def typed(today):
    return {
        "medicine_id": str(uuid4()), "kind": "bone_health", "label": "Injection", "every_days": "182", "at_1": "09:00",
        "starts_on": today.isoformat(),
    }  # fmt: skip


class TestThePatientsList:
    def test_opens_to_who_cares_and_is_written_down(self, statuses, place, vitamin, cast):
        for name, more in (("clinic_medicines", ()), ("clinic_medicine", (vitamin.public_id,))):
            found = statuses(place(name, *more))
            assert {who for who, status in found.items() if status == 200} == {"thea", "max"}
        readers = AuditEvent.objects.filter(action=AuditEvent.RECORD_READ)
        assert set(readers.values_list("actor_id", flat=True)) == {cast.thea.public_id, cast.max.public_id}

    def test_is_linked_from_the_patients_page_and_says_what_the_patient_reads(
        self, staff, place, vitamin, text_of
    ):
        assert f'href="{place("clinic_medicines")}"' in staff.get(place("patient")).content.decode()

        words = text_of(staff.get(place("clinic_medicines")))

        assert "Vitamin D , every day at 8:00 am" in words
        assert "The patient reads: A reminder is not a prescription." in words

    def test_takes_what_staff_add_under_their_name(self, staff, place, typed, text_of, recovery, thea):
        answer = staff.post(place("clinic_medicine_new"), typed, follow=True)

        assert "It is on the patient's list." in text_of(answer)
        row = Medicine.objects.get()
        assert (row.label, row.every_days, row.added_by) == ("Injection", 182, thea)

    def test_says_what_is_wrong(self, staff, place, typed, text_of, recovery):
        answer = staff.post(place("clinic_medicine_new"), typed | {"at_1": "07:00"})

        assert "Only a medicine can have a time before 8 am." in text_of(answer)
        assert not Medicine.objects.exists()

    def test_is_changed_stopped_and_put_back(self, staff, place, vitamin, typed):
        staff.post(place("clinic_medicine", vitamin.public_id), typed)
        row = Medicine.objects.get()
        assert (row.label, row.kind, row.times()) == ("Injection", "supplement", (time(9),))

        staff.post(place("clinic_medicine_stop", vitamin.public_id))
        assert Medicine.objects.get().stopped_at is not None
        staff.post(place("clinic_medicine_resume", vitamin.public_id))
        assert Medicine.objects.get().stopped_at is None

    def test_of_a_closed_recovery_is_shut(self, staff, place, vitamin, recovery, thea, typed, text_of):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "This recovery is closed. Nothing is sent." in text_of(staff.get(place("clinic_medicines")))
        answer = staff.post(place("clinic_medicine_new"), typed)
        assert "This recovery is closed. Nothing can be added to it." in text_of(answer)
        assert Medicine.objects.count() == 1

    def test_holds_nothing_of_another_patients(self, staff, place, thea, recovery):
        ada = factories.patient("Ada Noor", of=thea.memberships.get(), has_account=False)
        theirs = add_medicine(make_recovery(ada, by=thea), by=thea)

        assert staff.get(place("clinic_medicine", theirs.public_id)).status_code == 404
        assert staff.post(place("clinic_medicine_stop", theirs.public_id)).status_code == 404

    def test_costs_the_same_with_one_and_with_twenty(self, staff, place, recovery, pat, vitamin):
        def count():
            with CaptureQueriesContext(connection) as queries:
                assert staff.get(place("clinic_medicines")).status_code == 200
            return len(queries)

        few = count()
        for number in range(19):
            add_medicine(recovery, time(8), time(20), by=pat, label=f"Tablet {number}")

        assert few == count() <= 10
