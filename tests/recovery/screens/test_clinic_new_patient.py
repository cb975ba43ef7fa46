"""Taking in patients, broken bones and treatments; correcting dates; closing."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from accounts.clock import local_day
from accounts.models import Invitation, Patient
from accounts.services import care
from recovery.models import Recovery
from recovery.services import follow_ups
from tests import factories, recoveries

ADDRESS = reverse("recovery:new_patient")


@pytest.fixture
def thea(cast, browser_of):
    return browser_of(cast.thea)


@pytest.fixture
def today(now):
    return local_day(now, factories.ZONE)


@pytest.fixture
def answers(today):
    return {
        "name": "Ada Noor",
        "born_on": "1950-02-03",
        "clinic_number": "A-77",
        "email": "",
        "language": "en",
        "time_zone": factories.ZONE,
        "site": "ankle",
        "side": "left",
        "injured_on": str(today - timedelta(days=5)),
        "is_low_energy": "on",
        "icd10cm": "S82.5",
        "method": "open_reduction",
        "operated_on": str(today - timedelta(days=3)),
        "hardware": ["plate", "screws", "splint"],
        "graft": "none",
        "note": "",
    }


def address(name, patient, recovery=None):
    query = f"?recovery={recovery.public_id}" if recovery else ""
    return reverse(f"recovery:{name}", args=[patient.public_id]) + query


def errors(answer):
    return answer.context["form"].errors


def shown(answer, sent):
    """Return what the form shows where something was sent; a tick is sent as "on"."""
    values = {name: answer.context["form"][name].value() for name in sent}
    return {name: "on" if value is True else value for name, value in values.items()}


class TestTakingInAPatient:
    def test_leads_to_the_plan_page(self, cast, thea, answers):
        answer = thea.post(ADDRESS, answers)

        patient = Patient.objects.get(name="Ada Noor")
        recovery = Recovery.objects.get(patient=patient)
        assert answer.url == address("plan", patient)
        assert (recovery.site, recovery.is_low_energy, recovery.is_open) == ("ankle", True, False)
        assert recovery.current_repair.hardware == ["plate", "screws", "splint"]
        assert Patient.objects.in_care_of(cast.thea).filter(pk=patient.pk).exists()

    def test_sends_the_invitation_when_it_is_ticked(self, thea, answers, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            thea.post(ADDRESS, {**answers, "email": "ada@demo.example", "invites": "on"})

        assert Invitation.objects.get(email="ada@demo.example").patient.name == "Ada Noor"
        assert [one.to for one in mail.outbox] == [["ada@demo.example"]]

    def test_sends_nothing_otherwise(self, thea, answers, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            thea.post(ADDRESS, {**answers, "email": "ada@demo.example"})

        assert not Invitation.objects.exists()
        assert not mail.outbox

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("born_on", "1899-12-31"),
            ("born_on", "2999-01-01"),
            ("born_on", "2015-01-01"),
            ("born_on", "yesterday"),
            ("time_zone", "Mars/Base"),
            ("site", "skull"),
            ("side", "middle"),
            ("injured_on", "2999-01-01"),
            ("injured_on", "1900-01-01"),
            ("icd10cm", "S52.5"),
            ("method", "prayer"),
            ("method", "vertebroplasty"),
            ("operated_on", ""),
            ("operated_on", "2999-01-01"),
            ("operated_on", "1900-01-01"),
            ("hardware", []),
            ("hardware", ["none", "plate"]),
            ("hardware", ["joint_replacement"]),
            ("graft", "autograft"),
            ("email", "not an address"),
            ("name", "x" * 121),
        ],
    )
    def test_refuses_nonsense_beside_its_field_and_keeps_what_was_typed(self, thea, answers, field, value):
        answer = thea.post(ADDRESS, {**answers, "clinic_number": "KEPT-1", field: value})

        assert answer.status_code == 200
        named = set(errors(answer))
        assert named & {field, "hardware"} if field in ("graft", "method") else field in named
        assert "KEPT-1" in answer.content.decode()
        assert not Patient.objects.filter(clinic_number="KEPT-1").exists()

    def test_keeps_ticks_after_a_refusal(self, thea, answers):
        answer = thea.post(ADDRESS, {**answers, "injured_on": "2999-01-01"})

        assert answer.context["form"]["hardware"].value() == ["plate", "screws", "splint"]
        assert answer.content.decode().count("checked") >= 5

    def test_refuses_a_number_that_is_taken(self, cast, thea, answers):
        answer = thea.post(ADDRESS, {**answers, "clinic_number": cast.pat_record.clinic_number})

        assert "clinic_number" in errors(answer)

    def test_asks_for_the_address_of_an_invitation(self, thea, answers):
        assert "email" in errors(thea.post(ADDRESS, {**answers, "invites": "on"}))

    def test_saves_nothing_and_keeps_all_when_the_address_is_invited_already(self, cast, thea, answers):
        thea.post(ADDRESS, {**answers, "email": "ada@demo.example", "invites": "on"})

        again = {**answers, "clinic_number": "B-1", "email": "ada@demo.example", "invites": "on"}
        again["note"] = "Told by phone."
        answer = thea.post(ADDRESS, again)

        assert errors(answer) == {"email": ["This address already has an invitation. You can send it again."]}
        assert shown(answer, again) == again
        assert "Told by phone." in answer.content.decode()
        assert Patient.objects.filter(email="ada@demo.example").count() == 1

    def test_refuses_an_empty_post(self, thea, db):
        answer = thea.post(ADDRESS, {})

        assert {"name", "born_on", "site", "side", "injured_on", "method", "hardware"} <= set(errors(answer))

    def test_does_not_let_a_person_choose_a_clinic_they_do_not_work_at(self, cast, thea, answers):
        other = factories.member(factories.clinic("Hill clinic"), "Uma Holt")

        answer = thea.post(ADDRESS, {**answers, "clinic": str(other.public_id)})

        assert "clinic" in errors(answer)
        assert not Patient.objects.filter(name="Ada Noor").exists()

    def test_lets_somebody_of_two_clinics_choose(self, cast, thea, answers):
        hill = factories.clinic("Hill clinic")
        member = care.join(
            user=cast.thea,
            clinic=hill,
            profession="physiotherapist",
            is_manager=False,
            may_confirm_plans=False,
            by=None,
            now=factories.utc_now(),
        )

        thea.post(ADDRESS, {**answers, "clinic": str(member.public_id)})

        assert Patient.objects.get(name="Ada Noor").clinic == hill


class TestAnotherBrokenBone:
    def test_opens_its_own_plan_page(self, cast, thea, answers):
        first = recoveries.make_fracture(cast.pat_record, by=cast.thea)

        answer = thea.post(address("fracture", cast.pat_record), answers)

        second = Recovery.objects.exclude(pk=first.pk).get(patient=cast.pat_record)
        assert answer.url == address("plan", cast.pat_record, second)

    def test_is_refused_for_a_bone_with_an_open_recovery(self, cast, thea, answers):
        recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=recoveries.ANKLE_PLATE)

        answer = thea.post(address("fracture", cast.pat_record), {**answers, "note": "Fell again."})

        typed = {name: answers[name] for name in ("site", "side", "injured_on", "icd10cm", "hardware")}
        assert len(errors(answer)) == len(errors(answer)["site"]) == 1
        assert "already has an open recovery" in errors(answer)["site"][0]
        assert shown(answer, typed) == typed
        assert "Fell again." in answer.content.decode()
        assert Recovery.objects.count() == 1


class TestANewTreatment:
    def test_becomes_the_current_one(self, cast, thea, today):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        sent = {
            "method": "closed_reduction",
            "hardware": ["cast"],
            "graft": "none",
            "operated_on": "",
            "note": "",
        }

        thea.post(address("repair", cast.pat_record), sent)

        recovery.refresh_from_db()
        assert (recovery.current_repair.sequence, recovery.current_repair.hardware) == (2, ["cast"])
        assert "earlier treatment" in thea.get(address("plan", cast.pat_record)).content.decode()


class TestCorrectingTheDates:
    def sent(self, recovery, days, **more):
        repair = recovery.current_repair
        step = timedelta(days=days)
        dates = {"injured_on": recovery.injured_on + step, "operated_on": repair.operated_on + step}
        return {**dates, "reason": "The letter said so.", **more}

    def test_shows_what_moved_and_what_stayed(self, cast, thea, now, today):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        film = recovery.plan.films.get(key="week-6")
        follow_ups.book_visit(
            recovery=recovery,
            kind="x_ray",
            on=film.due_on,
            at=now.time(),
            film_key="week-6",
            by=cast.thea,
            now=now,
        )

        answer = thea.post(address("dates", cast.pat_record), self.sent(recovery, -2), follow=True)

        move = answer.context["move"]
        films = {one.name: one for one in move.films}
        assert move.days == -2
        assert films["Week 6"].before_on == films["Week 6"].now_on == film.due_on
        assert films["Week 6"].why == "a visit is booked for it"
        assert films["Week 12"].now_on == films["Week 12"].before_on - timedelta(days=2)
        assert "a visit is booked for it" in answer.content.decode()

    @pytest.mark.parametrize(
        ("field", "value"), [("injured_on", "2999-01-01"), ("operated_on", "1901-01-01"), ("reason", "")]
    )
    def test_refuses_nonsense_beside_its_field(self, cast, thea, field, value):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)

        answer = thea.post(address("dates", cast.pat_record), self.sent(recovery, -1, **{field: value}))

        assert field in errors(answer)

    def test_is_refused_to_who_may_not_confirm(self, cast, browser_of, now):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        factories.carer(cast.olga.memberships.get(), of=cast.pat_record, by=cast.thea)

        answer = browser_of(cast.olga).post(address("dates", cast.pat_record), self.sent(recovery, -1))

        assert "may confirm plans" in str(errors(answer)["__all__"])
        recovery.refresh_from_db()
        assert recovery.plan.number == 1


class TestClosing:
    def test_needs_a_reason(self, cast, thea):
        recoveries.make_recovery(cast.pat_record, by=cast.thea)

        assert "reason" in errors(thea.post(address("close", cast.pat_record), {"reason": "bored"}))

    def test_stops_everything_and_can_be_undone(self, cast, thea):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)

        answer = thea.post(address("close", cast.pat_record), {"reason": "healed"}, follow=True)

        recovery.refresh_from_db()
        assert recovery.close_reason == "healed"
        assert "Open it again" in answer.content.decode()
        assert "Book a visit" not in answer.content.decode()

        thea.post(address("reopen", cast.pat_record))
        recovery.refresh_from_db()
        assert not recovery.is_closed

    def test_of_one_leaves_the_other_as_the_record_that_opens(self, cast, thea):
        first = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        second = recoveries.make_recovery(cast.pat_record, by=cast.thea, kind=recoveries.ANKLE_PLATE)

        thea.post(address("close", cast.pat_record, second), {"reason": "mistake"})

        assert thea.get(address("patient", cast.pat_record)).context["record"].recovery == first
        assert thea.get(address("patient", cast.pat_record, second)).context["record"].recovery == second
