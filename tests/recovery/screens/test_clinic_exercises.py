"""The programme: what the library offers, and what a therapist assigns of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.clock import local_day
from recovery.models import Assignment
from recovery.services import plan as plans
from tests import factories, recoveries

FIST = "ex-finger-fist"


@pytest.fixture
def thea(cast, browser_of):
    return browser_of(cast.thea)


@pytest.fixture
def recovery(cast):
    return recoveries.make_recovery(cast.pat_record, by=cast.thea)


@pytest.fixture
def place(cast):
    def address(name, *more):
        return reverse(f"recovery:{name}", args=[cast.pat_record.public_id, *more])

    return address


@pytest.fixture
def today(now):
    return local_day(now, factories.ZONE)


@pytest.fixture
def sent(thea, recovery, place, today):
    """Return the form as the page shows it, one exercise ticked."""
    form = thea.get(place("exercises")).context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    return {**values, f"tick-{FIST}": "on", "starts_on": str(today)}


def ask_first(cast, now):
    """Return a recovery far enough for a move that asks for a clinician's word, and that move's id."""
    recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea, day=20)
    plans.release_phase(phase=recovery.plan.phases.get(code="mobilise"), by=cast.thea, now=now)
    plans.release_load(load=recovery.plan.loads.get(position=1), by=cast.thea, now=now)
    return recovery


class TestTheLibrary:
    def test_offers_what_the_rules_allow_now(self, thea, recovery, place):
        offers = {one.id for one in thea.get(place("exercises")).context["page"].offers}

        assert FIST in offers
        assert not offers & {"ex-step-up", "ex-balance-one-leg", "ex-sit-stand"}

    def test_prefills_the_librarys_dose(self, thea, recovery, place):
        form = thea.get(place("exercises")).context["form"]

        assert [form[f"{name}-{FIST}"].value() for name in ("sets", "reps", "hold_s", "per_day")] == [
            1,
            10,
            3,
            6,
        ]
        assert not form[f"tick-{FIST}"].value()

    def test_warns_in_the_tables_words(self, thea, recovery, place):
        assert "hand or finger break: only the joints" in thea.get(place("exercises")).content.decode()

    def test_stays_shut_until_a_plan_is_confirmed(self, cast, thea, place):
        recoveries.make_fracture(cast.pat_record, by=cast.thea)

        assert "Confirm the plan first" in thea.get(place("exercises")).content.decode()
        assert thea.post(place("assign"), {f"tick-{FIST}": "on"}).status_code == 200
        assert not Assignment.objects.exists()


class TestAssigning:
    def test_puts_the_ticked_moves_on_the_patients_list(self, thea, sent, place, recovery):
        answer = thea.post(
            place("assign"), {**sent, f"per_day-{FIST}": "3", f"note-{FIST}": "Slowly."}, follow=True
        )

        row = Assignment.objects.get()
        assert (row.exercise_id, row.times_per_day, row.note) == (FIST, 3, "Slowly.")
        assert "1 exercise is assigned." in answer.content.decode()

    def test_gives_one_that_runs_the_new_dose(self, cast, thea, sent, place, recovery):
        recoveries.assign(recovery, FIST, by=cast.thea)

        thea.post(place("assign"), {**sent, f"reps-{FIST}": "7"})

        assert Assignment.objects.get().reps == 7

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            (f"sets-{FIST}", "0"),
            (f"sets-{FIST}", "10000"),
            (f"reps-{FIST}", "51"),
            (f"hold_s-{FIST}", "-1"),
            (f"per_day-{FIST}", "13"),
            (f"minutes-{FIST}", "x"),
            (f"sets-{FIST}", ""),
            (f"note-{FIST}", "x" * 301),
            ("starts_on", "1900-01-01"),
            ("starts_on", "2199-01-01"),
            ("starts_on", ""),
        ],
    )
    def test_refuses_nonsense_beside_its_field_and_keeps_the_rest(self, thea, sent, place, field, value):
        answer = thea.post(place("assign"), {**sent, "reason": "Kept words", field: value})

        assert field in answer.context["form"].errors
        assert "Kept words" in answer.content.decode()
        assert not Assignment.objects.exists()

    def test_does_not_mind_the_numbers_of_what_is_not_ticked(self, thea, sent, place):
        thea.post(place("assign"), {**sent, "sets-ex-thumb-touch": "10000"})

        assert [one.exercise_id for one in Assignment.objects.all()] == [FIST]

    def test_refuses_a_start_in_the_past(self, thea, sent, place, today):
        answer = thea.post(place("assign"), {**sent, "starts_on": today - timedelta(days=1)})

        assert "starts_on" in answer.context["form"].errors

    def test_asks_for_at_least_one_tick(self, thea, sent, place):
        answer = thea.post(
            place("assign"), {key: value for key, value in sent.items() if not key.startswith("tick")}
        )

        assert "Tick at least one exercise." in answer.content.decode()

    def test_cannot_assign_what_is_not_offered(self, thea, sent, place):
        thea.post(place("assign"), {**sent, "tick-ex-step-up": "on", "sets-ex-step-up": "1"})

        assert [one.exercise_id for one in Assignment.objects.all()] == [FIST]

    def test_asks_for_a_clinicians_word_and_a_reason_where_the_library_does(
        self, cast, thea, place, now, today
    ):
        ask_first(cast, now)
        page = thea.get(place("exercises")).context
        move = next(one.id for one in page["page"].offers if one.offer.needs_ok)
        form = page["form"]
        values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        values |= {f"tick-{move}": "on", "starts_on": str(today)}

        refused = thea.post(place("assign"), values)
        assert {f"ok-{move}", "reason"} <= set(refused.context["form"].errors)
        assert not Assignment.objects.exists()

        thea.post(place("assign"), {**values, f"ok-{move}": "on", "reason": "Max allowed it after the film."})
        assert Assignment.objects.get().reason == "Max allowed it after the film."


class TestARunningExercise:
    @pytest.fixture
    def assignment(self, cast, recovery):
        return recoveries.assign(recovery, FIST, by=cast.thea, days_ago=3)[0]

    def test_is_paused_and_resumed(self, thea, place, assignment):
        thea.post(place("exercise_pause", assignment.public_id))
        assignment.refresh_from_db()
        assert assignment.paused_at is not None
        assert "Resume" in thea.get(place("exercises")).content.decode()

        thea.post(place("exercise_resume", assignment.public_id))
        assignment.refresh_from_db()
        assert assignment.paused_at is None

    def test_ends_with_today_as_its_last_day(self, thea, place, assignment, today):
        thea.post(place("exercise_end", assignment.public_id))

        assignment.refresh_from_db()
        assert assignment.ends_on == today

    def test_of_another_patient_is_not_found(self, cast, thea, place, recovery):
        other = recoveries.make_recovery(
            factories.patient("Ada Noor", of=cast.thea.memberships.get(), has_account=False), by=cast.thea
        )
        (theirs,) = recoveries.assign(other, by=cast.thea)

        assert thea.post(place("exercise_end", theirs.public_id)).status_code == 404


class TestTheQueries:
    def test_do_not_grow_with_assignments_and_logs(self, cast, thea, place, recovery):
        address = place("exercises")
        few = self.count(thea, address)
        recoveries.assign(recovery, FIST, "ex-thumb-touch", "ex-finger-spread", by=cast.thea)
        recoveries.fill_with_logs(recovery, 1000)

        assert few == self.count(thea, address) == 10

    def count(self, browser, address):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)
