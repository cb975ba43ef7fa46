"""What a person may put on the list of medicines, supplements and bone-health items, as bounds."""

from datetime import time

MOST_RUNNING = 20
MOST_TIMES = 6
LABEL_LENGTH = 80
LONGEST_DAYS = 366
DAY_BEGINS, DAY_ENDS = time(8), time(21)
"""Hours for everything on the list; a medicine may have one before 08:00 as well."""


def may_be_early(kind: str) -> bool:
    """Say whether a thing on the list may have an hour before 08:00."""
    return kind == "medicine"
