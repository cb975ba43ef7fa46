"""/healthz and /readyz, which a load balancer asks for without a host, a session or https."""

from datetime import timedelta

import pytest

from accounts import clock
from config import readiness
from reminders.models import Tick


@pytest.fixture
def beat_ran(db, settings, tmp_path):
    settings.BROKER_URL, settings.BROKER_DIR = "filesystem://localhost", tmp_path

    def tick(seconds_ago: int) -> None:
        at = clock.database_now() - timedelta(seconds=seconds_ago)
        Tick.objects.update_or_create(name="send_due", defaults={"at": at})

    return tick


class TestHealthz:
    def test_answers_any_host_without_redirect_or_session(self, client, settings):
        settings.SECURE_SSL_REDIRECT = True

        answer = client.get("/healthz", headers={"host": "10.0.0.7"})

        assert answer.status_code == 200
        assert answer.content == b"ok\n"
        assert not answer.cookies


class TestReadyz:
    def test_is_ready_while_every_part_is_good(self, client, beat_ran):
        beat_ran(30)

        answer = client.get("/readyz", headers={"host": "10.0.0.7"})

        assert answer.status_code == 200
        assert answer.json()["ready"]
        assert set(answer.json()["parts"]) == {"database", "broker", "beat", "reminders"}

    def test_is_not_ready_before_beat_has_run(self, client, beat_ran):
        answer = client.get("/readyz")

        assert answer.status_code == 503
        assert not answer.json()["parts"]["beat"]["ok"]

    def test_is_not_ready_when_beat_stopped_two_minutes_ago(self, client, beat_ran):
        beat_ran(125)

        answer = client.get("/readyz")

        assert answer.status_code == 503
        assert not answer.json()["parts"]["beat"]["ok"]
        assert answer.json()["parts"]["database"]["ok"]

    def test_is_not_ready_without_its_broker(self, client, beat_ran, settings, tmp_path):
        beat_ran(0)
        settings.BROKER_URL = f"redis+socket://{tmp_path}/nobody.sock"

        answer = client.get("/readyz")

        assert answer.status_code == 503
        assert not answer.json()["parts"]["broker"]["ok"]

    def test_names_no_address_and_no_password(self, client, beat_ran, settings):
        settings.BROKER_URL = "redis://:hidden@localhost:1/0"

        answer = client.get("/readyz")

        assert b"hidden" not in answer.content
        assert b"localhost" not in answer.content


class TestTheLimitForUnsentReminders:
    @pytest.mark.parametrize(("minutes", "is_good"), [(9, True), (11, False)])
    def test_is_ten_minutes(self, late_reminder, minutes, is_good):
        now = clock.database_now()
        late_reminder(due_at=now - timedelta(minutes=minutes))

        parts = {part.name: part for part in readiness.report().parts}

        assert parts["reminders"].is_good == is_good
