"""What the file with a person's own data holds about reminders."""

from django.utils.translation import gettext_lazy as _

from accounts.services import export
from reminders.models import Preference, Reminder, Suppression


def register() -> None:
    """Add the parts of this package."""
    export.add(
        "reminder_choices",
        _("What you chose about reminders"),
        Preference.objects.of,
        "exercise_hours log_at visit_at kinds_off hide_details quiet_from quiet_until "
        "paused_until_on changed_at",
    )
    export.add(
        "reminders",
        _("Reminders, sent and planned"),
        Reminder.objects.of,
        "public_id kind local_on wall_time time_zone due_at state reason changed_at",
    )
    export.add(
        "refused_addresses",
        _("Your addresses that refuse our mail"),
        lambda user: Suppression.objects.filter(address=user.email.lower()),
        "address reason source suppressed_at",
    )
