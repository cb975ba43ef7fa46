"""Recoveries, repairs, plans and the timeline by the API."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clock
from accounts.models import AuditEvent
from recovery.models import PlanVersion, Recovery, Repair
from recovery.services.plan import set_range
from tests import recoveries

ALL = "/api/v1/recoveries/"
FOR_PAT = {
    **dict.fromkeys(("pat", "thea", "max"), 200),
    **dict.fromkeys(("otto", "olga", "cleo", "finn"), 404),
    "visitor": 401,
}


@pytest.fixture
def address(wrist) -> str:
    """Return the address of Pat's recovery."""
    return f"{ALL}{wrist.public_id}/"


@pytest.fixture
def fracture(cast, today) -> dict:
    """Return the body of a new fracture of Pat."""
    return {
        "id": str(uuid4()),
        "patient": str(cast.pat_record.public_id),
        "site": "ankle",
        "side": "left",
        "injured_on": (today - timedelta(days=5)).isoformat(),
    }


class TestReading:
    def test_lists_one_s_own_and_those_in_one_s_care(self, calls, wrist, ankle):
        seen = {
            name: calls[name].get(ALL).json()
            for name in ("pat", "thea", "max", "otto", "olga", "cleo", "finn")
        }

        ids = {name: [row["id"] for row in page["results"]] for name, page in seen.items()}
        pats, ottos = [str(wrist.public_id)], [str(ankle.public_id)]
        assert ids == {
            "pat": pats,
            "thea": pats,
            "max": pats,
            "otto": ottos,
            "olga": ottos,
            "cleo": [],
            "finn": [],
        }

    @pytest.mark.parametrize("below", ["", "timeline/", "plan/", "repairs/"])
    def test_opens_only_for_the_patient_and_who_cares(self, answers_of, address, below):
        assert answers_of(address + below) == FOR_PAT

    @pytest.mark.parametrize("below", ["", "timeline/", "plan/", "repairs/"])
    def test_answers_a_stranger_like_a_missing_one(self, calls, address, below):
        missing = f"{ALL}{uuid4()}/{below}"

        assert calls["olga"].get(address + below).content == calls["olga"].get(missing).content

    def test_asks_a_visitor_to_sign_in(self, calls, wrist):
        assert calls["visitor"].get(ALL).status_code == 401

    def test_shows_the_current_repair_and_the_plan_in_force(self, calls, wrist, address):
        found = calls["pat"].get(address).json()

        assert found["repair"]["hardware"] == ["plate", "screws", "splint"]
        assert found["plan"] == str(wrist.plan.public_id)
        assert (found["site"], found["side"], found["closed_at"]) == ("distal-radius", "left", None)

    @pytest.mark.parametrize("below", ["", "timeline/", "plan/", "repairs/"])
    def test_by_staff_is_written_down(self, calls, address, below, cast):
        calls["pat"].get(address + below)
        calls["thea"].get(address + below)

        assert AuditEvent.objects.get(action=AuditEvent.RECORD_READ).actor_id == cast.thea.public_id

    @pytest.mark.parametrize("below", ["timeline/", "plan/"])
    def test_takes_a_fixed_number_of_queries(self, calls, address, below, count_queries, wrist, cast):
        recoveries.fill_with_logs(wrist, 1000)

        with count_queries() as counted:
            calls["thea"].get(address + below)

        assert len([one for one in counted if "accounts_apitoken" not in one["sql"]]) <= 9

    def test_of_a_list_takes_the_same_queries_for_many(self, calls, wrist, count_queries, cast):
        def queries() -> int:
            with count_queries() as counted:
                calls["thea"].get(ALL)
            return len(counted)

        queries()
        few = queries()
        for kind in (recoveries.ANKLE_CAST, recoveries.KYPHOPLASTY, recoveries.HIP_REPLACEMENT):
            recoveries.make_recovery(cast.pat_record, by=cast.thea, kind=kind)

        assert queries() == few


class TestTheTimeline:
    def test_tells_the_dates_of_the_plan_in_force(self, calls, wrist, address):
        found = calls["pat"].get(f"{address}timeline/").json()

        assert (found["is_confirmed"], found["week"]) == (True, 2)
        assert found["day_zero_on"] == wrist.plan.day_zero_on.isoformat()
        days = [one["on"] for one in found["milestones"]]
        assert days == sorted(days)
        assert {"phase", "load", "film"} <= {one["kind"] for one in found["milestones"]}
        first = next(one for one in found["milestones"] if one["kind"] == "phase")
        assert first["is_released"] is True

    def test_of_a_draft_tells_no_dates(self, calls, ankle, cast):
        found = calls["otto"].get(f"{ALL}{ankle.public_id}/timeline/").json()

        assert (found["is_confirmed"], found["week"], found["milestones"]) == (False, None, [])


