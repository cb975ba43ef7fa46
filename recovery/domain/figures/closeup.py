"""Hands and feet seen close up."""

from collections.abc import Collection, Sequence

from recovery.domain.figures.strokes import LOOKS, Point, Shape, blob, lines, tubes, turn

KNUCKLES = (15.5, 5, -5.5, -15.5)
FINGERS = (33, 38, 34, 26)
SPREAD = (3, 1, -1, -3)
PHALANGES = (22, 16, 13)
INNER = tuple(inner for _outer, inner in LOOKS.values())


def merge(*groups: Sequence[Shape]) -> list[Shape]:
    """Let touching parts become one body: all outlines first, then what they enclose."""
    shapes = [one for group in groups for one in group]
    return sorted(shapes, key=lambda one: one.kind.split()[0] in INNER)


class Frame:
    """A corner to draw from: ``u`` runs along a direction, ``v`` to its side."""

    def __init__(self, origin: Point, aim: float, side: int = 1, size: float = 1) -> None:
        self.origin, self.aim, self.side, self.size = origin, aim, side, size

    def at(self, u: float, v: float = 0) -> Point:
        """Return the point that lies so far along, and so far to the side."""
        along = turn(self.origin, self.aim, u * self.size)
        return turn(along, self.aim + 90 * self.side, v * self.size)

    def way(self, start: Point, angle: float, length: float) -> Point:
        """Return a point by an angle that opens toward the side."""
        return turn(start, self.aim + angle * self.side, length * self.size)


def flat_hand(
    wrist: Point,
    *,
    aim: float = 90,
    side: int = 1,
    spread: Sequence[float] = SPREAD,
    thumb: Sequence[float] = (48, 30),
    bent: bool = False,
    arm: float | None = None,
    moving: Collection[str] = (),
    marks: str = "",
    size: float = 1,
) -> list[Shape]:
    """Draw a hand from the front or the back; its thumb lies ``side`` (1: left of the way it points).

    ``spread`` and ``thumb`` are angles from the way the hand points, toward the thumb. ``bent`` closes the
    fingers to a fist. ``arm`` is where the forearm goes. ``marks`` are nails or creases: back or palm.
    ``moving`` names fingers, thumb or hand.
    """
    hand = Frame(wrist, aim, side, size)
    whole = "now" if "hand" in moving else "own"
    fingers = "now" if {"hand", "fingers"} & set(moving) else "own"
    arm_end = turn(wrist, aim + 180 if arm is None else arm, 46 * size)
    forearm = tubes("own", ((wrist, arm_end), 27 * size))
    palm = blob(whole, hand.at(6, 11), hand.at(31, 13), hand.at(31, -13), hand.at(6, -11), width=17 * size)
    digits = [_finger(hand, number, spread[number]) for number in range(4)]
    straight = tubes(fingers, *((points, 12.5 * size) for points in digits))
    thumb_points = _thumb(hand, thumb)
    thumb_shape = tubes("now" if {"hand", "thumb"} & set(moving) else "own", (thumb_points, 13 * size))
    if bent:
        fist = [(hand.at(38, v), hand.at(17, v)) for v in KNUCKLES]
        apart = [shape for one in fist for shape in tubes(fingers, (one, 13.5 * size))]
        return [*merge(forearm, palm), *apart, *thumb_shape]
    drawn = merge(forearm, palm, *([straight, thumb_shape] if fingers == whole else []))
    if fingers != whole:
        drawn = (
            [*drawn, *straight, *thumb_shape] if "thumb" not in moving else [*straight, *drawn, *thumb_shape]
        )
    elif "thumb" in moving:
        drawn = [*merge(forearm, palm, straight), *thumb_shape]
    return [*drawn, *_marks(hand, digits, thumb_points, marks)]


def _finger(hand: Frame, number: int, spread: float) -> tuple[Point, ...]:
    root = hand.at(34, KNUCKLES[number])
    return root, hand.way(root, spread, FINGERS[number])


def _thumb(hand: Frame, angles: Sequence[float]) -> tuple[Point, ...]:
    at = hand.at(8, 15)
    points = [at]
    for angle, length in zip(angles, (20, 17), strict=True):
        at = hand.way(at, angle, length)
        points.append(at)
    return tuple(points)


