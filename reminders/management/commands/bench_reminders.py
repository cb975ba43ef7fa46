"""Queue reminders of people who do not exist, and send them with the real sender."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from reminders.management import bench


class Command(BaseCommand):
    help = (
        "Queue N e-mails due now (enqueue --n N), or send until the queue is empty (run). For benches only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take ``enqueue`` or ``run``, how many, and how long at most."""
        parser.add_argument("act", choices=("enqueue", "run"))
        parser.add_argument("--n", type=int, default=2000, help="how many e-mails to queue")
        parser.add_argument("--seconds", type=float, default=600, help="how long to send at most")

    def handle(self, *_args: Any, act: str, n: int, seconds: float, **_options: Any) -> None:
        """Do the one or the other, and print what was done as a line of JSON."""
        if settings.IS_SECURE:
            raise CommandError("A bench fills the queue: it does not run where PUBLIC_URL is https.")
        if not 1 <= n <= bench.MOST:
            raise CommandError(f"--n should be a whole number from 1 to {bench.MOST}, not {n}.")
        answer: dict[str, float]
        if act == "enqueue":
            answer = {"queued": bench.enqueue(n, now=clock.database_now())}
        else:
            done = bench.run(now_fn=clock.database_now, until_seconds=seconds)
            answer = {
                "sent": done.sent,
                "seconds": round(done.seconds, 3),
                "cpu_seconds": round(done.cpu_seconds, 3),
            }
        self.stdout.write(json.dumps(answer))
