"""Lists take the same few queries, however long they are."""

from datetime import time, timedelta

import pytest

from accounts import clock
from recovery.models import Alert, Assignment, Recovery, Visit, XRay

TABLES = {"visits": Visit, "x-rays": XRay, "alerts": Alert, "exercises": Assignment}
MOST_QUERIES = 3
"""The count, the page, and the note of the reading."""


def fill(resource: str, recovery: Recovery, rows: int) -> None:
    """Put rows into a table at once."""
    at, today = clock.now(), recovery.injured_on
    days = [today + timedelta(days=number) for number in range(rows)]
    if resource == "visits":
        Visit.objects.bulk_create(
            Visit(recovery=recovery, kind="therapy", on=day, at=time(9), booked_at=at) for day in days
        )
    elif resource == "x-rays":
        XRay.objects.bulk_create(
            XRay(
                recovery=recovery,
                film_date=day,
                modality="x-ray",
                position_vs_last="unchanged",
                recorded_at=at,
            )
            for day in days
        )
    elif resource == "alerts":
        Alert.objects.bulk_create(
            Alert(
                recovery=recovery, flag_id="rf-fever", urgency="today", source="help", day=day, raised_at=at
            )
            for day in days
        )
    else:
        Assignment.objects.bulk_create(
            Assignment(
                recovery=recovery, exercise_id="ex-finger-fist", content_version="2026-11", sets=1, reps=1,
                starts_on=day, ends_on=day, assigned_at=at,
            )
            for day in days
        )  # fmt: skip


class TestAList:
    @pytest.mark.parametrize("resource", sorted(TABLES))
    def test_takes_the_same_few_queries_for_10_and_for_1000_rows(self, calls, wrist, count_queries, resource):
        calls["thea"].get("/api/v1/protocols/")
        for rows in (10, 1000):
            fill(resource, wrist, rows)

            with count_queries() as counted:
                answer = calls["thea"].get(f"/api/v1/{resource}/", {"limit": 100})
            TABLES[resource].objects.all().delete()

            assert len(answer.data["results"]) == min(rows, 100)
            assert len([one for one in counted if "accounts_apitoken" not in one["sql"]]) <= MOST_QUERIES

    def test_gives_a_visitor_nothing(self, calls, wrist):
        for resource in (
            "recoveries", "logs", "exercises", "sets", "visits", "x-rays", "alerts", "reminders", "preferences",
            "protocols", "library",
        ):  # fmt: skip
            answer = calls["visitor"].get(f"/api/v1/{resource}/")
            assert (answer.status_code, set(answer.data)) == (401, {"type", "errors"}), resource
