"""What is known when reminders are laid out, and what comes of it. All of it plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from reminders.domain.times import instant_of

EXERCISES = "exercises"
LOG = "log"
VISIT = "visit"
X_RAY_BOOK = "x_ray_book"
X_RAY_OVERDUE = "x_ray_overdue"
PLAN_CHANGED = "plan_changed"
VISIT_CHANGED = "visit_changed"
MEDICINE = "medicine"
BONE_HEALTH = "bone_health"
WOUND_CHECK = "wound_check"
GATE_WAITING = "gate_waiting"
TEST = "test"
STAFF_ALERT = "staff_alert"
STAFF_DIGEST = "staff_digest"

DAILY = frozenset({EXERCISES, LOG, MEDICINE, BONE_HEALTH})
"""Kinds that come again every day; all others come once for what they are about."""
EXERCISE_SLOTS = ("day", "day2", "day3")
"""The names of a day's reminders of exercises."""
URGENT = frozenset({"emergency", "same_day"})
"""The urgencies of a warning sign that staff hear of at once."""

QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""The widest hours in which messages go out; a patient may narrow them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan in force. ``first_at`` is when the recovery's first plan was confirmed."""

    key: str
    confirmed_at: datetime
    first_at: datetime
    is_first: bool


@dataclass(frozen=True, slots=True)
class Task:
    """An assigned exercise; ``ends_on`` is its last day."""

    starts_on: date
    ends_on: date | None
    is_paused: bool
    assigned_at: datetime

    def is_on(self, day: date) -> bool:
        """Say whether it is to be done on ``day``."""
        return not self.is_paused and self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)


@dataclass(frozen=True, slots=True)
class Visit:
    """A booked visit: a date and wall time in the clinic's zone."""

    key: str
    kind: str
    on: date
    at: time
    minutes: int
    place: str
    sequence: int
    film_key: str
    booked_at: datetime
    is_declined: bool = False

    @property
    def subject(self) -> str:
        """Name this visit on this date: a visit moved to another date is reminded of again."""
        return f"{self.key}@{self.on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a patient was last told of a visit by mail: which version, at which instant, for which day."""

    key: str
    sequence: int
    at: datetime
    on: date | None

    def until(self, zone: str) -> datetime:
        """Return the end of the day that the visit was to be on; the instant itself where no day was told."""
        return self.at if self.on is None else instant_of(self.on, time(23, 59), zone)


@dataclass(frozen=True, slots=True)
class Hour:
    """A wall time of a dose. ``slot`` stays when it moves; nothing was due at it before ``since_at``."""

    slot: str
    at: time
    since_at: datetime


@dataclass(frozen=True, slots=True)
class Dose:
    """A medicine, supplement or bone-health item: every so many days, at wall times in the patient's zone."""

    key: str
    kind: str
    label: str
    every_days: int
    hours: tuple[Hour, ...]
    starts_on: date
    ends_on: date | None

    def is_on(self, day: date) -> bool:
        """Say whether it is for ``day``."""
        is_running = self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        return is_running and (day - self.starts_on).days % self.every_days == 0


@dataclass(frozen=True, slots=True)
class Step:
    """The next step of the plan that no clinician has released, and the day it was proposed for."""

    key: str
    proposed_on: date


@dataclass(frozen=True, slots=True)
class Film:
    """A planned x-ray; both days of its window belong to the window."""

    key: str
    window_from_on: date
    window_until_on: date


@dataclass(frozen=True, slots=True)
class Sign:
    """An urgent warning sign that nobody has acknowledged yet."""

    key: str
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides about one recovery's reminders, as known on ``today_on``.

    Dates are the patient's own, ids are public ones.
    """

    patient: str
    today_on: date
    is_open: bool
    time_zone: str
    clinic_zone: str
    opened_at: datetime
    has_address: bool = True
    account_since_at: datetime | None = None
    plan: Plan | None = None
    tasks: tuple[Task, ...] = ()
    days_done: frozenset[date] = frozenset()
    visits: tuple[Visit, ...] = ()
    films: tuple[Film, ...] = ()
    films_taken: frozenset[str] = frozenset()
    days_logged: frozenset[date] = frozenset()
    log_prompts_sent_on: frozenset[date] = frozenset()
    warnings: tuple[Sign, ...] = ()
    team: frozenset[str] = frozenset()
    told: tuple[Told, ...] = ()
    cancelled: Mapping[str, Visit] = field(default_factory=dict)
    check_days: frozenset[date] = frozenset()
    wound_window: tuple[date, date] | None = None
    next_step: Step | None = None
    doses: tuple[Dose, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """When and about what the patient wants to hear; wall times in the patient's zone.

    Hours for exercises stand by slot, None where a slot is not used: one that moves is the same reminder.
    """

    exercise_hours: tuple[time | None, ...] = (time(9),)
    log_at: time = time(18)
    visit_at: time = time(9)
    kinds_off: frozenset[str] = field(default_factory=frozenset)
    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL
    paused_until_on: date | None = None
    changed_at: datetime | None = None

    def is_paused(self, day: date) -> bool:
        """Say whether ``day`` lies in a pause."""
        return self.paused_until_on is not None and day < self.paused_until_on


@dataclass(frozen=True, slots=True)
class Wanted:
    """One reminder that should exist: due ``at``, and too late from ``expires_at`` on.

    ``since_at`` is when the patient chose anew: what was due before that is not made anew, nor moved there.
    What stands and waits for its mail stays.
    """

    recipient: str
    kind: str
    subject: str
    local_on: date
    slot: str
    wall_time: time
    time_zone: str
    at: datetime
    expires_at: datetime
    since_at: datetime | None = None

    @property
    def is_made_anew(self) -> bool:
        """Say whether a row may be made for it, or moved to it."""
        return self.since_at is None or self.at >= self.since_at

    @property
    def identity(self) -> tuple[str, str, str, str, date | None]:
        """Return what makes it the same reminder, wherever its date and hour have moved to.

        A daily reminder is one per date. Any other is one for what it is about: a change of zone, plan or
        pause may move it to another date, and must never make a second one.
        """
        return identity(self.recipient, self.kind, self.subject, self.slot, self.local_on)


def identity(
    recipient: str, kind: str, subject: str, slot: str, local_on: date
) -> tuple[str, str, str, str, date | None]:
    """Return what makes a reminder the same one; see ``Wanted.identity``."""
    return recipient, kind, subject, slot, local_on if kind in DAILY else None
