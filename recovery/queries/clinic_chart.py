"""Pain as the clinic's pages draw it: a small line, and a chart. The words are the finding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from recovery.domain import chart
from recovery.domain.progress import pain_fact
from recovery.queries.chart_words import gaps

SPARK_DAYS = 14
SPARK_WIDTH, SPARK_PAD = 96, 4
SPARK_TOP, SPARK_POINT = 3, 3.0
PAIN_TICKS = ((0, "0"), (5, "5"), (10, "10"))


@dataclass(frozen=True, slots=True)
class Spark:
    """Pain of the last days as a small line; ``lines`` are runs of days without a gap."""

    lines: tuple[str, ...]
    last_x: str
    last_y: str
    words: str


@dataclass(frozen=True, slots=True)
class PainChart:
    """Pain at rest by day. ``finding`` is the heading, ``desc`` the same in full for who cannot see it."""

    line: chart.Line
    finding: str
    desc: str


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
    drawn = chart.line(pain, ticks=PAIN_TICKS, marks=marks)
    if drawn is None:
        return None
    finding = pain_words(pain)
    return PainChart(drawn, finding, f"{finding} {gaps(pain)}")


def _spark_y(pain: int) -> float:
    return SPARK_TOP + SPARK_POINT * (10 - pain)


def _runs(days: list[date]) -> list[list[date]]:
    runs = [[days[0]]]
    for day in days[1:]:
        if (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
