"""Figures of the exercises for hip and knee."""

from recovery.domain.figures import props
from recovery.domain.figures.body import LEG, Body, Front, draw, draw_front, panel
from recovery.domain.figures.strokes import (
    Figure,
    Panel,
    Point,
    Shape,
    arrow,
    blob,
    disc,
    line,
    lines,
    straight,
    tubes,
    turn,
)

GROUND = 152
FLAT = (0, 0, 80)
BENT = (52, -52, 0)
SIZE = 1.45


def lying(
    leg: tuple[float, float, float] = FLAT,
    far: tuple[float, float, float] | None = None,
    *,
    hip: tuple[float, float] = (146, 80),
    torso: float = 180,
    arm: tuple[float, float] = (-8, -2),
) -> Body:
    """Return a person who lies on the back, head left."""
    return Body(hip=hip, torso=torso, arm=arm, leg=leg, far_leg=far, size=SIZE, head=180)


def on_bed(
    body: Body, *more: Shape | list[Shape], moving: tuple[str, ...] = (), was: Body | None = None
) -> Panel:
    """Put a lying person on a bed."""
    return panel(props.bed(97), props.pillow((56, 93), 40), draw(body, moving=moving, was=was), *more)


def stacked(*panels: Panel, shows: tuple[tuple[int, ...], ...], height: float = 112) -> Figure:
    """Return pictures one above the other."""
    return Figure(panels, shows, height, is_stacked=True)


def _glutes() -> Figure:
    body = lying(arm=(2, 24))
    hip = body.hip

    return stacked(
        on_bed(body),
        on_bed(
            body,
            line("mo", (hip[0] - 12, 86), (hip[0] + 14, 87), width=17),
            line("mi", (hip[0] - 12, 86), (hip[0] + 14, 87), width=12),
            straight((hip[0] - 44, 112), (hip[0] - 14, 100)),
            straight((hip[0] + 46, 112), (hip[0] + 16, 100)),
        ),
        shows=((0,), (1,)),
        height=122,
    )


def _heel_slide() -> Figure:
    start, end = lying(FLAT, FLAT), lying((50, -54, 0), FLAT)
    return stacked(
        on_bed(start),
        on_bed(end, straight((268, 66), (222, 66)), moving=LEG),
        shows=((0,), (1,)),
    )


def _slide_out() -> Figure:
    def at(*, moving: bool) -> Panel:
        bed = line("pl", (38, 12), (314, 12), (314, 118), (38, 118), width=8, closed=True)
        return panel(bed, _from_above(1 if moving else 0, moving=moving))

    return stacked(at(moving=False), at(moving=True), shows=((0,), (1,)), height=130)


def _from_above(out: int, *, moving: bool) -> list[Shape]:
    """Draw a person who lies with the head left, seen from above."""
    leg_end = turn((172, 76), -20 if out else -2, 92)
    shapes = tubes("own", (((172, 54), (264, 52), (270, 44)), 19))
    if moving:
        shapes += [lines("gh", ((172, 76), (264, 79)))]
    look = "now" if moving else "own"
    shapes += tubes(look, (((172, 76), leg_end, (leg_end[0] + 6, leg_end[1] + 9)), 19))
    shapes += blob("own", (104, 52), (104, 78), (162, 72), (162, 58), width=20)
    shapes += [disc("fo hd", (70, 65), 17), disc("fi hf", (70, 65), 16)]
    shapes += [lines("ey", ((66, 59), (66, 59.5)), ((66, 71), (66, 71.5)))]
    shapes += tubes("own", (((104, 42), (138, 34), (170, 32)), 14), (((104, 88), (138, 96), (170, 98)), 14))
    return shapes + ([arrow((286, 76), (300, 92), (288, 108))] if moving else [])


def _standing(body: Body, *more: Shape | list[Shape], moving: tuple[str, ...] = ()) -> Panel:
    return panel(props.floor(GROUND), props.counter(104, 76, GROUND), draw(body, moving=moving), *more)


def _side_lift() -> Figure:
    rail = props.counter(8, 94, GROUND, 50)
    start = Front(neck=(88, 40), size=1.0, left_arm=(-118, -130), right_arm=(-80, -90))
    end = Front(
        neck=(88, 40), size=1.0, left_arm=(-118, -130), right_arm=(-80, -90), right_leg=(-58, -58, 10)
    )
    return Figure(
        (
            panel(props.floor(GROUND), rail, draw_front(start)),
            panel(
                props.floor(GROUND), rail, draw_front(end, moving=("right_leg",), was=start),
                arrow((112, 146), (138, 146), (150, 124)),
            ),
        ),
        ((0,), (1,)),
        160,
    )  # fmt: skip


def _back_lift() -> Figure:
    start = Body(hip=(76, 82), arm=(-62, -8), far_leg=(-92, -90, 0), leg=(-89, -90, 0), size=1.1)
    end = Body(hip=(76, 82), arm=(-62, -8), far_leg=(-90, -90, 0), leg=(-120, -124, -34), size=1.1)
    return Figure(
        (_standing(start), _standing(end, arrow((60, 146), (34, 148), (22, 124)), moving=LEG)),
        ((0,), (1,)),
        160,
    )


