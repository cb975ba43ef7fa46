"""Load the demo people, with dates relative to today."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.models import User
from recovery.management import demo
from recovery.management.people import PASSWORD, STAFF, STORIES


class Command(BaseCommand):
    help = "Load the demo people, with dates relative to today. Refuses in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take ``--once``: a second run is then no mistake."""
        parser.add_argument("--once", action="store_true", help="do nothing where the demo people exist")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        """Refuse in production; else build the demo clinic."""
        if not settings.DEMO or settings.IS_SECURE:
            raise CommandError("The demo people are only for DEMO=1 and a PUBLIC_URL that is not https.")
        if User.objects.filter(email=STAFF[0].email).exists():
            if once:
                return
            raise CommandError("The demo people are here already.")
        demo.load(now=clock.now())
        emails = [one.email for one in (*STORIES, *STAFF) if one.email]
        self.stdout.write(f"Demo people (password {PASSWORD}): {', '.join(emails)}")
