"""The reminders app: it listens to what the lower packages announce."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    name = "reminders"
    verbose_name = _("Reminders")

    def ready(self) -> None:
        """Connect the receivers."""
        from reminders import receivers

        receivers.connect()
