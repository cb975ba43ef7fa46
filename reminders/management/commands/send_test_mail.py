"""Send one real mail, the way reminders go, and say in plain words what went wrong."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import clock
from reminders.services import probe


class Command(BaseCommand):
    help = "Send a test mail to an address, the way reminders go."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("address")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print where the mail goes and that it went, or end with status 1 and why it did not."""
        try:
            self.stdout.write(probe.about_server())
            probe.send_probe(address=options["address"], now=clock.now())
        except probe.CannotSend as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write("The server took the mail. Look in the inbox, and among spam.")