def _bridge() -> Figure:
    start = lying(BENT, hip=(150, 82))
    end = lying((22, -74, 0), hip=(148, 54), torso=199)
    return stacked(
        on_bed(start),
        on_bed(end, straight((158, 94), (158, 70)), moving=("torso", "thigh")),
        shows=((0,), (1,)),
    )


def _clam() -> Figure:
    body = Body(hip=(150, 72), torso=180, arm=(-52, 0), leg=None, size=SIZE, head=176)
    below = ((154, 76), (204, 80), (240, 90), (252, 90))

    def at(knee: Point, look: str, *more: Shape) -> Panel:
        top = ((152, 70), knee, (236, 82), (250, 84))
        legs = [*tubes("far", (below, 17)), *draw(body), *tubes(look, (top, 17.5))]
        return panel(props.bed(98), props.pillow((58, 90), 40), legs, *more)

    return stacked(
        at((200, 70), "own"), at((196, 26), "now", arrow((226, 56), (234, 36), (220, 16))), shows=((0,), (1,))
    )


def _long_sit(leg: tuple[float, float, float], x: float = 100) -> Body:
    return Body(hip=(x, 86), torso=108, arm=(-118, -106), leg=leg, size=1.15)


def _on_couch(body: Body, *more: Shape | list[Shape], moving: tuple[str, ...] = ()) -> Panel:
    return panel(props.bed(101), draw(body, moving=moving), *more)


def _quads() -> Figure:
    body = _long_sit((0, 0, 80))
    knee = body.end("thigh")
    press = [
        line("mo", (112, 86), (knee[0] + 2, 86), width=15),
        line("mi", (112, 86), (knee[0] + 2, 86), width=10),
        straight((knee[0], 50), (knee[0], 76)),
    ]
    raised = _long_sit((8, -8, 80))
    return stacked(_on_couch(raised), _on_couch(body, press), shows=((0,), (1,)), height=118)


def _straight_raise() -> Figure:
    start, end = lying(FLAT, BENT), lying((30, 30, 104), BENT)
    return stacked(
        on_bed(start), on_bed(end, arrow((262, 78), (276, 58), (264, 34)), moving=LEG), shows=((0,), (1,))
    )


def _sit(leg: tuple[float, float, float]) -> Body:
    return Body(hip=(48, 108), arm=(-70, -18), leg=leg, size=1.15)


def _knee_bend() -> Figure:
    start, end = _sit((0, -78, 0)), _sit((0, -122, -8))
    seat = props.chair(26, 124, 154)
    return Figure(
        (
            panel(props.floor(154), seat, draw(start)),
            panel(
                props.floor(154),
                seat,
                draw(end, moving=("shin", "foot")),
                arrow((116, 138), (94, 152), (74, 132)),
            ),
        ),
        ((0,), (1,)),
        162,
    )


def _prop() -> Figure:
    def at(
        leg: tuple[float, float, float], *more: Shape | list[Shape], moving: tuple[str, ...] = ()
    ) -> Panel:
        body = _long_sit(leg)
        ankle = body.end("shin")
        return panel(props.bed(101), props.roll((ankle[0] - 2, 90), 10), draw(body, moving=moving), *more)

    bent = at((30, -14, 84))
    dropped = at((6, 6, 92), straight((138, 44), (138, 68)), moving=("thigh", "shin"))
    return stacked(bent, dropped, shows=((0,), (1,)), height=118)


def _short_arc() -> Figure:
    def at(shin: float, *more: Shape | list[Shape], moving: tuple[str, ...] = ()) -> Panel:
        body = lying((26, shin, shin + 84), hip=(136, 80))
        knee = body.end("thigh")
        return panel(
            props.bed(97), props.pillow((46, 93), 40), props.roll((knee[0] - 2, knee[1] + 20), 13),
            draw(body, moving=moving), *more,
        )  # fmt: skip

    return stacked(
        at(-34), at(22, arrow((240, 84), (254, 64), (240, 36)), moving=("shin", "foot")), shows=((0,), (1,))
    )


def _squat() -> Figure:
    start = Body(hip=(76, 82), arm=(-62, -8), size=1.1)
    end = Body(hip=(60, 95), torso=68, head=76, arm=(-42, 10), leg=(-52, -118, 0), size=1.1)
    return Figure(
        (_standing(start), _standing(end, straight((30, 60), (30, 92)), moving=LEG)), ((0,), (1,)), 160
    )


FIGURES = {
    "ex-glute-set": _glutes(),
    "ex-heel-slide": _heel_slide(),
    "ex-abd-lying": _slide_out(),
    "ex-hip-stand-abd": _side_lift(),
    "ex-hip-stand-ext": _back_lift(),
    "ex-bridge": _bridge(),
    "ex-clam": _clam(),
    "ex-quad-set": _quads(),
    "ex-slr": _straight_raise(),
    "ex-knee-flex-sit": _knee_bend(),
    "ex-knee-straight": _prop(),
    "ex-short-arc": _short_arc(),
    "ex-mini-squat": _squat(),
}
