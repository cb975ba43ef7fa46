"""The composition root as a Django app: it brings the start command and the system checks."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Bonestep"

    def ready(self) -> None:
        """Register the system checks, watch the database's file, and hear of every sign-in."""
        from config import (
            checks,
            database,
            middleware,  # noqa: F401  its receivers
        )

        checks.register()
        database.keep_watch()
