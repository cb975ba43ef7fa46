"""The composition root as a Django app: it brings the start command and the system checks."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Bonestep"

    def ready(self) -> None:
        """Register the system checks, and hear of sign-ins from the first one on."""
        from config import (
            checks,
            middleware,  # noqa: F401  its receivers
        )

        checks.register()
