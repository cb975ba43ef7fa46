"""Take in one delivery report, as the alias of a mail server gives it on standard input."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from accounts import clock
from reminders.domain.reports import MOST_BYTES, NotAReport
from reminders.services.bounces import Taken, take_report

DONE = {
    Taken.SUPPRESSED: "The address does not work: it is written to no more.",
    Taken.CAME_BACK: "The mail came back. It says nothing against the address.",
}
NOTHING_TO_DO = {
    Taken.NOTHING_FAILED: "Nothing to do: this says of no mail that it failed.",
    Taken.NOT_OURS: "Nothing to do: this returns no mail that went from here to that address.",
}


class Command(BaseCommand):
    help = "Read one delivery report (RFC 3464) from standard input."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say in one sentence what became of it; mail servers know the exit status (sysexits.h)."""
        try:
            taken = take_report(raw=sys.stdin.buffer.read(MOST_BYTES + 1), now=clock.database_now())
        except NotAReport as refusal:
            raise CommandError(str(refusal), returncode=os.EX_DATAERR) from refusal
        except DatabaseError as problem:
            words = f"The database cannot be reached ({type(problem).__name__}): try again later."
            raise CommandError(words, returncode=os.EX_TEMPFAIL) from problem
        if taken in DONE:
            self.stdout.write(DONE[taken])
        else:
            self.stderr.write(NOTHING_TO_DO[taken])
