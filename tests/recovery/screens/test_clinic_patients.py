"""The caseload: who needs somebody first, and why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.queries.clinic_caseload import PAGE_SIZE
from recovery.services import alerts, follow_ups
from recovery.services.close import close_recovery
from tests import factories, recoveries

ADDRESS = reverse("recovery:patients")


@pytest.fixture
def thea(cast, browser_of):
    return browser_of(cast.thea)


def new_patient(cast, name="Ada Noor", **more):
    return factories.patient(
        name, of=cast.thea.memberships.get(), has_account=more.pop("has_account", True), **more
    )


def page_of(browser, query=""):
    return browser.get(ADDRESS + query).context["page"]


class TestTheCaseload:
    def test_puts_a_warning_sign_under_now_with_its_words(self, cast, thea, now):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        alerts.tick_warnings(
            recovery=recovery, flag_ids=["rf-cast-tight"], source="help", day=now.date(), by=cast.pat, now=now
        )

        (case,) = page_of(thea).now_cases

        assert case.tag == "Warning sign"
        assert "Tight cast or splint" in case.reason
        assert "Nobody has seen it yet" in case.reason

    def test_names_who_has_seen_the_warning_sign(self, cast, thea, now):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        (alert,) = alerts.tick_warnings(
            recovery=recovery, flag_ids=["rf-cast-tight"], source="help", day=now.date(), by=cast.pat, now=now
        )
        alerts.acknowledge(alert=alert, by=cast.max, now=now)

        assert "Seen by Max Adler" in page_of(thea).now_cases[0].reason

    def test_puts_rising_pain_under_now(self, cast, thea):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        for days_ago, pain in ((3, 2), (2, 3), (0, 6)):
            recoveries.log(recovery, by=cast.pat, pain=pain, days_ago=days_ago)

        (case,) = page_of(thea).now_cases

        assert (case.tag, case.reason) == ("Pain up", "Pain from 2 to 6 in 3 days.")

    def test_follows_the_clinics_own_limit_of_pain(self, cast, thea):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        recoveries.log(recovery, by=cast.pat, pain=7)
        assert not page_of(thea).now_cases

        cast.clinic.pain_high = 7
        cast.clinic.save()

        assert page_of(thea).now_cases[0].tag == "Pain high"

    def test_lists_an_x_ray_a_week_past_its_window(self, cast, thea, now):
        recovery = recoveries.make_recovery(
            cast.pat_record, by=cast.thea, day=24
        )  # week 2, window until day 17
        recoveries.log(recovery, by=cast.pat)

        case = page_of(thea).today_cases[0]

        assert (case.tag, case.reason) == ("X-ray overdue", "No result 7 days after its window.")

    def test_stays_calm_one_day_before_that(self, cast, thea):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea, day=23)
        recoveries.log(recovery, by=cast.pat)

        assert "X-ray overdue" not in {one.tag for one in page_of(thea).today_cases}

    def test_says_that_a_result_waits_after_the_visit(self, cast, thea, now):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea, day=14)
        recoveries.log(recovery, by=cast.pat)
        visit = follow_ups.book_visit(
            recovery=recovery, kind="x_ray", on=now.date() + timedelta(days=1), at=recoveries.clock.now().time(),
            film_key="week-2", by=cast.thea, now=now,
        )  # fmt: skip
        type(visit).objects.filter(pk=visit.pk).update(on=now.date(), state="done")

        assert "X-ray result" in {one.tag for one in page_of(thea).today_cases}

    def test_asks_to_phone_a_patient_whose_bone_moved(self, cast, thea, now):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea, day=14)
        recoveries.log(recovery, by=cast.pat)
        values = {
            "film_date": recovery.plan.day_zero_on + timedelta(days=13),
            "modality": "x-ray",
            "position_vs_last": "moved - action needed",
            "clinician_verdict": "not healing - plan changed",
        }
        follow_ups.record_x_ray(
            recovery=recovery, values=values, film_key="week-2", patient_phoned=False, by=cast.thea, now=now
        )

        assert "Phone the patient" in {one.tag for one in page_of(thea).today_cases}

    def test_lists_who_has_not_logged_for_the_clinics_days(self, cast, thea):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea, day=10)
        recoveries.log(recovery, by=cast.pat, days_ago=4)

        assert page_of(thea, "?show=quiet").today_cases[0].reason == "No log for 4 days."

    def test_does_not_call_a_patient_without_an_account_silent(self, cast, thea):
        patient = new_patient(cast, has_account=False, email="ada@demo.example")
        recovery = recoveries.make_recovery(patient, by=cast.thea, day=10)
        recoveries.log(recovery, by=cast.thea, days_ago=8)

        assert not page_of(thea, "?show=quiet").total

    def test_says_from_when_the_next_step_is_proposed(self, cast, thea):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea, day=15)
        recoveries.log(recovery, by=cast.pat)

        case = page_of(thea, "?show=next").today_cases[0]

        assert case.tag == "Next phase due"
        assert "Move gently" in case.reason

    def test_calls_a_recovery_without_a_plan_new(self, cast, thea):
        recoveries.make_fracture(cast.pat_record, by=cast.thea)

        assert page_of(thea).today_cases[0].tag == "New"

    def test_sorts_by_need_and_then_by_waiting(self, cast, thea, now):
        recovery = recoveries.make_recovery(new_patient(cast, "Ada Noor"), by=cast.thea)
        recoveries.log(recovery, by=cast.thea, pain=9)
        recoveries.make_fracture(new_patient(cast, "Ben Ito"), by=cast.thea)
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        alerts.tick_warnings(
            recovery=recovery, flag_ids=["rf-cast-tight"], source="help", day=now.date(), by=cast.pat, now=now
        )

        page = page_of(thea)

        assert [one.name for one in (*page.now_cases, *page.today_cases)] == [
            "Pat Moreno",
            "Ada Noor",
            "Ben Ito",
        ]

    def test_counts_the_sets_done_of_those_planned(self, cast, thea):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        (assignment,) = recoveries.assign(recovery, by=cast.thea, days_ago=1, times_per_day=2)
        recoveries.log(recovery, by=cast.pat, days_ago=1, exercises_done=[str(assignment.public_id)])

        (case,) = page_of(thea, "?show=all").rest

        assert (case.sets.done, case.sets.planned) == (2, 4)

    def test_draws_the_line_with_a_gap_where_nothing_was_logged(self, cast, thea):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        for days_ago, pain in ((5, 4), (4, 4), (1, 3), (0, 3)):
            recoveries.log(recovery, by=cast.pat, pain=pain, days_ago=days_ago)

        (case,) = page_of(thea, "?show=all").rest

        assert len(case.spark.lines) == 2
        assert case.spark.words == "Pain went from 4 to 3 in 5 days."

    def test_keeps_a_patient_whose_recovery_is_closed_within_reach(self, cast, thea, now):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea)
        close_recovery(recovery=recovery, reason="healed", by=cast.thea, now=now)

        assert page_of(thea).total == 0
        assert page_of(thea, "?show=all").rest[0].reason == "No open recovery."

    def test_shows_only_patients_in_care(self, cast, thea):
        recoveries.make_fracture(cast.otto_record, by=cast.olga)

        assert "Otto" not in thea.get(ADDRESS + "?show=all").content.decode()
        assert page_of(thea, "?q=otto").total == 0


class TestSearch:
    def test_finds_by_part_of_a_name_or_number(self, cast, thea):
        recoveries.make_recovery(cast.pat_record, by=cast.thea)

        for words in ("mor", "PAT", cast.pat_record.clinic_number):
            assert page_of(thea, f"?q={words}").total == 1

    def test_says_that_nobody_was_found(self, cast, thea):
        recoveries.make_recovery(cast.pat_record, by=cast.thea)

        assert "Nobody by this name" in thea.get(ADDRESS + "?q=zzz").content.decode()

    @pytest.mark.parametrize(
        "query", ["?show=nonsense", "?page=0", "?page=-3", "?page=99999999999", "?page=x", "?q=%00"]
    )
    def test_bears_nonsense(self, cast, thea, query):
        assert thea.get(ADDRESS + query).status_code == 200


class TestEmptyStates:
    def test_says_that_nobody_is_there_yet(self, cast, browser_of):
        assert "No patients yet" in browser_of(cast.finn).get(ADDRESS).content.decode()

    def test_says_that_nobody_needs_anything(self, cast, thea):
        recoveries.log(recoveries.make_recovery(cast.pat_record, by=cast.thea, day=3), by=cast.pat)

        assert "Nobody needs you now" in thea.get(ADDRESS).content.decode()


class TestAManagerWithoutPatients:
    def test_sees_names_and_numbers_and_no_way_into_a_record(self, cast, browser_of):
        recoveries.make_recovery(cast.pat_record, by=cast.thea)

        html = browser_of(cast.cleo).get(ADDRESS).content.decode()

        assert cast.pat_record.name in html
        assert cast.pat_record.clinic_number in html
        assert str(cast.pat_record.public_id) not in html
        assert "distal radius" not in html.lower()

    def test_is_not_what_a_therapist_sees(self, cast, thea):
        assert "Whole clinic" not in thea.get(ADDRESS + "?show=clinic").content.decode()
        assert "Otto" not in thea.get(ADDRESS + "?show=clinic").content.decode()


class TestPages:
    def test_hold_25_patients_each(self, cast, thea):
        for number in range(PAGE_SIZE + 2):
            recoveries.make_fracture(
                new_patient(cast, f"Nr{number} Noor", email=f"n{number}@demo.example", has_account=False),
                by=cast.thea,
            )

        first, second = page_of(thea, "?show=all"), page_of(thea, "?show=all&page=2")

        # Pat, who has no recovery yet, is on the list as well.
        assert len(first.today_cases) == PAGE_SIZE
        assert (second.page, second.pages, len(second.today_cases) + len(second.rest)) == (2, 2, 3)


class TestTheQueries:
    def test_are_eight_and_do_not_grow(self, cast, thea):
        recovery = recoveries.make_recovery(cast.pat_record, by=cast.thea, day=1001)
        recoveries.fill_with_logs(recovery, 10)
        few = self.count(thea)
        recovery.logs.all().delete()
        recoveries.fill_with_logs(recovery, 1000)
        for number in range(8):
            patient = new_patient(
                cast, f"Nr{number} Noor", email=f"n{number}@demo.example", has_account=False
            )
            recoveries.assign(recoveries.make_recovery(patient, by=cast.thea), by=cast.thea)

        assert few == self.count(thea) <= 8

    def count(self, browser):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(ADDRESS + "?show=all").status_code == 200
        return len(queries)
