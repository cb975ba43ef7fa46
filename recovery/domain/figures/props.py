"""What people sit, lie, lean and pull on."""

from recovery.domain.figures.strokes import Point, Shape, disc, line, lines, turn


def floor(y: float, start: float = 5, end: float = 158) -> Shape:
    """Draw the floor."""
    return line("pr", (start, y), (end, y))


def chair(x: float, seat: float, ground: float, *, back: bool = True) -> Shape:
    """Draw a chair that faces right; ``x`` is where its back is."""
    parts = [
        ((x, seat), (x + 46, seat)),
        ((x + 4, seat), (x + 4, ground)),
        ((x + 42, seat), (x + 42, ground)),
    ]
    if back:
        parts.append(((x, seat), (x - 4, seat - 46)))
    return lines("pr", *parts)


def bed(y: float, start: float = 14, end: float = 312) -> list[Shape]:
    """Draw a bed from the side."""
    return [line("pl", (start, y + 5), (end, y + 5), width=10)]


def pillow(centre: Point, width: float = 34) -> list[Shape]:
    """Draw a pillow from the side."""
    ends = (centre[0] - width / 2, centre[1]), (centre[0] + width / 2, centre[1])
    return [line("xo", *ends, width=14), line("xi", *ends, width=10)]


def table(start: float, end: float, y: float, ground: float, *, legs: bool = True) -> Shape:
    """Draw a table from the side."""
    feet = [((start + 6, y), (start + 6, ground)), ((end - 6, y), (end - 6, ground))] if legs else []
    return lines("pr", ((start, y), (end, y)), *feet)


def counter(x: float, y: float, ground: float, end: float = 158) -> Shape:
    """Draw a kitchen counter, from its edge to the right."""
    return line("pf", (x, y), (end, y), (end, ground), (x + 5, ground), (x + 5, y), closed=True)


def wall(x: float, top: float = 6, ground: float = 150) -> Shape:
    """Draw a wall on the right of ``x``, or on its left where x is small."""
    side = 1 if x > 60 else -1
    ticks = [((x, y), (x + 7 * side, y - 7)) for y in range(int(top) + 14, int(ground), 22)]
    return lines("pr", ((x, top), (x, ground)), *ticks)


def roll(centre: Point, radius: float = 11) -> list[Shape]:
    """Draw a rolled towel from its end."""
    return [disc("pf", centre, radius), disc("pr", centre, radius * 0.45)]


def band(*points: Point) -> Shape:
    """Draw a stretch band."""
    return line("bd", *points, width=4)


def stick(start: Point, end: Point) -> Shape:
    """Draw a stick."""
    return line("bd", start, end, width=6)


def hook(at: Point) -> Shape:
    """Draw where a band is fixed."""
    return disc("pf", at, 5)


def weight(at: Point, angle: float = 0, size: float = 1) -> list[Shape]:
    """Draw a small dumb-bell."""
    ends = turn(at, angle, 11 * size), turn(at, angle + 180, 11 * size)
    plates = [(turn(one, angle + 90, 6 * size), turn(one, angle - 90, 6 * size)) for one in ends]
    return [line("bd", *ends, width=5), lines("bd", *plates, width=7)]
