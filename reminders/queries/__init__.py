"""What the engine and its screens read, each by one function with a fixed number of database queries."""

from reminders.queries.digest import MorningPage, morning_page
from reminders.queries.facts import Snapshot, StaffMember, facts, wishes_of
from reminders.queries.figures import Figures, figures
from reminders.queries.reach import Unreached, UnreachedPage, unreached, why_refused
from reminders.queries.receipts import (
    Explanation,
    NextReminder,
    Receipt,
    SettingsPage,
    explanation,
    kinds_in_words,
    next_reminders,
    paused_until,
    receipts,
    settings_page,
)
from reminders.queries.work import (
    is_anything_unsent,
    oldest_unsent,
    recoveries_of,
    unreachable,
    work_list,
    zone_rules,
)

__all__ = [
    "Explanation",
    "Figures",
    "MorningPage",
    "NextReminder",
    "Receipt",
    "SettingsPage",
    "Snapshot",
    "StaffMember",
    "Unreached",
    "UnreachedPage",
    "explanation",
    "facts",
    "figures",
    "is_anything_unsent",
    "kinds_in_words",
    "morning_page",
    "next_reminders",
    "oldest_unsent",
    "paused_until",
    "receipts",
    "recoveries_of",
    "settings_page",
    "unreachable",
    "unreached",
    "why_refused",
    "wishes_of",
    "work_list",
    "zone_rules",
]