class TestStarting:
    def test_records_a_fracture_once(self, calls, fracture):
        answers = [calls["thea"].post(ALL, fracture) for _ in range(2)]

        assert [one.status_code for one in answers] == [201, 200], answers[0].data
        assert answers[0].json()["id"] == fracture["id"]
        assert Recovery.objects.filter(site="ankle").count() == 1

    def test_refuses_the_same_id_with_another_body(self, calls, fracture):
        calls["thea"].post(ALL, fracture)

        assert calls["thea"].post(ALL, {**fracture, "side": "right"}).status_code == 409

    def test_refuses_the_same_bone_twice_in_words(self, calls, fracture):
        calls["thea"].post(ALL, fracture)

        answer = calls["thea"].post(ALL, {**fracture, "id": str(uuid4())})

        assert answer.status_code == 400
        assert answer.data["errors"][0]["code"] == "already_open"

    @pytest.mark.parametrize("name", ["pat", "otto", "olga", "cleo", "finn"])
    def test_is_for_staff_who_care(self, calls, fracture, name):
        assert calls[name].post(ALL, fracture).status_code == 404

    @pytest.mark.parametrize("scope", ["read", "log"])
    def test_needs_a_key_for_staff(self, cast, api_of, fracture, scope):
        assert api_of(cast.thea, scope).post(ALL, fracture).status_code == 403

    def test_refuses_bad_values(self, calls, fracture):
        for wrong in [
            {"site": "nose"},
            {"side": "middle"},
            {"side": ["left"]},
            {"injured_on": "2999-01-01"},
            {"icd10cm": "X"},
            {"patient": 1},
            {"site": None},
            {"is_open": "perhaps"},
            {"side": {"a": []}},
        ]:
            answer = calls["thea"].post(ALL, {**fracture, **wrong})

            assert answer.status_code in {400, 404}, wrong
            assert not Recovery.objects.filter(site="ankle").exists()

    def test_another_repair_becomes_the_current_one(self, calls, address, today):
        body = {"method": "open_reduction", "operated_on": today.isoformat(), "hardware": ["plate"]}

        answer = calls["thea"].post(f"{address}repairs/", body)

        assert (answer.status_code, answer.data["sequence"]) == (201, 2)
        assert calls["pat"].get(address).json()["repair"]["hardware"] == ["plate"]
        assert calls["pat"].post(f"{address}repairs/", body).status_code == 404

    @pytest.mark.parametrize(
        "wrong", [{"hardware": ["glue"]}, {"hardware": "plate"}, {"hardware": []}, {"method": 1}]
    )
    def test_refuses_a_repair_that_does_not_fit(self, calls, address, today, wrong):
        body = {"method": "open_reduction", "operated_on": today.isoformat(), "hardware": ["plate"], **wrong}

        assert calls["thea"].post(f"{address}repairs/", body).status_code == 400
        assert Repair.objects.count() == 1

    def test_closes_with_a_reason(self, calls, address):
        assert calls["pat"].post(f"{address}close/", {"reason": "healed"}).status_code == 404
        assert calls["thea"].post(f"{address}close/", {"reason": "bored"}).status_code == 400

        answer = calls["thea"].post(f"{address}close/", {"reason": "healed"})

        assert (answer.status_code, answer.data["close_reason"]) == (200, "healed")
        assert [calls["pat"].get(ALL, {"is_closed": value}).data["count"] for value in ("true", "false")] == [
            1,
            0,
        ]


