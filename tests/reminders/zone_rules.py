"""Run by ``test_zone_rules`` in processes of its own, which find other time zone rules on their path."""

import json
from datetime import UTC, datetime, timedelta

from django.core.management import call_command

from reminders import queries
from reminders.models import Reminder, SyncState
from reminders.services.deliver import send_due
from reminders.services.email import EmailChannel
from reminders.services.sync import sync_changed
from tests import factories
from tests.recoveries import assign, make_recovery


def fill(at: str) -> None:
    """Make Pat's recovery with exercises at 9, lay it out, and send the first day's reminder."""
    now = datetime.fromisoformat(at)
    call_command("migrate", verbosity=0)
    cast = factories.cast()
    recovery = make_recovery(cast.pat_record, by=cast.thea, now=now)
    assign(recovery, by=cast.thea, now=now, times_per_day=1)
    sync_changed(now=now)
    due = Reminder.objects.filter(kind="exercises").earliest("due_at").due_at
    report(sent=send_due(channel=EmailChannel(), now_fn=lambda: due).sent)


def sweep(at: str) -> None:
    """Lay out what the sweep finds, twice."""
    now = datetime.fromisoformat(at)
    report(sent=0, swept=[sync_changed(now=now), sync_changed(now=now)])


def send(first: str, then: str) -> None:
    """Send at two instants, and let no sweep run."""
    instants = [datetime.fromisoformat(one) for one in (first, then)]
    report(sent=[send_due(channel=EmailChannel(), now_fn=lambda at=at: at).sent for at in instants])


def report(**figures: object) -> None:
    """Print what was done, and every reminder of exercises."""
    rows = Reminder.objects.filter(kind="exercises").order_by("local_on")
    planned = {str(row.local_on): [row.planned_at.astimezone(UTC).isoformat(), row.state] for row in rows}
    rules = sorted(set(SyncState.objects.values_list("zone_rules", flat=True)))
    print(json.dumps({**figures, "rows": planned, "rules": rules, "here": queries.zone_rules()}))


def later(at: str, hours: int = 1) -> str:
    """Return an ISO instant some hours later."""
    return (datetime.fromisoformat(at) + timedelta(hours=hours)).isoformat()
