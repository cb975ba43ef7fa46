"""A recovery as tests know it, and any recovery with any wishes that hypothesis can think of."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from reminders.domain import Facts, Wishes, instant_of, wanted
from reminders.domain.facts import Dose, Film, Hour, Plan, Task, Visit
from tests.reminders.domain.zones import ZONES

DAY = timedelta(days=1)
MADRID = "Europe/Madrid"
TODAY = date(2026, 11, 22)
LONG_AGO = datetime(2026, 10, 1, 12, tzinfo=UTC)
PLAN = Plan("plan-1", LONG_AGO, LONG_AGO, is_first=True)
TASK = Task(date(2026, 10, 2), None, False, LONG_AGO)
VISIT = Visit("v1", "x_ray", date(2026, 12, 1), time(10, 40), 30, "Room 2", 0, "week-6", LONG_AGO)


def facts(**changes) -> Facts:
    """Return a recovery in Madrid with a plan, as known on 22 November 2026."""
    usual = Facts(
        patient="pat",
        today_on=TODAY,
        is_open=True,
        time_zone=MADRID,
        clinic_zone=MADRID,
        opened_at=LONG_AGO,
        account_since_at=LONG_AGO,
        plan=PLAN,
    )
    return replace(usual, **changes)


def laid_out(known: Facts, wishes: Wishes | None = None, days: int = 14):
    return wanted(known, wishes or Wishes(), from_on=known.today_on, until_on=known.today_on + DAY * days)


def of_kind(kind: str, *args, **kwargs):
    return [one for one in laid_out(*args, **kwargs) if one.kind == kind]


def dose(*at: time, **changes) -> Dose:
    """Return a medicine, by default for 8 o'clock every day; its slots are 1, 2 and so on."""
    hours = tuple(Hour(str(number), one, LONG_AGO) for number, one in enumerate(at or (time(8),), start=1))
    return replace(Dose("d1", "medicine", "Blue tablet", 1, hours, date(2026, 10, 2), None), **changes)


def local(one) -> datetime:
    return one.at.astimezone(ZoneInfo(one.time_zone))


@st.composite
def doses(draw, days, long_ago: datetime) -> Dose:
    """Draw something on the list: a medicine at any hour before 21:00, or a bone-health item by day."""
    kind = draw(st.sampled_from(["medicine", "bone_health"]))
    earliest = time(0) if kind == "medicine" else time(8)
    times = st.times(earliest, time(20, 59)).map(lambda at: at.replace(second=0, microsecond=0))
    since = st.integers(0, 45).map(lambda n: long_ago + DAY * n)
    hours = [
        Hour(str(number), at, draw(since))
        for number, at in enumerate(sorted(draw(st.sets(times, min_size=1, max_size=3))))
    ]
    start = draw(days)
    return Dose(
        key=draw(st.uuids().map(str)), kind=kind, label="Blue tablet", every_days=draw(st.sampled_from([1, 2, 7, 28])),
        hours=tuple(hours), starts_on=start, ends_on=draw(st.none() | st.just(start + DAY * 20)),
    )  # fmt: skip


@st.composite
def situations(draw) -> tuple[Facts, Wishes]:
    """Draw a recovery and wishes in any zone, at any season, with everything that can be asked for."""
    zone = draw(st.sampled_from(ZONES))
    today = draw(st.dates(date(2010, 1, 1), date(2029, 1, 1)))
    long_ago = instant_of(today - DAY * 40, time(12), zone)
    days = st.integers(-10, 40).map(lambda n: today + DAY * n)
    hours = st.times().map(lambda at: at.replace(second=0, microsecond=0))
    visits = tuple(
        Visit(f"v{n}", "therapy", on, at, 30, "", 0, draw(st.sampled_from(["", "f0", "f1"])), long_ago)
        for n, (on, at) in enumerate(draw(st.lists(st.tuples(days, hours), max_size=3)))
    )
    films = tuple(Film(f"f{n}", on, on + DAY * 14) for n, on in enumerate(draw(st.lists(days, max_size=3))))
    known = Facts(
        patient="pat",
        today_on=today,
        is_open=draw(st.booleans()) or draw(st.booleans()),
        time_zone=zone,
        clinic_zone=draw(st.sampled_from(ZONES)),
        opened_at=long_ago,
        account_since_at=draw(st.sampled_from([None, long_ago])),
        plan=draw(
            st.sampled_from(
                [None, Plan("p", long_ago, long_ago, True), Plan("q", long_ago + DAY * 39, long_ago, False)]
            )
        ),
        tasks=tuple(
            Task(start, None, draw(st.booleans()), long_ago) for start in draw(st.lists(days, max_size=2))
        ),
        days_done=draw(st.frozensets(days, max_size=4)),
        visits=visits,
        films=films,
        films_taken=draw(st.frozensets(st.sampled_from(["f0", "f1", "f2"]), max_size=1)),
        days_logged=draw(st.frozensets(days, max_size=4)),
        log_prompts_sent_on=draw(st.frozensets(days, max_size=4)),
        doses=tuple(draw(st.lists(doses(days, long_ago), max_size=2))),
    )
    wishes = Wishes(
        exercise_hours=tuple(draw(st.lists(st.none() | hours, min_size=1, max_size=3))),
        log_at=draw(hours),
        visit_at=draw(hours),
        kinds_off=draw(
            st.frozensets(
                st.sampled_from(["exercises", "log", "visit", "x_ray_book", "medicine"]), max_size=2
            )
        ),
        quiet_from=draw(st.sampled_from([time(18), time(21), time(23)])),
        quiet_until=draw(st.sampled_from([time(6), time(8), time(11)])),
        paused_until_on=draw(st.none() | days),
    )
    return known, wishes
