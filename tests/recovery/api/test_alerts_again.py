"""A warning sign that was closed and ticked again."""

from recovery.models import Alert
from recovery.services.alerts import close_alert


class TestASign:
    def test_ticked_again_after_it_was_closed_is_a_new_alert(self, calls, wrist, cast, now):
        body = {"recovery": str(wrist.public_id), "flag_id": "rf-fever"}
        calls["pat"].post("/api/v1/alerts/", body)
        close_alert(alert=Alert.objects.get(), note="Phoned", by=cast.thea, now=now)

        answer = calls["pat"].post("/api/v1/alerts/", body)

        assert answer.status_code == 201, answer.data
        assert answer.data["closed_at"] is None
