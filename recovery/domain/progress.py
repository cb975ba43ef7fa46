"""What was logged, as facts, and who on the caseload needs somebody first. No words and no judgement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class PainFact:
    """Pain went from ``first`` to ``last`` over ``days`` days, in ``logs`` logs."""

    first: int
    last: int
    first_on: date
    last_on: date
    logs: int

    @property
    def days(self) -> int:
        """Return the days between the first and the last log."""
        return (self.last_on - self.first_on).days

    @property
    def change(self) -> int:
        """Return the change in points; negative means less pain."""
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class SetsFact:
    """So many sets were done of those planned, in the last ``days`` days with today."""

    done: int
    planned: int
    days: int


def pain_fact(pain: Mapping[date, int]) -> PainFact | None:
    """Return how pain went from the first logged day to the last; None under two logs."""
    if len(pain) < 2:
        return None
    first_on, last_on = min(pain), max(pain)
    return PainFact(pain[first_on], pain[last_on], first_on, last_on, len(pain))


def sets_fact(
    *, done: Mapping[date, int], planned: Mapping[date, int], today: date, days: int = 7
) -> SetsFact | None:
    """Return the sets done of those planned in the last days with today; None if none were planned."""
    window = [today - timedelta(days=back) for back in range(days)]
    total = sum(planned.get(day, 0) for day in window)
    return SetsFact(sum(done.get(day, 0) for day in window), total, days) if total else None


class Need(IntEnum):
    """Why a patient needs somebody; the lower, the sooner."""

    WARNING_SIGN = 1
    PAIN = 2
    LOOKS_WRONG = 3
    XRAY_OVERDUE = 4
    RESULT_WAITING = 5
    HURT = 6
    NO_LOG = 7
    READY_FOR_NEXT = 8
    NEW = 9


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The clinic's own limits, approved by a clinician. Pain is in points of 0 to 10."""

    pain_high: int
    pain_rise: int
    pain_rise_days: int
    hurt_times: int
    silent_days: int
    xray_overdue_days: int


@dataclass(frozen=True, slots=True)
class CareFacts:
    """What is known of one recovery. Days are the patient's own; None means "nothing of the kind".

    ``pain`` is the pain at rest by day. ``silent_since_on`` is the last log or, before the first one, the
    day on which logging could begin. ``xray_window_until_on`` is the end of the first film window
    without a result. ``wrong_on`` is the day on which something looked wrong and nobody was told what.
    """

    warning_sign_on: date | None = None
    pain: Mapping[date, int] | None = None
    xray_window_until_on: date | None = None
    result_waiting_since_on: date | None = None
    hurt_on: tuple[date, ...] = ()
    wrong_on: date | None = None
    silent_since_on: date | None = None
    ready_since_on: date | None = None
    new_since_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A need and the day since which it stands."""

    need: Need
    since_on: date


def needs(facts: CareFacts, *, thresholds: Thresholds, today: date) -> tuple[Reason, ...]:
    """Return the reasons for which a patient needs somebody, the most pressing first."""
    overdue = _since(facts.xray_window_until_on, thresholds.xray_overdue_days, today)
    silent = _since(facts.silent_since_on, thresholds.silent_days, today)
    found: dict[Need, date | None] = {
        Need.WARNING_SIGN: facts.warning_sign_on,
        Need.PAIN: _pain_since(facts.pain or {}, thresholds),
        Need.LOOKS_WRONG: facts.wrong_on,
        Need.XRAY_OVERDUE: overdue,
        Need.RESULT_WAITING: facts.result_waiting_since_on,
        Need.HURT: _hurt_since(facts.hurt_on, thresholds),
        Need.NO_LOG: silent,
        Need.READY_FOR_NEXT: facts.ready_since_on,
        Need.NEW: facts.new_since_on,
    }
    return tuple(Reason(need, since_on) for need, since_on in sorted(found.items()) if since_on is not None)


def caseload_key(
    reasons: Iterable[Reason], *, is_seen: bool = False, rank: int = 0
) -> tuple[int, bool, int, date]:
    """Return the key that sorts a caseload: the first need, then who waits longest, the rest last.

    Of warning signs those that nobody has seen come first, then the most urgent by ``rank``.
    """
    first = next(iter(reasons), None)
    if first is None:
        return len(Need) + 1, False, 0, date.max
    if first.need != Need.WARNING_SIGN:
        return first.need, False, 0, first.since_on
    return first.need, is_seen, -rank, first.since_on


def _since(on: date | None, days: int, today: date) -> date | None:
    return on if on is not None and (today - on).days >= days else None


def _pain_since(pain: Mapping[date, int], thresholds: Thresholds) -> date | None:
    """Return the day of the last log if its pain is high, or rose within the days before it."""
    if not pain:
        return None
    last_on = max(pain)
    from_on = last_on - timedelta(days=thresholds.pain_rise_days)
    lowest = min(value for day, value in pain.items() if day >= from_on)
    is_high = pain[last_on] >= thresholds.pain_high
    return last_on if is_high or pain[last_on] - lowest >= thresholds.pain_rise else None


def _hurt_since(hurt_on: tuple[date, ...], thresholds: Thresholds) -> date | None:
    enough = len(hurt_on) >= thresholds.hurt_times
    return sorted(hurt_on)[thresholds.hurt_times - 1] if enough else None
