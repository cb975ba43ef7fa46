"""The limit of the engine: its own letters and mails, over one open connection, without the database.

Run by ``benchmarks.engine`` in a process of its own, like the sender that it is held against.
"""

import json
import time
from itertools import islice

from django.conf import settings


def main() -> None:
    """Read what is due once, then write and send it, and print the processor time of that."""
    from accounts import clock
    from reminders.management.bench import key_header
    from reminders.models import Message, Reminder
    from reminders.queries.desk import desk
    from reminders.services import render
    from reminders.services.channel import Result
    from reminders.services.email import EmailChannel
    from reminders.services.mark import LEASE, Job

    now = clock.database_now()
    rows = list(Reminder.objects.due_by(now).order_by("due_at", "pk"))
    jobs = []
    for start in range(0, len(rows), 100):
        some = list(islice(rows, start, start + 100))
        table = desk(some, now=now)
        for row in some:
            message = Message(
                pk=row.pk,
                message_id=f"<{row.public_id.hex}{row.pk:08d}@limit.example>",
                lease_until=now + LEASE,
            )
            jobs.append(Job(message, [row], table, table.reader(row)))
    settings.MAIL_CONNECTIONS = 1
    channel = EmailChannel(extra=key_header)
    assert channel.open(1).result == Result.SENT
    size = 0
    started, cpu = time.monotonic(), time.process_time()
    for job in jobs:
        packed = channel.compose(render.letter(job, now=job.claimed_at))
        channel.hand_over(job.key, job.address, packed)
        ((_key, outcome),) = channel.outcomes(wait=True)
        assert outcome.result == Result.SENT, outcome
        size += len(packed)
    figures = {"seconds": time.monotonic() - started, "cpu_seconds": time.process_time() - cpu}
    channel.close()
    print(json.dumps({"sent": len(jobs), "bytes": size // max(len(jobs), 1), **figures}))


if __name__ == "__main__":
    import django

    django.setup()
    main()
