"""The reminders app: it listens to what the lower packages announce."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    name = "reminders"
    verbose_name = _("Reminders")

    def ready(self) -> None:
        """Connect the receivers, and register what accounts shows a person about themselves."""
        from reminders import receivers
        from reminders.queries import audit_words
        from reminders.services import export

        receivers.connect()
        audit_words.register()
        export.register()
