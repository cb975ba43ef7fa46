"""Geometry of the clinic's small drawings of pain. Decimals have one digit; the words are the finding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from recovery.domain.progress import pain_fact

SPARK_DAYS = 14
SPARK_WIDTH, SPARK_PAD = 96, 4
SPARK_TOP, SPARK_POINT = 3, 3.0
CHART_LEFT, CHART_RIGHT, CHART_TOP, CHART_BOTTOM = 30, 300, 26, 184
MARKS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Spark:
    """Pain of the last days as a small line; ``lines`` are runs of days without a gap."""

    lines: tuple[str, ...]
    last_x: str
    last_y: str
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    x: str
    y: str
    on: date
    pain: int


@dataclass(frozen=True, slots=True)
class Link:
    """A line between two logged days; a dotted one jumps over days without a log."""

    x1: str
    y1: str
    x2: str
    y2: str
    is_gap: bool


@dataclass(frozen=True, slots=True)
class Mark:
    x: str
    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class PainChart:
    """Pain at rest by day. ``finding`` is the heading, ``desc`` the same in full for who cannot see it."""

    points: tuple[Point, ...]
    links: tuple[Link, ...]
    marks: tuple[Mark, ...]
    finding: str
    desc: str
    first_on: date
    last_on: date

    @property
    def last(self) -> Point:
        """Return the newest point."""
        return self.points[-1]


def spark(pain: Mapping[date, int], *, today: date) -> Spark | None:
    """Return the last 14 days of pain as a small line; None without a log in them."""
    first = today - timedelta(days=SPARK_DAYS - 1)
    days = sorted(day for day in pain if first <= day <= today)
    if not days:
        return None
    step = (SPARK_WIDTH - 2 * SPARK_PAD) / (SPARK_DAYS - 1)
    place = {day: (SPARK_PAD + step * (day - first).days, _spark_y(pain[day])) for day in days}
    lines = tuple(" ".join(f"{place[day][0]:.1f},{place[day][1]:.1f}" for day in run) for run in _runs(days))
    x, y = place[days[-1]]
    return Spark(lines, f"{x:.1f}", f"{y:.1f}", pain_words({day: pain[day] for day in days}))


def pain_words(pain: Mapping[date, int]) -> str:
    """Say as a fact how pain went from the first log to the last; empty without a log."""
    fact = pain_fact(pain)
    if fact is None:
        return (
            _("Pain %(pain)s out of 10 in the only log.") % {"pain": next(iter(pain.values()))}
            if pain
            else ""
        )
    if fact.change == 0:
        return _("Pain %(pain)s on the first and the last of %(days)s days.") % {
            "pain": fact.last,
            "days": fact.days + 1,
        }
    words = _("Pain went from %(first)s to %(last)s in %(days)s days.")
    return words % {"first": fact.first, "last": fact.last, "days": fact.days}


def pain_chart(pain: Mapping[date, int], *, marks: Iterable[tuple[date, str]]) -> PainChart | None:
    """Return the chart of all days given; None under three logs, where a line would say nothing."""
    days = sorted(pain)
    if len(days) < 3:
        return None
    span = (days[-1] - days[0]).days
    step = (CHART_RIGHT - CHART_LEFT) / span
    points = tuple(
        Point(f"{CHART_LEFT + step * (day - days[0]).days:.1f}", f"{_chart_y(pain[day]):.1f}", day, pain[day])
        for day in days
    )
    missing = span + 1 - len(days)
    finding = pain_words(pain)
    gaps = (
        _("%(count)s days have no entry.") % {"count": missing} if missing else _("Every day has an entry.")
    )
    return PainChart(
        points=points,
        links=tuple(
            Link(one.x, one.y, two.x, two.y, is_gap=(two.on - one.on).days > 1)
            for one, two in pairwise(points)
        ),
        marks=_marks(marks, days[0], days[-1], step),
        finding=finding,
        desc=f"{finding} {gaps}",
        first_on=days[0],
        last_on=days[-1],
    )


def _marks(marks: Iterable[tuple[date, str]], first_on: date, last_on: date, step: float) -> tuple[Mark, ...]:
    inside = sorted(one for one in marks if first_on <= one[0] <= last_on)[-MARKS_SHOWN:]
    found = []
    for on, words in inside:
        x = CHART_LEFT + step * (on - first_on).days
        anchor = "start" if x < CHART_LEFT + 30 else "end" if x > CHART_RIGHT - 30 else "middle"
        found.append(Mark(f"{x:.1f}", words, anchor))
    return tuple(found)


def _spark_y(pain: int) -> float:
    return SPARK_TOP + SPARK_POINT * (10 - pain)


def _chart_y(pain: int) -> float:
    return CHART_BOTTOM - (CHART_BOTTOM - CHART_TOP) / 10 * pain


def _runs(days: list[date]) -> list[list[date]]:
    runs = [[days[0]]]
    for day in days[1:]:
        if (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
