"""Say why a reminder was, was not, or will be sent, without naming anybody."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import clock
from reminders import queries
from reminders.models import Reminder


class Command(BaseCommand):
    help = "Say why a reminder was, was not, or will be sent."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the reminder's public id."""
        parser.add_argument("id", type=UUID)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the explanation, a fact a line."""
        try:
            found = queries.explanation(options["id"], now=clock.database_now())
        except Reminder.DoesNotExist:
            raise CommandError(f"There is no reminder {options['id']}.") from None
        for line in found.lines:
            self.stdout.write(line)
