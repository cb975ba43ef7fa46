"""The composition root as a Django app: it brings the start command and the system checks."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Bonestep"

    def ready(self) -> None:
        """Register the system checks, and watch the database's file."""
        from config import checks, database

        checks.register()
        database.keep_watch()