def _marks(hand: Frame, digits: list[tuple[Point, ...]], thumb: tuple[Point, ...], kind: str) -> list[Shape]:
    if kind == "back":
        nails = [(_between(one, 0.92), _between(one, 1.08)) for one in [*digits, thumb[1:]]]
        knuckles = [(hand.at(33, v - 2.5), hand.at(33, v + 2.5)) for v in KNUCKLES]
        return [lines("nl", *nails), lines("cr", *knuckles)]
    if kind == "palm":
        folds = (
            (hand.at(27, 17), hand.at(23, 4), hand.at(27, -14)),
            (hand.at(24, 17), hand.at(17, 5), hand.at(4, 3)),
        )
        joints = [(hand.at(34 + u, v - 3), hand.at(34 + u, v + 3)) for v in KNUCKLES for u in (2, 15)]
        return [lines("cr", *folds, *joints)]
    return []


def _between(points: tuple[Point, ...], share: float) -> Point:
    (x1, y1), (x2, y2) = points[0], points[-1]
    return x1 + (x2 - x1) * share, y1 + (y2 - y1) * share


def side_hand(
    wrist: Point,
    *,
    arm: float,
    palm: float,
    fingers: Sequence[float] | None = None,
    thumb: Sequence[float] | None = None,
    moving: Collection[str] = (),
    size: float = 1,
    reach: float = 60,
) -> list[Shape]:
    """Draw a hand from the side: where the forearm goes, then the angles of palm, finger joints and thumb.

    ``moving`` names fingers, thumb or hand. The forearm is ``reach`` long.
    """
    knuckle = turn(wrist, palm, 36 * size)
    points, at = [knuckle], knuckle
    for angle, length in zip((palm,) * 3 if fingers is None else fingers, PHALANGES, strict=True):
        at = turn(at, angle, length * size)
        points.append(at)
    whole = "now" if "hand" in moving else "own"
    finger = "now" if {"hand", "fingers"} & set(moving) else "own"
    forearm = tubes("own", ((wrist, turn(wrist, arm, reach * size)), 24 * size))
    back = tubes(whole, ((wrist, knuckle), 22 * size))
    digits = tubes(finger, (tuple(points), 14 * size))
    shapes = merge(forearm, back) if finger != whole else merge(forearm, back, digits)
    if whole == "now":
        shapes = [*forearm, *merge(back, digits)]
    elif finger != whole:
        shapes = [*digits, *shapes]
    if thumb:
        root = turn(turn(wrist, palm, 13 * size), palm + 90, 0)
        middle = turn(root, thumb[0], 18 * size)
        look = "now" if {"hand", "thumb"} & set(moving) else "own"
        shapes += tubes(look, ((root, middle, turn(middle, thumb[1], 15 * size)), 12.5 * size))
    return shapes


def foot(
    ankle: Point,
    *,
    shin: float = 90,
    aim: float = 0,
    toes: float | None = None,
    side: int = 1,
    moving: Collection[str] = (),
    reach: float = 70,
    size: float = 1,
) -> list[Shape]:
    """Draw a foot from the side: where it points, where the leg goes, and the angle of the toes.

    ``side`` is 1 where the sole lies to the right of the way it points. ``moving`` names foot or toes.
    """
    down = aim - 90 * side
    heel = turn(turn(ankle, aim + 180, 9 * size), down, 15 * size)
    ball = turn(turn(ankle, aim, 44 * size), down, 17 * size)
    angle = aim if toes is None else toes
    tip = turn(ball, angle, 19 * size)
    whole = "now" if "foot" in moving else "own"
    leg = tubes("own", ((ankle, turn(ankle, shin, reach * size)), 27 * size))
    body = blob(whole, ankle, heel, ball, width=22 * size)
    toe = tubes("now" if {"foot", "toes"} & set(moving) else "own", ((ball, tip), 17 * size))
    if whole == "now":
        return [*leg, *merge(body, toe)]
    return [*toe, *merge(leg, body)] if "toes" in moving else merge(leg, body, toe)


def foot_front(ankle: Point, *, tilt: float = 0, moving: bool = False, size: float = 1) -> list[Shape]:
    """Draw a foot from the front, with its toes; ``tilt`` turns the sole, in degrees."""
    frame = Frame(ankle, -90 + tilt, 1, size)
    look = "now" if moving else "own"
    leg = tubes("own", ((ankle, turn(ankle, 90, 66 * size)), 30 * size))
    body = blob(look, frame.at(6, 8), frame.at(6, -8), frame.at(34, -16), frame.at(34, 16), width=16 * size)
    widths = ((15, 15), (4, 12), (-4.5, 11), (-12, 10), (-19, 9))
    toes = [
        shape
        for v, width in widths
        for shape in tubes(look, ((frame.at(38, v), frame.at(42, v)), width * size), border=4)
    ]
    return [*leg, *body, *toes]
