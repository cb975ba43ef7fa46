"""The Celery app and the whole beat timetable. The broker is only a bell: the database holds the truth."""

import os
import sys
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("bonestep")


def transport(url: str, folder: Path) -> dict[str, Any]:
    """Return the options a broker URL needs; the filesystem one keeps its queues in ``folder``."""
    if not url.startswith("filesystem"):
        # Whoever publishes is a page that somebody waits for: one quick try, the sweep finds the rest.
        once = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
        return {"visibility_timeout": 900, "socket_timeout": 10, "socket_connect_timeout": 2, **once}
    for name in ("queue", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
    }


@app.on_configure.connect
def configure(sender: Celery, **_kwargs: Any) -> None:
    """Read the broker from Django's settings when the app is first used."""
    from django.conf import settings  # not before the app is used: importing config must not need settings

    use_broker(settings.BROKER_URL, settings.BROKER_DIR)
    sender.conf.beat_schedule_filename = str(settings.VAR_DIR / "beat-schedule")


def use_broker(url: str, folder: Path) -> None:
    """Ring the bell at ``url`` from now on; ``folder`` keeps the queues of a filesystem one."""
    app.conf.update(broker_url=url, broker_transport_options=transport(url, folder))


READY_LINE = "The worker is ready."
"""What a worker prints once it takes tasks, whatever the log level: the start command waits for it."""


@worker_ready.connect
def say_ready(**_kwargs: Any) -> None:
    """Tell the start command that tasks are taken from now on."""
    out = sys.__stdout__ or sys.stdout  # Celery takes sys.stdout for its log
    out.write(f"{READY_LINE}\n")
    out.flush()


app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # A pool of processes shares a lock that dies with one of them: a killed sender would stop all others.
    worker_pool="threads",
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_soft_shutdown_timeout=10,
    worker_hijack_root_logger=False,
    broker_connection_timeout=5,
    broker_connection_retry_on_startup=True,
    task_publish_retry=False,
    timezone="UTC",
    beat_schedule={
        "send_due": {"task": "reminders.tasks.send_due", "schedule": 20.0, "options": {"expires": 20}},
        "sync_changed": {
            "task": "reminders.tasks.sync_changed",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
    },
)
app.autodiscover_tasks(["reminders"])
