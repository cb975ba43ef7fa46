"""What the API says of a save that its patient undid."""

from datetime import datetime

import pytest

from accounts import clock
from recovery.models import DailyLog, LogRevision
from recovery.services.undo_log import undo_save

LOGS = "/api/v1/logs/"


class TestAnUndoneSave:
    @pytest.fixture
    def undone(self, calls, new_log, cast):
        """Save Pat's day by the API and undo it as the page does; return what was sent."""
        body = new_log()
        calls["pat"].post(LOGS, body)
        undo_last(cast)
        return body

    def test_sent_again_is_answered_as_done_with_the_empty_day(self, calls, undone):
        answer = calls["pat"].post(LOGS, undone)

        assert answer.status_code == 200
        assert "pain_rest" not in answer.data
        assert [str(one) for one in answer.data["undone"]] == [undone["id"]]
        assert not DailyLog.objects.exists()

    def test_is_still_found_by_its_id(self, calls, undone):
        answer = calls["pat"].get(f"{LOGS}{undone['id']}/")

        assert (answer.status_code, answer.data["day"]) == (200, undone["day"])
        assert [str(one) for one in answer.data["saves"]] == [undone["id"]]
        assert calls["otto"].get(f"{LOGS}{undone['id']}/").status_code == 404
        assert calls["thea"].get(f"{LOGS}{undone['id']}/").status_code == 200

    def test_stands_beside_the_saves_that_count(self, calls, undone, new_log, cast):
        later = new_log(pain_rest=5)
        calls["pat"].post(LOGS, later)

        [day] = calls["pat"].get(LOGS).data["results"]

        assert day["pain_rest"] == 5
        assert [str(one) for one in day["saves"]] == [undone["id"], later["id"]]
        assert [str(one) for one in day["undone"]] == [undone["id"]]
        newest = DailyLog.objects.get().revisions.latest("pk")
        assert datetime.fromisoformat(day["done_at"]) == newest.done_at

    def test_is_in_no_list_of_days(self, calls, undone):
        assert calls["pat"].get(LOGS).data["count"] == 0


def undo_last(cast) -> None:
    last = LogRevision.objects.latest("pk")
    undo_save(recovery_id=last.recovery_id, save_id=last.public_id, by=cast.pat, now=clock.now())
