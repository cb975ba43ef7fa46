"""The recovery app: it tells accounts what its audit rows mean and which of its rows are a person's own."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecoveryConfig(AppConfig):
    name = "recovery"
    verbose_name = _("Recovery")

    def ready(self) -> None:
        """Register what accounts shows a person about themselves."""
        from recovery.queries import audit_words
        from recovery.services import export

        audit_words.register()
        export.register()
