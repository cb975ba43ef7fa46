"""Zone rules change: by a new release of the time zone database, or because a person moves."""

import json
import os
import shutil
import subprocess
import sys
import zoneinfo
from datetime import time, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db.models import F

from accounts.services.profile import set_time_zone
from reminders import queries
from reminders.domain import instant_of
from reminders.models import Kind, Reminder, SyncState
from reminders.services.sync import sync, sync_changed
from tests.recoveries import assign
from tests.reminders.zone_rules import later

State = Reminder.State
HOUR = timedelta(hours=1)


def rows(**filters):
    return Reminder.objects.filter(kind=Kind.EXERCISES, **filters).order_by("local_on")


def rule_file(zone: str) -> Path:
    """Find the compiled rules of a zone, on this system or in the package."""
    found = [Path(folder) / zone for folder in zoneinfo.TZPATH if (Path(folder) / zone).is_file()]
    return found[0] if found else Path(str(files("tzdata"))) / "zoneinfo" / zone


def release(folder: Path, name: str, **zones: str) -> Path:
    """Make a release of the time zone database in which Madrid's clocks run as those of ``Madrid``."""
    for zone, like in {"UTC": "UTC", "Europe/Madrid": zones["Madrid"]}.items():
        (folder / zone).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(rule_file(like), folder / zone)
    (folder / "tzdata.zi").write_text(f"# version {name}\n")
    return folder


@pytest.fixture
def exercise(recovery, thea, hour):
    """Assign an exercise, one set a day, reminded of at 9."""
    [one] = assign(recovery, by=thea, now=hour(0, 6), times_per_day=1)
    return one


class TestANewReleaseOfTheTimeZoneDatabase:
    """From one release to the next, Madrid goes over to London's clocks: nine o'clock comes an hour later."""

    @pytest.fixture
    def run(self, post, settings, tmp_path):
        """Return a function that runs a step of ``zone_rules`` in a process that finds one release."""
        server = settings.MAIL_SERVER

        def run(step: str, *args: str, rules: Path, database: Path) -> dict:
            env = {
                **os.environ,
                "DATABASE_URL": f"sqlite:///{database}",
                "VAR_DIR": str(tmp_path),
                "EMAIL_URL": f"smtp://{server.host}:{server.port}",
                "PYTHONPATH": str(project.BASE_DIR),
                "PYTHONTZPATH": str(rules),
                "LOG_LEVEL": "ERROR",
            }
            code = f"from tests.reminders import zone_rules; zone_rules.{step}{args!r}"
            script = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
            done = subprocess.run(
                script,
                env=env,
                cwd=project.BASE_DIR,
                text=True,
                check=True,
                timeout=120,
                stdout=subprocess.PIPE,
            )
            return json.loads(done.stdout)

        return run

    def test_moves_what_is_not_sent_and_never_sends_at_the_old_hour(self, run, post, tmp_path, day, hour):
        old = release(tmp_path / "old", "2026x", Madrid="Europe/Madrid")
        new = release(tmp_path / "new", "2026y", Madrid="Europe/London")
        database, swept_database = tmp_path / "rules.sqlite3", tmp_path / "swept.sqlite3"
        days = [str(day(number)) for number in range(3)]

        before = run("fill", hour(0, 6).isoformat(), rules=old, database=database)
        shutil.copyfile(database, swept_database)

        assert (before["sent"], before["rules"], before["here"]) == (1, ["system 2026x"], "system 2026x")
        was = {name: at for name, (at, _state) in before["rows"].items()}
        assert before["rows"][days[0]][1] == State.SENT

        unswept = run("send", was[days[1]], later(was[days[1]]), rules=new, database=database)

        assert unswept["sent"] == [0, 1], "nothing at the hour that is wrong by now, then at the right one"
        assert unswept["rows"][days[1]] == [later(was[days[1]]), State.SENT]
        assert len(post.mails) == 2

        swept = run("sweep", later(was[days[0]], 2), rules=new, database=swept_database)

        assert swept["swept"][0] >= 1
        assert swept["swept"][1] == 0, "and what was laid out again is not laid out for ever"
        assert swept["rules"] == ["system 2026y"]
        assert swept["rows"][days[0]] == [was[days[0]], State.SENT]
        for name in days[1:]:
            assert swept["rows"][name] == [later(was[name]), State.SCHEDULED]


