"""Which messages should exist, when, and when to try again: plain values in, plain values out."""

from reminders.domain.delivery import MOST_ATTEMPTS, back_off, key_of, may_enter_quiet, message_id
from reminders.domain.facts import Facts, Wanted, Wishes, identity
from reminders.domain.times import end_of_hour, instant_of, is_quiet, next_open
from reminders.domain.truth import why_not
from reminders.domain.wanted import wanted

__all__ = [
    "MOST_ATTEMPTS",
    "Facts",
    "Wanted",
    "Wishes",
    "back_off",
    "end_of_hour",
    "identity",
    "instant_of",
    "is_quiet",
    "key_of",
    "may_enter_quiet",
    "message_id",
    "next_open",
    "wanted",
    "why_not",
]
