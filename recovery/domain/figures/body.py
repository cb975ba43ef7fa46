"""A person from the side, from the front or from above, put into a pose by the angles of the joints."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from recovery.domain.figures.strokes import (
    BORDER,
    LOOKS,
    Panel,
    Point,
    Shape,
    blob,
    disc,
    line,
    lines,
    tubes,
    turn,
)

ARM = ("arm", "forearm")
LEG = ("thigh", "shin", "foot")
FAR_ARM = ("far_arm", "far_forearm")
FAR_LEG = ("far_thigh", "far_shin", "far_foot")
STRAIGHT_DOWN = (-90.0, -90.0, 0.0)
TORSO, UPPER, FORE, THIGH, SHIN, FOOT = 42, 21, 24, 31, 31, 11
ARM_PARTS = {"arm": UPPER, "forearm": FORE}
LEG_PARTS = {"thigh": THIGH, "shin": SHIN, "foot": FOOT}
ARM_WIDTH, LEG_WIDTH, TORSO_WIDTH, HEAD = 9.5, 12, 21, 11
Segment = tuple[str, Point, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A person from the side, who looks to the right, or up where the head lies left.

    Arms are the angles of upper arm and forearm, legs those of thigh, shin and foot.
    """

    hip: Point
    torso: float = 90
    head: float | None = None
    arm: tuple[float, float] = (-95, -80)
    far_arm: tuple[float, float] | None = None
    leg: tuple[float, float, float] | None = STRAIGHT_DOWN
    far_leg: tuple[float, float, float] | None = None
    size: float = 1

    @property
    def shoulder(self) -> Point:
        """Return where the arms begin."""
        return turn(self.hip, self.torso, TORSO * 0.86 * self.size)

    @property
    def head_at(self) -> Point:
        """Return the middle of the head."""
        neck = turn(self.hip, self.torso, TORSO * self.size)
        return turn(neck, self.torso if self.head is None else self.head, 18 * self.size)

    def hand(self) -> Point:
        """Return where the near hand is."""
        return self.chain("arm")[-1][2]

    def end(self, part: str) -> Point:
        """Return where a part of the near leg ends: the knee for the thigh, the ankle for the shin."""
        return next(end for name, _start, end in self.chain("leg") if name == part)

    def chain(self, limb: str) -> list[Segment]:
        """Return the parts of a limb: each its name, where it begins, and where it ends."""
        far = "far_" if limb.startswith("far_") else ""
        angles = getattr(self, limb)
        if angles is None:
            return []
        is_arm = limb.endswith("arm")
        at = self.shoulder if is_arm else self.hip
        sizes = ARM_PARTS if is_arm else LEG_PARTS
        found = []
        for (name, length), angle in zip(sizes.items(), angles, strict=True):
            end = turn(at, angle, length * self.size)
            found.append((far + name, at, end))
            at = end
        return found


def draw(body: Body, *, moving: Collection[str] = (), was: Body | None = None) -> list[Shape]:
    """Draw a person; ``moving`` names the parts in motion, ``was`` the pose they come from, as a trace."""
    size, torso = body.size, "now" if "torso" in moving else "own"
    trunk = (body.hip, turn(body.hip, body.torso, TORSO * 0.88 * size)), TORSO_WIDTH * size
    shapes = list(_trace(was, moving)) if was else []
    for limb in ("far_leg", "far_arm"):
        shapes += _limb(body, limb, moving, plain="far")
    legs, still = _limb(body, "leg", moving), torso == "own"
    if still and not set(LEG) & set(moving):
        shapes += tubes("own", trunk, *_legs(body))
    elif still:
        shapes += [*tubes("own", trunk), *legs]
    else:
        shapes += [*legs, *tubes("now", trunk)]
    shapes += _head(body, "now" if "head" in moving else "own")
    return shapes + _limb(body, "arm", moving)


def _head(body: Body, look: str) -> list[Shape]:
    """Draw the head with a nose, so that one sees which way a person looks."""
    outer, inner = LOOKS[look]
    up = body.torso if body.head is None else body.head
    face, r = up - 90, HEAD * body.size
    nose = turn(body.head_at, face, r - 3), turn(body.head_at, face, r + 0.5 * body.size)
    return [
        line(outer, *nose, width=8.5 * body.size),
        disc(f"{outer} hd", body.head_at, r),
        disc(f"{inner} hf", body.head_at, r - 1),
        line(inner, *nose, width=8.5 * body.size - BORDER),
    ]


