"""Geometry of charts: values by day become places in a drawing. No words, no colours, no judgement.

A drawing is 326 wide. Decimals have one digit. A day without a value gets no point, and never a zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

WIDTH = 326
LEFT, RIGHT = 30, 300
LEAST_POINTS = 3
"""Under three values a line would say nothing."""
POINTS_SHOWN = 31
"""With more values than this only the line is drawn, and its last point."""
MARKS_SHOWN = 3
LEAD = timedelta(days=7)
"""A mark so shortly before the first value still stands in the drawing."""
MARK_ROW = 18
MARK_HALF = 34
"""About half of a mark's word, to keep two words apart."""
PLOT_HEIGHT = 158
BAR_HEIGHT = 100
BAR_TOP = 24
BARS_LABELLED = 14


@dataclass(frozen=True, slots=True)
class Point:
    """One value at its place."""

    x: str
    y: str
    on: date
    value: float


@dataclass(frozen=True, slots=True)
class Link:
    """A dotted line over days without a value."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on which something happened: a dashed line with its word. ``y`` is the word's place."""

    x: str
    y: str
    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One line across, with its label."""

    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A measure over time. ``runs`` are the days in a row as "x,y x,y", ``gaps`` what lies between them."""

    points: tuple[Point, ...]
    runs: tuple[str, ...]
    gaps: tuple[Link, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    top: int
    bottom: int
    height: int
    first_on: date
    last_on: date
    has_points: bool

    @property
    def last(self) -> Point:
        """Return the newest point."""
        return self.points[-1]


@dataclass(frozen=True, slots=True)
class Bar:
    """What was done of what was planned. ``middle`` is where its labels stand."""

    x: str
    middle: str
    width: str
    done_y: str
    done_height: str
    planned_y: str
    planned_height: str
    on: date
    done: int
    planned: int


def line(
    values: Mapping[date, float],
    *,
    ticks: Sequence[tuple[float, str]],
    marks: Iterable[tuple[date, str]] = (),
    gap_days: int = 1,
    is_stepless: bool = True,
    has_inner_labels: bool = False,
    plot_height: int = PLOT_HEIGHT,
) -> Line | None:
    """Draw values by day; None under three of them.

    ``ticks`` go from the lowest to the highest value, the lowest at the bottom. Two values more than
    ``gap_days`` apart are joined by a dotted link. ``is_stepless`` is False for answers in words: between
    two of them lies nothing, so no line is drawn. Of ``marks``, the most important first, three are shown.
    ``has_inner_labels`` leaves room above for labels that stand inside the drawing.
    """
    days = sorted(values)
    if len(days) < LEAST_POINTS:
        return None
    chosen = _inside(marks, days[0] - LEAD, days[-1])
    first_on, last_on = min([days[0], *(on for on, _words in chosen)]), days[-1]
    step = (RIGHT - LEFT) / (last_on - first_on).days
    placed = _placed(chosen, first_on, step)
    top = 8 + MARK_ROW * (1 + max((row for *_rest, row in placed), default=0) + has_inner_labels)
    bottom = top + plot_height
    low, high = ticks[0][0], ticks[-1][0]

    def height_of(value: float) -> float:
        return bottom - plot_height * (value - low) / (high - low)

    points = tuple(
        Point(_one(LEFT + step * (day - first_on).days), _one(height_of(values[day])), day, values[day])
        for day in days
    )
    jumps = [
        Link(one.x, one.y, two.x, two.y) for one, two in pairwise(points) if (two.on - one.on).days > gap_days
    ]
    return Line(
        points=points,
        runs=runs(points, gap_days=gap_days) if is_stepless else (),
        gaps=tuple(jumps) if is_stepless else (),
        marks=tuple(
            Mark(_one(x), _one(14 + MARK_ROW * row), words, anchor) for x, words, anchor, row in placed
        ),
        ticks=tuple(Tick(_one(height_of(at)), label) for at, label in ticks),
        top=top,
        bottom=bottom,
        height=bottom + 30,
        first_on=first_on,
        last_on=last_on,
        has_points=len(points) <= POINTS_SHOWN or not is_stepless,
    )


def runs(points: Sequence[Point], *, gap_days: int = 1) -> tuple[str, ...]:
    """Join points of days in a row: "30.0,26.0 39.3,42.0"; a point that stands alone makes no line."""
    found: list[list[Point]] = []
    for point in points:
        if found and (point.on - found[-1][-1].on).days <= gap_days:
            found[-1].append(point)
        else:
            found.append([point])
    return tuple(" ".join(f"{one.x},{one.y}" for one in run) for run in found if len(run) > 1)


def bars(planned: Mapping[date, int], done: Mapping[date, int]) -> tuple[Bar, ...]:
    """Draw a bar for each day (or week, by its first day) that ``planned`` names, all in one scale."""
    days = sorted(planned)
    most = max([1, *planned.values(), *(done.get(day, 0) for day in days)])
    slot = (WIDTH - 16) / max(1, len(days))
    width = slot * (0.78 if len(days) <= BARS_LABELLED else 0.7)
    found = []
    for number, day in enumerate(days):
        middle = 8 + slot * (number + 0.5)
        done_height = BAR_HEIGHT * done.get(day, 0) / most
        planned_height = BAR_HEIGHT * planned[day] / most
        found.append(
            Bar(
                x=_one(middle - width / 2),
                middle=_one(middle),
                width=_one(width),
                done_y=_one(BAR_TOP + BAR_HEIGHT - done_height),
                done_height=_one(done_height),
                planned_y=_one(BAR_TOP + BAR_HEIGHT - planned_height),
                planned_height=_one(planned_height),
                on=day,
                done=done.get(day, 0),
                planned=planned[day],
            )
        )
    return tuple(found)


def round_top(most: float) -> float:
    """Return a round number at or above a value, so that half of it reads well: 10, 20, 40, 50, 100, ..."""
    size = 10.0
    while True:
        for factor in (1, 2, 4, 5, 6, 8):
            if size * factor >= most:
                return size * factor
        size *= 10


def _inside(marks: Iterable[tuple[date, str]], first_on: date, last_on: date) -> list[tuple[date, str]]:
    """Keep the first marks that lie within the days, in order of their days."""
    return sorted([one for one in marks if first_on <= one[0] <= last_on][:MARKS_SHOWN])


def _placed(
    marks: Iterable[tuple[date, str]], first_on: date, step: float
) -> list[tuple[float, str, str, int]]:
    """Place marks: a word that would touch the one before moves a row down, the same word is said once."""
    found: list[tuple[float, str, str, int]] = []
    said = ""
    for on, words in marks:
        x = LEFT + step * (on - first_on).days
        anchor = "start" if x < LEFT + MARK_HALF else "end" if x > RIGHT - MARK_HALF else "middle"
        is_close = bool(found) and x - found[-1][0] < 3 * MARK_HALF
        if is_close and words == said:
            found.append((x, "", anchor, found[-1][3]))
        else:
            found.append((x, words, anchor, found[-1][3] + 1 if is_close else 0))
            said = words
    return found


def _one(number: float) -> str:
    return f"{number:.1f}"
