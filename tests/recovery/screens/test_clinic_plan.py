"""The plan: draft, change, confirm, release. Nothing advances by itself, and nothing is overwritten in silence."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.models import PlanVersion
from recovery.services import plan as plans
from recovery.services.close import close_recovery
from tests import factories, recoveries


@pytest.fixture
def thea(cast, browser_of):
    return browser_of(cast.thea)


@pytest.fixture
def place(cast):
    def address(name, *more):
        return reverse(f"recovery:{name}", args=[cast.pat_record.public_id, *more])

    return address


@pytest.fixture
def fracture(cast):
    return recoveries.make_fracture(cast.pat_record, by=cast.thea)


@pytest.fixture
def draft(cast, fracture):
    return recoveries.make_draft(fracture, by=cast.thea)


def seen(browser, place):
    return browser.get(place("plan")).context["page"].seen


def words(answer):
    return answer.content.decode()


class TestOffers:
    def test_are_for_the_bone_and_treatment_most_shared_hardware_first(self, thea, fracture, place):
        offers = thea.get(place("plan")).context["page"].offers

        assert {one.id.partition(".")[0] for one in offers} == {"distal-radius"}
        assert offers[0].id == "distal-radius.plate"

    def test_ask_for_the_load_without_a_default_where_units_differ(self, cast, thea, place):
        recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=recoveries.ANKLE_PLATE)

        forms = {one.offer.id: one for one in thea.get(place("plan")).context["offer_forms"]}

        assert forms["ankle.plate"]["load_choice"].value() is None

    def test_are_none_for_a_recovery_that_is_closed(self, cast, thea, fracture, place, now):
        close_recovery(recovery=fracture, reason="mistake", by=cast.thea, now=now)

        assert "Draft this plan" not in words(thea.get(place("plan")))


class TestDrafting:
    def test_lays_the_programme_out(self, thea, fracture, place):
        answer = thea.post(place("plan_draft"), {"protocol_id": "distal-radius.plate"}, follow=True)

        draft = answer.context["page"].draft
        assert (draft.row.state, len(draft.phases), len(draft.films)) == ("draft", 4, 3)
        assert "Your care team has not checked this plan yet" in words(answer)

    def test_refuses_a_missing_load_choice_beside_its_question(self, cast, thea, place):
        recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=recoveries.ANKLE_PLATE)

        answer = thea.post(place("plan_draft"), {"protocol_id": "ankle.plate"})

        assert "Choose one of the two" in str(answer.context["form"].errors["load_choice"])
        assert not PlanVersion.objects.exists()

    def test_takes_the_load_that_was_chosen(self, cast, thea, place):
        recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=recoveries.ANKLE_PLATE)

        thea.post(place("plan_draft"), {"protocol_id": "ankle.plate", "load_choice": "alternative"})

        assert PlanVersion.objects.get().load_choice == "alternative"

    @pytest.mark.parametrize("protocol", ["", "ankle.plate", "distal-radius.cast", "x" * 999])
    def test_refuses_programmes_that_were_not_offered(self, thea, fracture, place, protocol):
        thea.post(place("plan_draft"), {"protocol_id": protocol})

        assert not PlanVersion.objects.exists()

    def test_refuses_a_person_under_18_at_the_injury(self, cast, thea, place):
        adult_since = date.today() - timedelta(days=18 * 366)
        patient = factories.patient(
            "Ada Noor", of=cast.thea.memberships.get(), born_on=adult_since, has_account=False
        )
        recoveries.make_fracture(patient, by=cast.thea, day=60)

        answer = thea.post(
            reverse("recovery:plan_draft", args=[patient.public_id]), {"protocol_id": "distal-radius.plate"}
        )

        assert "made for adults" in words(answer)

    def test_does_not_replace_a_colleagues_draft_unseen(self, cast, thea, fracture, place):
        before = seen(thea, place)
        theirs = recoveries.make_draft(fracture, by=cast.max)

        answer = thea.post(place("plan_draft"), {"protocol_id": "distal-radius.pins", "seen": before})

        assert "changed since you opened" in words(answer)
        theirs.refresh_from_db()
        assert theirs.state == "draft"


class TestTheDraft:
    def test_takes_a_range_with_its_reason(self, thea, draft, place):
        sent = {"early": 8, "typical": 10, "late": 16, "reason": "Open break", "seen": seen(thea, place)}

        answer = thea.post(place("plan_range"), sent, follow=True)

        assert "8 to 16 weeks, about half by week 10" in words(answer)
        assert "Open break" in words(answer)

    @pytest.mark.parametrize(
        "change", [{"reason": ""}, {"early": 20}, {"late": 105}, {"typical": "x"}, {"early": 0}, {"late": ""}]
    )
    def test_refuses_a_range_that_makes_no_sense_and_keeps_it(self, thea, draft, place, change):
        sent = {"early": 8, "typical": 10, "late": 16, "reason": "Kept words", **change}

        answer = thea.post(place("plan_range"), sent)

        assert answer.context["range_form"].errors
        assert "Kept words" in words(answer) or change == {"reason": ""}
        draft.refresh_from_db()
        assert draft.early_weeks == 6

    def test_takes_another_day_for_an_x_ray(self, thea, draft, place):
        film = draft.films.get(key="week-6")
        on = film.due_on + timedelta(days=3)

        answer = thea.post(
            place("plan_film"), {"key": "week-6", "due_on": on, "seen": seen(thea, place)}, follow=True
        )

        film.refresh_from_db()
        assert (film.due_on, film.is_overridden) == (on, True)
        assert "Set by hand" in words(answer)

    @pytest.mark.parametrize("on", ["1900-01-01", "2199-01-01", "", "soon"])
    def test_refuses_days_out_of_the_plan(self, thea, draft, place, on):
        thea.post(place("plan_film"), {"key": "week-6", "due_on": on})

        assert not draft.films.get(key="week-6").is_overridden

    def test_tells_the_second_of_two_people_who_change_it(self, cast, thea, draft, place, now):
        before = seen(thea, place)
        plans.set_range(plan=draft, early=7, typical=9, late=15, reason="Max's view", by=cast.max, now=now)

        sent = {"early": 8, "typical": 10, "late": 16, "reason": "Thea's view", "seen": before}
        answer = thea.post(place("plan_range"), sent)

        draft.refresh_from_db()
        assert draft.range_reason == "Max's view"
        assert "changed since you opened" in words(answer)
        assert "Thea&#x27;s view" in words(answer)
        assert "Max&#x27;s view" in words(answer)
        assert answer.context["range_form"]["seen"].value() == seen(thea, place)

    def test_is_not_confirmed_in_a_form_nobody_has_read(self, cast, thea, draft, place, now):
        before = seen(thea, place)
        plans.move_film(
            plan=draft, key="week-6", due_on=draft.day_zero_on + timedelta(days=50), by=cast.max, now=now
        )

        answer = thea.post(place("plan_confirm"), {"checked": "on", "seen": before})

        assert "changed since you opened" in words(answer)
        draft.refresh_from_db()
        assert draft.state == "draft"

    def test_can_be_discarded(self, thea, draft, place):
        thea.post(place("plan_discard"), {"seen": seen(thea, place)})

        draft.refresh_from_db()
        assert draft.state == "discarded"

    def test_says_when_a_colleague_discarded_it(self, cast, thea, draft, place, now):
        plans.discard_draft(plan=draft, by=cast.max, now=now)

        assert "This draft has changed" in words(thea.post(place("plan_confirm"), {"checked": "on"}))


class TestConfirming:
    def test_puts_the_clinicians_name_beside_the_plan(self, thea, draft, place):
        answer = thea.post(place("plan_confirm"), {"checked": "on", "seen": seen(thea, place)}, follow=True)

        assert "Confirmed by Thea Berg" in words(answer)
        draft.refresh_from_db()
        assert draft.state == "confirmed"

    def test_needs_the_tick(self, thea, draft, place):
        answer = thea.post(place("plan_confirm"), {"seen": seen(thea, place)})

        assert "checked" in answer.context["form"].errors
        draft.refresh_from_db()
        assert draft.state == "draft"

    def test_is_not_for_who_may_not_confirm(self, cast, browser_of, draft, place):
        factories.carer(cast.olga.memberships.get(), of=cast.pat_record, by=cast.thea)
        olga = browser_of(cast.olga)

        assert "Confirm this plan" not in words(olga.get(place("plan")))
        assert "may confirm plans" in words(olga.post(place("plan_confirm"), {"checked": "on"}))
        draft.refresh_from_db()
        assert draft.state == "draft"

    def test_keeps_the_version_before_it_in_the_history(self, cast, thea, place):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        sent = {"protocol_id": "distal-radius.plate", "reason": "Second opinion"}
        thea.post(place("plan_draft"), sent)
        thea.post(place("plan_confirm"), {"checked": "on", "seen": seen(thea, place)})

        page = thea.get(place("plan")).context["page"]

        assert [(one.row.number, one.row.state) for one in page.history] == [
            (2, "confirmed"),
            (1, "superseded"),
        ]
        assert page.history[0].row.reason == "Second opinion"
        assert recovery.plan.pk != page.in_force.row.pk


class TestReleasing:
    @pytest.fixture
    def recovery(self, cast):
        return recoveries.make_recovery(cast.pat_record, by=cast.thea)

    def test_a_load_takes_a_clinicians_act(self, thea, recovery, place):
        load = thea.get(place("plan")).context["page"].in_force.loads[1]
        assert load.is_next

        answer = thea.post(
            place("load_release", load.row.public_id), {"note": "Cup of tea only"}, follow=True
        )

        load.row.refresh_from_db()
        assert load.row.released_by_name == "Thea Berg"
        assert "Cup of tea only" in words(answer)

    def test_a_load_cannot_be_skipped(self, thea, recovery, place):
        last = recovery.plan.loads.order_by("position").last()

        answer = thea.post(place("load_release", last.public_id), {})

        assert "cannot be released now" in words(answer)
        last.refresh_from_db()
        assert last.released_at is None

    def test_a_phase_lists_its_gate_as_facts(self, thea, recovery, place):
        html = words(thea.get(place("plan")))

        assert "No open red flag" in html
        assert "none open" in html
        assert "Not before" in html

    def test_a_phase_needs_the_tick(self, thea, recovery, place):
        answer = thea.post(place("phase_release", "mobilise"), {"note": "Kept words"})

        assert "Check each point" in words(answer)
        assert "Kept words" in words(answer)
        assert recovery.plan.phases.get(code="mobilise").released_at is None

    def test_a_phase_is_released_with_name_and_note(self, thea, recovery, place):
        thea.post(place("phase_release", "mobilise"), {"checked": "on", "note": "Film fine"})

        phase = recovery.plan.phases.get(code="mobilise")
        assert (phase.released_by_name, phase.release_note) == ("Thea Berg", "Film fine")

    def test_a_phase_that_is_not_there_is_not_found(self, thea, recovery, place):
        assert thea.post(place("phase_release", "flying"), {"checked": "on"}).status_code == 404

    def test_is_not_for_who_may_not_confirm(self, cast, browser_of, recovery, place):
        factories.carer(cast.olga.memberships.get(), of=cast.pat_record, by=cast.thea)
        olga = browser_of(cast.olga)

        assert "Release:" not in words(olga.get(place("plan")))
        answer = olga.post(place("phase_release", "mobilise"), {"checked": "on"})
        assert "may confirm plans" in words(answer)


class TestTwoPlansAtOnce:
    def test_are_compared_before_the_second_is_confirmed(self, cast, thea, place):
        """Hazard H13: a wrist plan and a hip plan show the clash."""
        recoveries.make_recovery(cast.pat_record, by=cast.thea)
        hip = recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=recoveries.HIP_REPLACEMENT)

        answer = thea.get(place("plan") + f"?recovery={hip.public_id}")

        (clash,) = answer.context["page"].clashes
        assert (clash.bone, clash.state, clash.load) == ("Left distal radius", "Confirmed", "No lifting")
        assert "the stricter rule counts" in words(answer)

    def test_do_not_clash_once_one_is_closed(self, cast, thea, place, now):
        wrist = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=recoveries.HIP_REPLACEMENT)
        close_recovery(recovery=wrist, reason="healed", by=cast.thea, now=now)

        assert not thea.get(place("plan")).context["page"].clashes


class TestTheQueries:
    def test_are_the_same_for_one_version_and_for_many(self, cast, thea, place, now):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        one = self.count(thea, place)
        for _ in range(4):
            plans.confirm_plan(plan=recoveries.make_draft(recovery, by=cast.thea), by=cast.thea, now=now)
        recoveries.make_draft(recovery, by=cast.thea)
        recoveries.fill_with_logs(recovery, 1000)

        assert one == self.count(thea, place) == 16

    def count(self, browser, place):
        address = place("plan")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)
