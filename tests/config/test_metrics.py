"""/metrics tells how the engine does: to this machine and to who has the token, and to nobody else."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from accounts import clock
from config import env
from reminders.models import Figure, Message, Suppression, Tick
from reminders.services import counts
from reminders.services.deliver import Tally

pytestmark = pytest.mark.django_db
OUTSIDE = "203.0.113.9"
TOKEN = "a-token-of-this-test"


def ask(*, remote: str = "127.0.0.1", **headers: str):
    return Client(REMOTE_ADDR=remote).get("/metrics", headers={"host": "10.0.0.7", **headers})


def figures(answer) -> dict[str, float]:
    """Return every sample by its name and labels, e.g. ``name{task=send_due}``."""
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sample.labels.items())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


class TestReading:
    @pytest.mark.parametrize("remote", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
    def test_is_open_to_this_machine_for_any_host(self, remote):
        answer = ask(remote=remote)

        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert answer["Cache-Control"] == "no-store"

    def test_answers_everybody_else_like_a_missing_page(self, settings):
        settings.ALLOWED_HOSTS = ["testserver"]
        outside = Client(REMOTE_ADDR=OUTSIDE)

        answer, missing = outside.get("/metrics"), outside.get("/no-such-page")

        assert answer.status_code == missing.status_code == 404
        assert answer.content == missing.content
        assert answer.headers == missing.headers

    @pytest.mark.parametrize("proxies", [0, 1, 2])
    @pytest.mark.parametrize(
        "headers",
        [
            {"x-forwarded-for": OUTSIDE},
            {"x-forwarded-for": f"127.0.0.1, {OUTSIDE}"},
            {"x-forwarded-for": "127.0.0.1"},
            {"x-forwarded-for": ""},
            {"x-forwarded-proto": "https"},
            {"forwarded": f"for={OUTSIDE}"},
            {"via": "1.1 front"},
        ],
        ids=str,
    )
    def test_takes_nothing_that_came_through_a_proxy_for_this_machine(self, settings, proxies, headers):
        settings.ALLOWED_HOSTS = ["10.0.0.7"]
        settings.TRUSTED_PROXIES = proxies

        assert ask(**headers).status_code == 404

    def test_believes_no_stranger_who_claims_to_be_this_machine(self, settings):
        settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = ["10.0.0.7"], 1

        assert ask(remote=OUTSIDE, **{"x-forwarded-for": "127.0.0.1"}).status_code == 404

    def test_is_open_to_who_has_the_token(self, settings):
        settings.ALLOWED_HOSTS, settings.METRICS_TOKEN = ["10.0.0.7"], TOKEN

        for scheme in ("Bearer", "bearer"):
            assert ask(remote=OUTSIDE, authorization=f"{scheme} {TOKEN}").status_code == 200
        for wrong in (f"Bearer {TOKEN}x", "Bearer ", "Bearer ä", f"Basic {TOKEN}", TOKEN):
            assert ask(remote=OUTSIDE, authorization=wrong).status_code == 404

    def test_has_no_token_that_is_empty(self, settings):
        settings.ALLOWED_HOSTS, settings.METRICS_TOKEN = ["10.0.0.7"], ""

        assert ask(remote=OUTSIDE, authorization="Bearer ").status_code == 404

    def test_takes_the_token_from_a_file_or_none_at_all(self, monkeypatch, tmp_path):
        monkeypatch.delenv("IT", raising=False)
        assert env.env_secret("IT") == ""

        (tmp_path / "token").write_text(f"{TOKEN}\n")
        monkeypatch.setenv("IT_FILE", str(tmp_path / "token"))
        assert env.env_secret("IT") == TOKEN


class TestFigures:
    def test_start_at_zero(self):
        found = figures(ask())

        assert found["bonestep_reminder_mails_total{outcome=sent}"] == 0
        assert found["bonestep_reminders_expired_total"] == 0
        assert found["bonestep_reminder_late_seconds_count"] == 0
        assert found["bonestep_reminders_due"] == 0
        assert found["bonestep_reminders_oldest_unsent_seconds"] == 0

    def test_count_outcomes_of_all_runs(self):
        counts.add(Tally(sent=3, retried=2, failed=1, suppressed=4, dropped=5, expired=6))
        counts.add(Tally(sent=4))

        found = figures(ask())

        outcomes = {"sent": 7, "retried": 2, "failed": 1, "suppressed": 4, "dropped": 5}
        for outcome, count in outcomes.items():
            assert found[f"bonestep_reminder_mails_total{{outcome={outcome}}}"] == count
        assert found["bonestep_reminders_expired_total"] == 6

    def test_sort_lateness_into_buckets_that_add_up(self):
        counts.add(Tally(sent=4, late_seconds=[0, 1, 1.5, 4000.25]))

        found = figures(ask())

        buckets = {"1.0": 2, "5.0": 3, "30.0": 3, "60.0": 3, "300.0": 3, "900.0": 3, "3600.0": 3, "+Inf": 4}
        for limit, count in buckets.items():
            assert found[f"bonestep_reminder_late_seconds_bucket{{le={limit}}}"] == count
        assert found["bonestep_reminder_late_seconds_count"] == 4
        assert found["bonestep_reminder_late_seconds_sum"] == 4002.75

    def test_tell_what_waits(self, late_reminder):
        now = clock.database_now()
        late_reminder(due_at=now - timedelta(seconds=90))
        late_reminder(due_at=now + timedelta(hours=1))
        Message.objects.create(
            recipient_id=uuid4(), message_id="<x@y.example>", state="retry", created_at=now,
            next_try_at=now + timedelta(minutes=1),
        )  # fmt: skip
        Suppression.objects.create(address="gone@demo.example", reason="smtp_550", suppressed_at=now)

        found = figures(ask())

        assert found["bonestep_reminders_due"] == 1
        assert 90 <= found["bonestep_reminders_oldest_unsent_seconds"] < 120
        assert found["bonestep_reminder_mails_to_retry"] == 1
        assert found["bonestep_suppressed_addresses"] == 1

    def test_tell_how_long_ago_each_periodic_task_ran(self):
        Tick.objects.create(name="send_due", at=clock.database_now() - timedelta(seconds=40))

        found = figures(ask())

        assert 40 <= found["bonestep_beat_age_seconds{task=send_due}"] < 70
        assert found["bonestep_beat_age_seconds{task=sync_changed}"] == float("inf"), "it never ran"

    def test_name_nobody(self, late_reminder):
        late_reminder(due_at=clock.database_now())
        Suppression.objects.create(address="gone@demo.example", reason="x", suppressed_at=clock.now())

        text = ask().content.decode()

        assert "@" not in text
        assert "log" not in text.replace("bonestep", "")
        labels = {
            name
            for family in text_string_to_metric_families(text)
            for one in family.samples
            for name in one.labels
        }
        assert labels == {"outcome", "le", "task"}

    def test_say_nothing_about_this_process(self):
        assert "python_" not in ask().content.decode()
        assert "process_" not in ask().content.decode()

    def test_take_the_same_number_of_queries_however_much_waits(
        self, late_reminder, django_assert_max_num_queries
    ):
        for minutes in range(5):
            late_reminder(due_at=clock.database_now() - timedelta(minutes=minutes))

        with django_assert_max_num_queries(9):
            ask()


class TestTheCounters:
    def test_outlive_processes_and_are_the_same_from_each(self, tmp_path: Path):
        """Two processes count, a third reads: on a database of its own."""
        surroundings = {
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(project.BASE_DIR),
        }

        def run(code: str) -> str:
            start = "import django; django.setup(); "
            return subprocess.run(
                [sys.executable, "-c", start + code],
                env=surroundings, check=True, capture_output=True, text=True, timeout=120,
            ).stdout  # fmt: skip

        run("from django.core.management import call_command; call_command('migrate', verbosity=0)")
        for _process in range(2):
            run("from reminders.services import counts, deliver; counts.add(deliver.Tally(sent=5))")
        read = run("from config import metrics; print(metrics.answer().content.decode())")

        assert 'bonestep_reminder_mails_total{outcome="sent"} 10.0' in read

    def test_know_no_figure_that_nobody_reads(self):
        everything = dict.fromkeys(counts.COUNTED, 1)
        counts.add(Tally(**everything, late_seconds=[0.5]))

        found = figures(ask())

        assert sum(value for name, value in found.items() if "_total" in name) == 6
        assert set(Figure.objects.values_list("name", flat=True)) == {
            *counts.COUNTED, "late_0", "late_milliseconds",
        }  # fmt: skip