@pytest.mark.django_db
class TestOtherRulesThanThoseLaidOutWith:
    @pytest.fixture
    def outdated(self, exercise, lay_out, hour):
        """Have all instants an hour early, as rules that are gone put them."""
        lay_out(hour(0, 7))
        rows().update(planned_at=F("planned_at") - HOUR, due_at=F("due_at") - HOUR)
        SyncState.objects.update(zone_rules="system 2020a")

    def test_are_seen_by_the_sender_before_it_sends(self, outdated, send, post, hour):
        assert send(hour(0, 8)).sent == 0
        assert not post.mails
        assert send(hour(0, 9)).sent == 1

    def test_are_seen_by_the_sweep_once(self, outdated, hour, day):
        assert sync_changed(now=hour(0, 7)) == 1
        assert sync_changed(now=hour(0, 7)) == 0
        assert [row.due_at for row in rows()[:3]] == [hour(number, 9) for number in range(3)]
        assert SyncState.objects.get().zone_rules == queries.zone_rules()

    def test_leave_alone_what_was_sent(self, outdated, send, post, hour, day):
        send(hour(0, 9))
        SyncState.objects.update(zone_rules="system 2020b")
        before = rows(state=State.SENT).values().get()

        sync_changed(now=hour(0, 10))
        send(hour(0, 10))

        assert rows(local_on=day(0)).values().get() == before
        assert len(post.mails) == 1


@pytest.mark.django_db
class TestAPersonWhoMoves:
    def test_west_after_the_mail_gets_no_second_one_for_that_date(
        self, exercise, recovery, lay_out, send, post, pat, hour, day
    ):
        lay_out(hour(0, 7))
        assert send(hour(0, 9)).sent == 1

        set_time_zone(user=pat, time_zone="America/New_York", now=hour(0, 10))
        for quarter in range(4 * 16):
            now = hour(0, 10) + timedelta(minutes=15 * quarter)
            sync_changed(now=now)
            send(now)

        sent = rows(state=State.SENT, local_on=day(0))
        assert (sent.count(), sent.get().time_zone) == (1, "Europe/Madrid")
        assert [mail["Message-ID"] for mail in post.mails].count(sent.get().message.message_id) == 1
        tomorrow = rows(local_on=day(1)).get()
        assert tomorrow.due_at == instant_of(day(1), time(9), "America/New_York")

    def test_east_before_the_mail_gets_it_once_though_its_hour_has_passed_there(
        self, exercise, lay_out, send, post, pat, hour, day
    ):
        set_time_zone(user=pat, time_zone="America/New_York", now=hour(0, 6))
        lay_out(hour(0, 7))
        assert send(hour(0, 9)).sent == 0

        set_time_zone(user=pat, time_zone="Europe/Madrid", now=hour(0, 14))
        for minute in range(3):
            send(hour(0, 14, minute))
            sync_changed(now=hour(0, 14, minute))
        send(hour(0, 15, 0))

        assert rows(local_on=day(0)).get().state == State.SENT
        assert rows(state=State.SENT).count() == 1

    def test_over_the_date_line_gets_one_for_each_date(
        self, exercise, recovery, lay_out, send, post, pat, hour, day
    ):
        """From UTC+14 to UTC-11 in the middle of a day, and back: a date may come twice, its mail does not."""
        seen = 0
        zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Europe/Madrid"]
        for half_day in range(12):
            noon = hour(0, 6) + timedelta(hours=12 * half_day)
            set_time_zone(user=pat, time_zone=zones[half_day % 4], now=noon)
            for step in range(24):
                now = noon + timedelta(minutes=30 * step)
                sync(recovery_id=recovery.pk, now=now)
                seen += send(now).sent

        dates = list(rows(state=State.SENT).values_list("local_on", flat=True))
        assert len(dates) == len(set(dates)) >= 5
        assert seen == len(post.mails) == len({mail["Message-ID"] for mail in post.mails})
