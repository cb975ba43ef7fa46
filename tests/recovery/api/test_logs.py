"""Daily logs by the API."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db.models import Count

from accounts import clock
from accounts.models import ApiToken, AuditEvent
from recovery.api.logs import MOST_SAVES
from recovery.models import Alert, DailyLog, LogRevision
from recovery.services.close import close_recovery
from tests import recoveries

LOGS = "/api/v1/logs/"
TWO_MOVES = ("ex-finger-fist", "ex-thumb-touch")


class TestSaving:
    def test_answers_a_first_save_with_201_and_the_day(self, calls, new_log):
        body = new_log(pain_move=5, swelling="a little", note="Slept well")

        answer = calls["pat"].post(LOGS, body)

        assert answer.status_code == 201, answer.data
        assert answer.json()["id"] == body["id"]
        assert str(answer.data["recovery"]) == body["recovery"]
        assert (answer.data["pain_rest"], answer.data["pain_move"], answer.data["swelling"]) == (
            3,
            5,
            "a little",
        )
        assert answer.data["note"] == "Slept well"
        assert answer.data["warnings"] == []
        assert answer.data["needs_help"] is False

    def test_answers_a_repeat_as_done_and_keeps_one(self, calls, new_log):
        body = new_log()

        statuses = [calls["pat"].post(LOGS, body).status_code for _ in range(3)]

        assert statuses == [201, 200, 200]
        assert LogRevision.objects.count() == DailyLog.objects.count() == 1

    def test_takes_back_only_those_exercises_that_the_sender_showed_as_ticked(
        self, calls, new_log, wrist, thea
    ):
        seen, unseen = (str(one.public_id) for one in recoveries.assign(wrist, *TWO_MOVES, by=thea))
        calls["pat"].post(LOGS, new_log(exercises_done=[seen, unseen]))

        calls["pat"].post(LOGS, new_log(exercises_done=[], exercises_shown=[seen]))

        assert DailyLog.objects.get().answers["exercises_done"] == [unseen]

    def test_answers_a_repeat_as_done_when_the_offset_is_written_in_another_way(self, calls, new_log):
        body = new_log()
        as_zulu = body["done_at"].replace("+00:00", "Z")

        calls["pat"].post(LOGS, body)
        answer = calls["pat"].post(LOGS, {**body, "done_at": as_zulu})

        assert answer.status_code == 200

    def test_refuses_the_same_id_with_another_body(self, calls, new_log):
        body = new_log()
        calls["pat"].post(LOGS, body)

        answer = calls["pat"].post(LOGS, {**body, "pain_rest": 9})

        assert answer.status_code == 409
        assert answer.data["type"] == "client_error"
        assert answer.data["errors"][0]["code"] == "conflict"
        assert DailyLog.objects.get().pain_rest == 3

    def test_merges_two_devices_and_keeps_both_saves(self, calls, new_log):
        now = clock.now()
        phone = new_log(pain_rest=2, note="From the phone", done_at=now.isoformat())
        tablet = new_log(pain_rest=6, swelling="none", done_at=(now - timedelta(hours=1)).isoformat())

        calls["pat"].post(LOGS, phone)
        answer = calls["pat"].post(LOGS, tablet)

        assert answer.status_code == 201
        assert answer.json()["id"] == tablet["id"]
        assert (answer.data["pain_rest"], answer.data["note"], answer.data["swelling"]) == (
            2,
            "From the phone",
            "none",
        )
        listed = calls["pat"].get(LOGS).data
        assert listed["count"] == 1
        assert [str(one) for one in listed["results"][0]["saves"]] == [phone["id"], tablet["id"]]

    def test_finds_the_day_by_the_id_of_any_of_its_saves(self, calls, new_log):
        first, second = new_log(), new_log(pain_rest=4)
        for body in (first, second):
            calls["pat"].post(LOGS, body)

        for body in (first, second):
            answer = calls["pat"].get(f"{LOGS}{body['id']}/")
            assert (answer.status_code, str(answer.data["id"]), answer.data["pain_rest"]) == (
                200,
                body["id"],
                4,
            )

    def test_takes_a_day_31_days_back_and_not_32(self, cast, calls):
        old = recoveries.make_fracture(cast.pat_record, by=cast.thea, day=60, kind=recoveries.ANKLE_PLATE)
        today = clock.local_day(clock.now(), old.patient.time_zone)

        def save(days_ago: int):
            day = today - timedelta(days=days_ago)
            body = {
                "id": str(uuid4()),
                "recovery": str(old.public_id),
                "day": day.isoformat(),
                "pain_rest": 1,
            }
            return calls["pat"].post(LOGS, {**body, "done_at": clock.now().isoformat()})

        assert save(31).status_code == 201
        refused = save(32)
        assert refused.status_code == 400
        assert refused.data["type"] == "validation_error"
        assert refused.data["errors"][0]["attr"] == "day"

    def test_refuses_tomorrow(self, calls, new_log):
        assert calls["pat"].post(LOGS, new_log(days_ago=-1)).status_code == 400

    def test_raises_an_alert_and_names_it(self, calls, new_log):
        answer = calls["pat"].post(LOGS, new_log(wound=["pus or bad smell"], pain_rest=9))

        assert answer.data["warnings"] == ["rf-wound-infection"]
        assert answer.data["needs_help"] is True
        assert Alert.objects.get().flag_id == "rf-wound-infection"

    def test_lets_staff_log_for_a_patient_in_their_care(self, calls, new_log, cast):
        assert calls["thea"].post(LOGS, new_log()).status_code == 201
        assert LogRevision.objects.get().recorded_by == cast.thea

    def test_says_that_a_closed_recovery_takes_no_more(self, calls, new_log, wrist, cast):
        close_recovery(recovery=wrist, reason="healed", by=cast.thea, now=clock.now())

        answer = calls["pat"].post(LOGS, new_log())

        assert answer.status_code == 400
        assert answer.data["errors"][0]["code"] == "recovery_closed"

    @pytest.mark.parametrize("name", ["otto", "olga", "cleo", "finn"])
    def test_answers_a_stranger_like_a_missing_recovery(self, calls, new_log, name):
        strange = calls[name].post(LOGS, new_log())
        missing = calls[name].post(LOGS, new_log(recovery=str(uuid4())))

        assert strange.status_code == missing.status_code == 404
        assert strange.content == missing.content
        assert not DailyLog.objects.exists()

    def test_asks_a_visitor_to_sign_in(self, calls, new_log):
        answer = calls["visitor"].post(LOGS, new_log())

        assert answer.status_code == 401
        assert answer.data["errors"][0]["code"] == "not_authenticated"

    @pytest.mark.parametrize(("scope", "status"), [("read", 403), ("log", 201), ("staff", 201)])
    def test_needs_a_key_that_may_log(self, cast, api_of, new_log, scope, status):
        assert api_of(cast.pat, ApiToken.Scope(scope)).post(LOGS, new_log()).status_code == status


class TestItsCost:
    def test_is_ten_queries_with_revision_audit_and_number_whatever_was_logged_before(
        self, calls, wrist, new_log, count_queries
    ):
        counts = []
        for _days in (0, 1000):
            if _days:
                recoveries.fill_with_logs(wrist, _days, from_days_ago=2)
            assert calls["pat"].post(LOGS, new_log(pain_rest=2)).status_code == 201
            with count_queries() as counted:
                assert calls["pat"].post(LOGS, new_log(pain_rest=3)).status_code == 201
            asked = [one["sql"] for one in counted.captured_queries]
            counts.append(
                sum(not one.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) for one in asked)
            )

        assert counts == [10, 10]


class TestBadInput:
    def test_is_refused_in_the_one_shape(self, calls, new_log):
        for wrong in [
            {"id": "x"},
            {"id": None},
            {"recovery": "1"},
            {"day": "2026-13-01"},
            {"day": 20261101},
            {"done_at": "yesterday"},
            {"done_at": "2026-11-01T10:00:00"},
            {"done_at": "0001-01-01T00:00:00+14:00"},
            {"done_at": "9999-12-31T23:59:59-14:00"},
            {"time_zone": "Mars/Base"},
            {"time_zone": "../../etc/passwd"},
            {"pain_rest": None},
            {"pain_rest": "3"},
            {"pain_rest": 3.5},
            {"pain_rest": True},
            {"pain_rest": -1},
            {"pain_rest": 11},
            {"pain_rest": 10**4000},
            {"pain_rest": {"deep": {"er": 1}}},
            {"pain_move": [1]},
            {"swelling": "huge"},
            {"swelling": ["none"]},
            {"wound": "red"},
            {"wound": ["red", "red"]},
            {"wound": [["red"]]},
            {"wound": [{"red": {"er": 1}}]},
            {"temperature": "38"},
            {"temperature": 1e308},
            {"goals": [{"goal": "Run"}]},
            {"note": "a\x00b"},
            {"note": "\ud800"},
            {"note": "x" * 2001},
            {"exercises_done": ["\ud800"]},
            {"exercises_done": ["x"] * 101},
            {"photo": "data:"},
            {"no_such_question": 1},
            {"\ud800": 1},
            {"x" * 5000: 1},
        ]:
            raw = json.dumps({**new_log(), **wrong}).encode()

            answer = calls["pat"].generic("POST", LOGS, raw, content_type="application/json")

            assert answer.status_code == 400, wrong
            assert answer.data["type"] in {"validation_error", "client_error"}
            assert {"code", "detail", "attr"} == set(answer.data["errors"][0])
            assert not DailyLog.objects.exists()

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"null",
            b"[]",
            b"[1, 2]",
            b'"text"',
            b"{",
            b"\xff\xfe",
            b'{"pain_rest": NaN}',
            b'{"pain_rest": Infinity}',
            b'{"pain_rest": 1e999}',
            b'{"pain_rest": ' + b"9" * 5000 + b"}",
            b"[" * 10_000 + b"]" * 10_000,
            b'{"note":' * 900 + b"1" + b"}" * 900,
            b'{"id": "\\ud800", "recovery": "\\u0000"}',
        ],
    )
    def test_is_refused_as_raw_bytes(self, calls, wrist, raw):
        answer = calls["pat"].generic("POST", LOGS, raw, content_type="application/json")

        assert answer.status_code == 400
        assert answer.data["type"] in {"validation_error", "client_error"}

    def test_of_10_megabytes_is_refused(self, calls, new_log):
        answer = calls["pat"].post(LOGS, new_log(note="x" * 10_000_000))

        assert answer.status_code == 413
        assert answer.data["errors"][0]["code"] == "too_large"

    def test_as_a_form_is_refused(self, calls, new_log):
        answer = calls["pat"].generic("POST", LOGS, b"a=1", content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 415


class TestReading:
    def test_lists_the_newest_saves_of_a_day_that_was_saved_without_end(self, calls, wrist, cast):
        log = recoveries.log(wrist, by=cast.pat)
        now = clock.now()
        saves = [
            LogRevision(
                public_id=uuid4(), recovery=wrist, log=log, day=log.day, body={}, body_digest="", done_at=now,
                time_zone="UTC", received_at=now,
            )
            for _number in range(MOST_SAVES)
        ]  # fmt: skip
        LogRevision.objects.bulk_create(saves)

        (day,) = calls["pat"].get(LOGS).json()["results"]

        assert day["saves"] == [str(one.public_id) for one in saves]

    def test_is_for_the_patient_and_who_cares(self, calls, wrist, cast, answers_of):
        log = recoveries.log(wrist, by=cast.pat)
        save = LogRevision.objects.get().public_id

        found = answers_of(f"{LOGS}{save}/")

        assert found == {
            **dict.fromkeys(("pat", "thea", "max"), 200),
            **dict.fromkeys(("otto", "olga", "cleo", "finn"), 404),
            "visitor": 401,
        }
        counts = {
            name: calls[name].get(LOGS).data.get("count") for name in ("pat", "thea", "otto", "olga", "finn")
        }
        assert counts == {"pat": 1, "thea": 1, "otto": 0, "olga": 0, "finn": 0}
        assert (
            calls["olga"].get(f"{LOGS}{log.public_id}/").content
            == calls["olga"].get(f"{LOGS}{uuid4()}/").content
        )

    def test_never_shows_a_number_of_the_database(self, calls, wrist, cast):
        recoveries.log(wrist, by=cast.pat)

        row = calls["pat"].get(LOGS).data["results"][0]

        assert not {"pk", "recovery_id", "log_id"} & set(row)
        assert len(str(row["id"])) == len(str(row["recovery"])) == 36

    def test_filters_by_recovery_and_days(self, calls, wrist, cast, today):
        for days_ago in range(4):
            recoveries.log(wrist, by=cast.pat, days_ago=days_ago)

        def days(**asked):
            return [date.fromisoformat(row["day"]) for row in calls["pat"].get(LOGS, asked).json()["results"]]

        two_ago, one_ago = today - timedelta(days=2), today - timedelta(days=1)
        assert days(from_on=two_ago, until_on=one_ago) == [one_ago, two_ago]
        assert days(day=today) == [today]
        assert days(recovery=wrist.public_id, day=two_ago) == [two_ago]
        assert days(recovery=uuid4()) == []

    def test_pages_and_names_the_next_page(self, calls, wrist):
        recoveries.fill_with_logs(wrist, 130)

        first = calls["pat"].get(LOGS, {"limit": 100}).data
        second = calls["pat"].get(first["next"]).data

        assert (first["count"], len(first["results"]), first["previous"]) == (130, 100, None)
        assert (len(second["results"]), second["next"]) == (30, None)

    @pytest.mark.parametrize("limit", ["1000000000", "1e9", "-1", "0", "x", "9" * 400])
    def test_gives_at_most_200_whatever_is_asked(self, calls, wrist, limit):
        recoveries.fill_with_logs(wrist, 230)

        answer = calls["pat"].get(LOGS, {"limit": limit})

        assert answer.status_code in {200, 400}
        assert len(answer.data.get("results", ())) <= 200

    @pytest.mark.parametrize("offset", ["1000000000000000000000", "-5", "x"])
    def test_takes_any_offset(self, calls, wrist, offset):
        assert calls["pat"].get(LOGS, {"offset": offset}).status_code in {200, 400}

    @pytest.mark.parametrize("asked", [{"day": "x"}, {"recovery": "\x00"}, {"from_on": "2026-02-30"}])
    def test_refuses_a_filter_that_makes_no_sense(self, calls, wrist, asked):
        assert calls["pat"].get(LOGS, asked).status_code == 400

    @pytest.mark.parametrize(("name", "most"), [("pat", 3), ("thea", 4)])
    @pytest.mark.parametrize("rows", [10, 1000])
    def test_takes_the_same_few_queries_for_any_number_of_logs(
        self, calls, wrist, count_queries, cast, name, most, rows
    ):
        recoveries.log(wrist, by=cast.pat)
        recoveries.fill_with_logs(wrist, rows)
        calls[name].get(LOGS)

        with count_queries() as counted:
            answer = calls[name].get(LOGS, {"limit": 100})

        assert len(answer.data["results"]) == min(rows + 1, 100)
        is_auth = "accounts_apitoken"
        assert len([one for one in counted if is_auth not in one["sql"]]) <= most

    def test_by_staff_is_written_down_once_a_page(self, calls, wrist, cast):
        for days_ago in range(3):
            recoveries.log(wrist, by=cast.pat, days_ago=days_ago)

        calls["thea"].get(LOGS)
        calls["pat"].get(LOGS)

        event = AuditEvent.objects.get(action=AuditEvent.RECORD_READ)
        assert (event.actor_id, event.patient_id) == (cast.thea.public_id, wrist.patient.public_id)

    def test_ends_at_once_when_care_ends(self, calls, wrist, cast):
        from accounts.models import CareLink
        from accounts.services import care

        recoveries.log(wrist, by=cast.pat)
        link = CareLink.objects.get(patient=wrist.patient, member__user=cast.max)

        care.end_care(link=link, by=cast.thea, now=clock.now())

        assert calls["max"].get(LOGS).data["count"] == 0


@pytest.fixture
def storm(calls: dict, new_log: Callable) -> Callable[[int], list[int]]:
    """Return a function that sends the same saves several times."""

    def send(times: int) -> list[int]:
        bodies = [new_log(days_ago=days_ago) for days_ago in range(8)]
        return [calls["pat"].post(LOGS, body).status_code for _ in range(times) for body in bodies]

    return send


class TestAStorm:
    def test_leaves_each_save_once(self, storm):
        statuses = storm(5)

        assert sorted(set(statuses)) == [200, 201]
        doubled = LogRevision.objects.values("public_id").annotate(n=Count("pk")).filter(n__gt=1)
        assert (statuses.count(201), LogRevision.objects.count(), doubled.count()) == (8, 8, 0)
