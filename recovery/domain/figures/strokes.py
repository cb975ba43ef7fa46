"""What every figure is made of: round-capped lines on a grid of points, y down, angles in degrees.

An angle of 0 points right, 90 up, 180 left, -90 down. A kind is the name of a CSS class; colours live in the
style sheet. ``own`` is the person, ``now`` the part that moves, ``far`` what lies behind.
"""

from dataclasses import dataclass
from math import atan2, cos, degrees, radians, sin

Point = tuple[float, float]
BORDER = 5.0
LOOKS = {"own": ("fo", "fi"), "now": ("mo", "mi"), "far": ("xo", "xi")}


@dataclass(frozen=True, slots=True)
class Shape:
    """One path: its CSS class, its SVG path data, and its width where the class does not say it."""

    kind: str
    data: str
    width: float | None = None


Panel = tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """An exercise in two to four pictures, side by side or one above the other.

    ``shows`` names, for each picture, the steps of the exercise that it shows, from 0.
    """

    panels: tuple[Panel, ...]
    shows: tuple[tuple[int, ...], ...]
    height: float
    is_stacked: bool = False


def turn(origin: Point, angle: float, length: float) -> Point:
    """Return the point at a distance and an angle from another."""
    return origin[0] + cos(radians(angle)) * length, origin[1] - sin(radians(angle)) * length


def angle_of(start: Point, end: Point) -> float:
    """Return the angle of the way from one point to another."""
    return degrees(atan2(start[1] - end[1], end[0] - start[0]))


def number(value: float) -> str:
    """Write a coordinate; a whole one is exact enough for lines as thick as these."""
    return str(round(value))


def _at(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def line(kind: str, *points: Point, width: float | None = None, closed: bool = False) -> Shape:
    """Draw a line through points."""
    return Shape(kind, "M" + "L".join(_at(one) for one in points) + ("Z" if closed else ""), width)


def lines(kind: str, *parts: tuple[Point, ...], width: float | None = None) -> Shape:
    """Draw several lines as one path."""
    return Shape(kind, "".join(line(kind, *one).data for one in parts), width)


def curve(kind: str, start: Point, bend: Point, end: Point, width: float | None = None) -> Shape:
    """Draw a bow from one point to another, drawn toward a third."""
    return Shape(kind, f"M{_at(start)}Q{_at(bend)} {_at(end)}", width)


def disc(kind: str, centre: Point, radius: float) -> Shape:
    """Draw a circle."""
    (x, y), r, across = centre, round(radius), 2 * round(radius)
    return Shape(kind, f"M{_at((round(x) - r, y))}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0-{across} 0Z")


def arrow(start: Point, bend: Point, end: Point, *, both_ways: bool = False) -> Shape:
    """Draw a bow with a head that shows where a movement goes."""
    data = curve("mv", start, bend, end).data + _head(bend, end)
    return Shape("mv", data + (_head(bend, start) if both_ways else ""))


def _head(before: Point, tip: Point) -> str:
    back = angle_of(tip, before)
    return f"M{_at(turn(tip, back + 38, 10))}L{_at(tip)}L{_at(turn(tip, back - 38, 10))}"


def straight(start: Point, end: Point, *, both_ways: bool = False) -> Shape:
    """Draw a straight arrow."""
    return arrow(start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end, both_ways=both_ways)


def tubes(look: str, *parts: tuple[tuple[Point, ...], float], border: float = BORDER) -> list[Shape]:
    """Draw limbs with an outline; where several touch, they become one body."""
    outer, inner = LOOKS[look]
    return [
        *(line(outer, *points, width=width) for points, width in parts),
        *(line(inner, *points, width=width - border) for points, width in parts),
    ]


def blob(look: str, *points: Point, width: float = 12, border: float = BORDER) -> list[Shape]:
    """Draw a filled, rounded area with an outline."""
    outer, inner = LOOKS[look]
    return [
        line(f"{outer} fl", *points, width=width, closed=True),
        line(f"{inner} fl", *points, width=width - border, closed=True),
    ]