class TestThePlan:
    def test_goes_from_draft_to_force_by_two_calls(self, calls, cast):
        bare = recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=recoveries.ANKLE_PLATE)
        plan = f"{ALL}{bare.public_id}/plan/"

        drafted = calls["thea"].post(f"{plan}draft/", {"protocol": "ankle.plate", "load_choice": "standard"})
        assert drafted.status_code == 200, drafted.data
        assert (drafted.data["in_force"], drafted.data["draft"]["state"]) == (None, "draft")
        sent = {"plan": drafted.data["draft"]["id"], "seen": drafted.data["seen"]}
        confirmed = calls["max"].post(f"{plan}confirm/", sent)

        assert confirmed.status_code == 200
        assert confirmed.data["in_force"]["confirmed_by"] == "Max Adler"
        assert confirmed.data["draft"] is None

    def test_asks_for_the_load_where_units_differ(self, calls, cast):
        bare = recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=recoveries.ANKLE_PLATE)

        answer = calls["thea"].post(f"{ALL}{bare.public_id}/plan/draft/", {"protocol": "ankle.plate"})

        assert answer.status_code == 400
        assert answer.data["errors"][0]["attr"] == "load_choice"

    def test_is_not_confirmed_by_who_may_not(self, calls, ankle, cast):
        draft = recoveries.make_draft(ankle, by=cast.olga, kind=recoveries.ANKLE_CAST)

        sent = {"plan": str(draft.public_id), "seen": "any"}
        answer = calls["olga"].post(f"{ALL}{ankle.public_id}/plan/confirm/", sent)

        assert answer.status_code == 400
        assert answer.data["errors"][0]["code"] == "may_not_confirm"
        assert PlanVersion.objects.get(pk=draft.pk).state == "draft"

    def test_is_not_confirmed_once_a_colleague_has_changed_it(self, calls, wrist, address, cast):
        draft = recoveries.make_draft(wrist, by=cast.thea)
        seen = calls["thea"].get(f"{address}plan/").data["seen"]
        set_range(plan=draft, early=1, typical=2, late=3, reason="x", by=cast.max, now=clock.now())

        answer = calls["thea"].post(f"{address}plan/confirm/", {"plan": str(draft.public_id), "seen": seen})

        assert answer.status_code == 409
        assert PlanVersion.objects.get(pk=draft.pk).state == "draft"

    def test_tells_the_second_of_two_therapists(self, calls, wrist, address, cast):
        read = recoveries.make_draft(wrist, by=cast.thea)
        recoveries.make_draft(wrist, by=cast.max)

        answer = calls["thea"].post(f"{address}plan/confirm/", {"plan": str(read.public_id), "seen": "any"})

        assert answer.status_code == 400
        assert answer.data["errors"][0]["code"] == "not_a_draft"

    def test_releases_the_next_load_and_no_other(self, calls, wrist, address):
        loads = list(wrist.plan.loads.order_by("position"))

        refused = calls["thea"].post(f"{address}plan/release/", {"load": str(loads[2].public_id)})
        released = calls["thea"].post(
            f"{address}plan/release/", {"load": str(loads[1].public_id), "note": "ok"}
        )

        assert refused.status_code == 400
        assert released.status_code == 200
        assert [one["released_at"] is not None for one in released.data["in_force"]["loads"]][:3] == [
            True,
            True,
            False,
        ]

    def test_releases_the_next_phase(self, calls, address):
        answer = calls["thea"].post(f"{address}plan/release/", {"phase": "mobilise"})

        assert answer.status_code == 200
        assert [one["released_by"] for one in answer.data["in_force"]["phases"]][:2] == [
            "Thea Berg",
            "Thea Berg",
        ]

    @pytest.mark.parametrize(
        "body", [{}, {"load": str(uuid4()), "phase": "mobilise"}, {"load": 1}, {"phase": []}]
    )
    def test_refuses_a_release_of_nothing(self, calls, address, body):
        assert calls["thea"].post(f"{address}plan/release/", body).status_code == 400

    @pytest.mark.parametrize("name", ["pat", "otto", "olga", "cleo", "finn"])
    @pytest.mark.parametrize(
        ("act", "body"),
        [
            ("draft", {"protocol": "distal-radius.plate"}),
            ("confirm", {"plan": str(uuid4()), "seen": "any"}),
            ("release", {"phase": "mobilise"}),
        ],
    )
    def test_is_changed_only_by_staff_who_care(self, calls, address, name, act, body):
        assert calls[name].post(f"{address}plan/{act}/", body).status_code == 404


class TestAKey:
    def test_that_has_expired_opens_nothing(self, cast, api_of, address, shift_clock):
        caller = api_of(cast.pat)
        assert caller.get(address).status_code == 200

        shift_clock(timedelta(days=2))

        assert caller.get(address).status_code == 401

    def test_that_reads_lists_too(self, cast, api_of, wrist):
        assert api_of(cast.pat, "read").get(ALL).status_code == 200


class TestASession:
    def test_reads_and_needs_a_csrf_token_to_write(self, cast, wrist, address):
        from django.test import Client

        browser = Client(enforce_csrf_checks=True)
        browser.force_login(cast.pat, backend="django.contrib.auth.backends.ModelBackend")

        assert browser.get(address).status_code == 200
        answer = browser.post("/api/v1/logs/", {"id": str(uuid4())}, content_type="application/json")
        assert answer.status_code == 403
