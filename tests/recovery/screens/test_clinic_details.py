"""Correcting who a patient is and how to reach them."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Invitation, Patient
from accounts.services import care, invite, profile
from tests import factories, recoveries
from tests.recovery.screens.conftest import PAGE_BUDGET


@pytest.fixture
def thea(cast, browser_of):
    return browser_of(cast.thea)


@pytest.fixture
def ada(cast):
    """Make a patient of Thea without an account."""
    of = cast.thea.memberships.get()
    return factories.patient("Ada Noor", of=of, has_account=False, email="ada@home.example")


@pytest.fixture
def typed(thea, ada):
    """Return a function that gives what stands in the form of Ada's details, with changes."""

    def fill(**changes):
        form = thea.get(address(ada)).context["form"]
        return {**{one.name: one.value() or "" for one in form}, **changes}

    return fill


def address(patient, name="details"):
    return reverse(f"recovery:{name}", args=[patient.public_id])


def errors(answer):
    return answer.context["form"].errors


class TestThePage:
    def test_is_linked_from_the_record(self, thea, ada):
        assert f'href="{address(ada)}"' in thea.get(address(ada, "patient")).content.decode()

    def test_holds_what_is_known_and_costs_few_queries(self, cast, thea, ada):
        recoveries.make_recovery(ada, by=cast.thea)

        with CaptureQueriesContext(connection) as queries:
            form = thea.get(address(ada)).context["form"]

        assert len(queries) <= PAGE_BUDGET
        assert {one.name: one.value() for one in form if one.name != "seen"} == {
            "name": "Ada Noor",
            "born_on": date(1961, 5, 4),
            "clinic_number": ada.clinic_number,
            "email": "ada@home.example",
            "language": "en",
            "time_zone": factories.ZONE,
        }

    def test_opens_without_a_broken_bone_and_keeps_to_the_one_it_came_from(self, cast, thea, ada):
        assert thea.get(address(ada)).status_code == 200
        first = recoveries.make_fracture(ada, by=cast.thea)
        recoveries.make_fracture(ada, by=cast.thea, kind=recoveries.ANKLE_CAST)

        place = f"{address(ada)}?recovery={first.public_id}"
        form = thea.get(place).context["form"]
        answer = thea.post(place, {one.name: one.value() or "" for one in form})

        assert answer.url == f"{address(ada, 'patient')}?recovery={first.public_id}"

    def test_says_where_mail_goes(self, cast, thea, ada):
        assert "an open invitation stops working" in thea.get(address(ada)).content.decode()
        assert "the address the patient signs in with" in thea.get(address(cast.pat_record)).content.decode()


class TestSaving:
    def test_changes_the_record_and_leads_back_to_it(self, thea, ada, typed):
        changes = {
            "name": "Ada Noor Vale",
            "born_on": "1960-02-29",
            "clinic_number": "A-9",
            "email": "ada@new.example",
            "time_zone": "Europe/Vienna",
        }

        answer = thea.post(address(ada), typed(**changes))

        ada.refresh_from_db()
        assert answer.url == address(ada, "patient")
        assert {name: str(getattr(ada, name)) for name in changes} == changes
        row = AuditEvent.objects.get(action="patient.changed")
        assert (row.patient_id, row.detail) == (ada.public_id, {"fields": sorted(changes)})

    def test_withdraws_an_open_invitation_with_the_address_and_says_so(self, cast, thea, ada, typed, now):
        invitation = invite.invite_patient(patient=ada, by=cast.thea, now=now)

        words = thea.post(address(ada), typed(email="ada@new.example"), follow=True).content.decode()

        assert "An invitation to the old address no longer works." in words
        assert not Invitation.objects.open().filter(pk=invitation.pk).exists()

    def test_leaves_an_invitation_where_the_address_stays(self, cast, thea, ada, typed, now):
        invitation = invite.invite_patient(patient=ada, by=cast.thea, now=now)

        words = thea.post(address(ada), typed(name="Ada Vale"), follow=True).content.decode()

        assert "no longer works" not in words
        assert Invitation.objects.open().filter(pk=invitation.pk).exists()

    def test_without_a_change_leaves_no_audit_row(self, thea, ada, typed):
        assert thea.post(address(ada), typed()).status_code == 302
        assert not AuditEvent.objects.filter(action="patient.changed").exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 121),
            ("name", "a\0b"),
            ("born_on", ""),
            ("born_on", "yesterday"),
            ("born_on", "1899-12-31"),
            ("born_on", "2999-01-01"),
            ("born_on", "2015-01-01"),
            ("clinic_number", "x" * 41),
            ("email", "not an address"),
            ("email", "x" * 250 + "@a.example"),
            ("language", "tlh"),
            ("time_zone", "Mars/Base"),
            ("time_zone", ""),
        ],
    )
    def test_refuses_nonsense_beside_its_field_and_keeps_what_was_typed(self, thea, ada, typed, field, value):
        other = "clinic_number" if field == "name" else "name"

        answer = thea.post(address(ada), typed(**{field: value, other: "KEPT-1"}))

        assert answer.status_code == 200
        assert set(errors(answer)) == {field}
        assert "KEPT-1" in answer.content.decode()
        assert f'href="#id_{field}"' in answer.content.decode()
        assert getattr(Patient.objects.get(pk=ada.pk), other) != "KEPT-1"

    def test_refuses_a_number_that_is_taken_beside_its_field(self, cast, thea, ada, typed):
        answer = thea.post(address(ada), typed(clinic_number=cast.pat_record.clinic_number, name="Ada Vale"))

        assert set(errors(answer)) == {"clinic_number"}
        assert "Ada Vale" in answer.content.decode()

    def test_refuses_to_undo_what_changed_meanwhile_and_can_be_sent_again(self, cast, thea, ada, typed, now):
        opened = typed(name="Ada Vale")
        user = care.link_user(patient=ada, user=factories.user("Ada Noor"), by=None, now=now).user
        profile.set_time_zone(user=user, time_zone="Asia/Tokyo", now=now)

        refused = thea.post(address(ada), opened)
        assert "changed since you opened" in str(errors(refused)["__all__"])
        assert errors(refused)["time_zone"] == ["It is “Asia/Tokyo” now."]
        assert "Ada Vale" in refused.content.decode()
        assert Patient.objects.get(pk=ada.pk).time_zone == "Asia/Tokyo"

        again = {one.name: one.value() or "" for one in refused.context["form"]}
        assert thea.post(address(ada), again).status_code == 302
        assert Patient.objects.get(pk=ada.pk).name == "Ada Vale"
