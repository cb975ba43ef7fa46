"""What only the tests of the composition root need."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest

from reminders.models import Kind, Reminder


@pytest.fixture
def late_reminder(db) -> Callable[..., Reminder]:
    """Return a function that leaves a reminder unsent since an instant."""

    def leave(*, due_at: datetime) -> Reminder:
        return Reminder.objects.create(
            recipient_id=uuid4(),
            kind=Kind.LOG,
            local_on=due_at.date(),
            slot="1",
            wall_time=time(9),
            time_zone="UTC",
            due_at=due_at,
            expires_at=due_at + timedelta(hours=8),
            planned_at=due_at,
            changed_at=due_at,
        )

    return leave
