"""Two sender processes on one SQLite file: nothing twice, nothing left."""

import os
import subprocess
import sys
from datetime import timedelta

from django.conf import settings as project

from accounts import clock


class TestTwoSenders:
    def test_on_one_sqlite_file_send_each_message_once(self, post, settings, tmp_path):
        server = settings.MAIL_SERVER
        env = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{tmp_path}/two.sqlite3",
            "VAR_DIR": str(tmp_path),
            "EMAIL_URL": f"smtp://{server.host}:{server.port}",
            "PYTHONPATH": str(project.BASE_DIR),
            "LOG_LEVEL": "ERROR",
        }
        script = [sys.executable, "manage.py", "shell", "--no-imports", "-c"]
        from_here = "from tests.reminders import two_senders; two_senders"
        common = {"env": env, "cwd": project.BASE_DIR, "text": True}
        subprocess.run([*script, f"{from_here}.fill()"], check=True, timeout=120, **common)
        at = (clock.now() + timedelta(seconds=1)).isoformat()

        senders = [
            subprocess.Popen([*script, f"{from_here}.send({at!r})"], stdout=subprocess.PIPE, **common)
            for _ in range(2)
        ]
        counts = [int(one.communicate(timeout=120)[0]) for one in senders]

        assert [one.returncode for one in senders] == [0, 0]
        assert sum(counts) == 22
        assert len(post.recipients) == len(set(post.recipients)) == 22