def _legs(body: Body) -> list[tuple[tuple[Point, ...], float]]:
    points = _joined(body.chain("leg"), (), False)
    return [(points, LEG_WIDTH * body.size)] if points else []


def _limb(body: Body, limb: str, moving: Collection[str], plain: str = "own") -> list[Shape]:
    """Draw a limb; the parts in motion are drawn last, over the still ones."""
    wide = (ARM_WIDTH if limb.endswith("arm") else LEG_WIDTH) * body.size
    chain = body.chain(limb)
    still, shown = _joined(chain, moving, False), _joined(chain, moving, True)
    return [
        *(tubes(plain, (still, wide)) if still else []),
        *(tubes("now", (shown, wide)) if shown else []),
    ]


def _joined(chain: list[Segment], moving: Collection[str], wanted: bool) -> tuple[Point, ...]:
    found = [one for one in chain if (one[0] in moving) is wanted]
    return (found[0][1], *(end for _name, _start, end in found)) if found else ()


def _trace(was: Body, moving: Collection[str]) -> Iterator[Shape]:
    for limb in ("far_leg", "far_arm", "leg", "arm"):
        points = _joined(was.chain(limb), moving, True)
        if points:
            yield lines("gh", points)
    if "torso" in moving:
        yield lines("gh", (was.hip, turn(was.hip, was.torso, TORSO * was.size)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A person from the front, or lying and seen from above; left and right are the viewer's.

    ``lean`` turns the whole person (90 stands); ``is_back`` leaves out the face.
    """

    neck: Point
    left_arm: tuple[float, float] = (-100, -88)
    right_arm: tuple[float, float] = (-80, -92)
    left_leg: tuple[float, float, float] | None = (-91, -90, 200)
    right_leg: tuple[float, float, float] | None = (-89, -90, -20)
    size: float = 1
    is_back: bool = False

    def joint(self, side: int, down: float, out: float) -> Point:
        """Return a point of the trunk, by how far it is from the neck and from the middle."""
        return self.neck[0] + side * out * self.size, self.neck[1] + down * self.size

    def limb(self, name: str) -> tuple[Point, ...]:
        """Return the joints of a limb."""
        side, angles = (-1 if name.startswith("left") else 1), getattr(self, name)
        if angles is None:
            return ()
        is_arm = name.endswith("arm")
        at = self.joint(side, 7, 16) if is_arm else self.joint(side, 45, 8)
        points = [at]
        for angle, length in zip(angles, (UPPER, FORE) if is_arm else (THIGH, SHIN, FOOT * 0.7), strict=True):
            at = turn(at, angle, length * self.size)
            points.append(at)
        return tuple(points)


LIMBS = ("left_leg", "right_leg", "left_arm", "right_arm")


def draw_front(body: Front, *, moving: Collection[str] = (), was: Front | None = None) -> list[Shape]:
    """Draw a person from the front; ``moving`` names whole limbs, or ``left_forearm``, ``right_forearm``."""
    size = body.size
    names = [one.replace("forearm", "arm") for one in moving]
    shapes = [lines("gh", was.limb(one)) for one in LIMBS if was and one in names]
    trunk = [body.joint(-1, 6, 10), body.joint(1, 6, 10), body.joint(1, 40, 6), body.joint(-1, 40, 6)]
    for name in LIMBS[:2]:
        shapes += _front_limb(body, name, moving)
    shapes += blob("own", *trunk, width=14 * size)
    head = (body.neck[0], body.neck[1] - 17 * size)
    shapes += [disc("fo hd", head, HEAD * size), disc("fi hf", head, HEAD * size - 1)]
    if not body.is_back:
        shapes.append(
            lines(
                "ey", *(((head[0] + x * size, head[1]), (head[0] + x * size, head[1] + 0.5)) for x in (-4, 4))
            )
        )
    for name in LIMBS[2:]:
        shapes += _front_limb(body, name, moving)
    return shapes


def _front_limb(body: Front, name: str, moving: Collection[str]) -> list[Shape]:
    points = body.limb(name)
    if not points:
        return []
    wide = (ARM_WIDTH if name.endswith("arm") else LEG_WIDTH) * body.size
    if name.endswith("arm") and name.replace("arm", "forearm") in moving:
        return [*tubes("own", (points[:2], wide)), *tubes("now", (points[1:], wide))]
    return tubes("now" if name in moving else "own", (points, wide))


def panel(*groups: Shape | Sequence[Shape]) -> Panel:
    """Put shapes and groups of shapes into one picture, the first at the back."""
    return tuple(shape for one in groups for shape in ([one] if isinstance(one, Shape) else one))
