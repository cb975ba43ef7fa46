"""When the periodic work last ran, for /readyz."""

from datetime import datetime

from reminders.models import Tick


def note(*, name: str, now: datetime) -> None:
    """Write that the work called ``name`` ran at ``now``."""
    Tick.objects.update_or_create(name=name, defaults={"at": now})
