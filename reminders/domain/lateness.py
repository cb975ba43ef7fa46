"""How late mails go out, sorted into buckets that can be added up."""

from bisect import bisect_left

BUCKETS_SECONDS = (1, 5, 30, 60, 300, 900, 3600)
"""A bucket holds what was at most so late; one more holds the rest."""


def bucket_of(seconds: float) -> int:
    """Return the number of the bucket that so much lateness falls into, from 0."""
    return bisect_left(BUCKETS_SECONDS, seconds)
