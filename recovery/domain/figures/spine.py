"""Figures of the exercises for the spine."""

from recovery.domain.figures import props
from recovery.domain.figures.body import ARM, LEG, Body, Front, draw, draw_front, panel
from recovery.domain.figures.hip_knee import BENT, lying, on_bed, stacked
from recovery.domain.figures.strokes import Figure, Panel, Shape, arrow, curve, disc, line, straight

GROUND = 152


def _log_roll() -> Figure:
    bent = lying(BENT)
    side = Body(
        hip=(150, 76), torso=180, arm=(-40, 10), leg=(-10, -20, 0), far_leg=(0, -30, 0), size=1.4, head=172
    )
    sit = Body(hip=(166, 76), torso=118, head=110, arm=(-112, -118), leg=(-6, -90, 0), size=1.15)
    return stacked(
        on_bed(bent),
        panel(
            props.bed(97),
            props.pillow((58, 92), 40),
            draw(side, moving=LEG),
            arrow((196, 24), (232, 26), (240, 60)),
        ),
        panel(
            props.bed(92, 14, 196),
            draw(sit, moving=("torso", "head", *ARM)),
            arrow((104, 66), (100, 30), (128, 16)),
        ),
        shows=((0,), (1,), (2,)),
        height=124,
    )


def _rest() -> Figure:
    clock = disc("ck", (284, 40), 17), line("mv", (284, 40), (284, 29)), line("mv", (284, 40), (292, 44))
    start = Body(hip=(172, 76), torso=94, arm=(-100, -64), leg=(-4, -90, 0), size=0.96)
    return stacked(
        panel(props.bed(90, 14, 192), props.pillow((46, 83), 40), draw(start)),
        on_bed(lying(BENT), *clock, moving=("torso", "head")),
        shows=((0,), (1, 2)),
        height=124,
    )


def _press() -> Figure:
    start = lying(BENT)
    return stacked(
        on_bed(start),
        on_bed(start, straight((56, 36), (56, 58)), straight((100, 36), (100, 62)), moving=("torso", "head")),
        shows=((0,), (1,)),
    )


def _belly() -> Figure:
    def at(depth: float, *more: Shape) -> Panel:
        belly = [
            curve("mo fl", (92, 72), (118, depth), (144, 72), 5),
            curve("mi fl", (94, 73), (118, depth + 3), (142, 73), 2),
        ]
        return on_bed(lying(BENT), belly, *more)

    return stacked(at(34), at(66, straight((118, 26), (118, 54))), shows=((0,), (1,)))


def _posture() -> Figure:
    start = Body(hip=(88, 83), torso=80, head=62, arm=(-92, -80), leg=(-88, -94, 0), size=1.1)
    end = Body(hip=(64, 82), torso=90, head=90, arm=(-92, -88), leg=(-90, -90, 0), size=1.1)
    return Figure(
        (
            panel(props.floor(GROUND), props.wall(46), draw(start)),
            panel(
                props.floor(GROUND), props.wall(46), draw(end, moving=("torso", "head", *LEG)),
                straight((122, 84), (92, 84)), straight((98, 44), (98, 12)),
            ),
        ),
        ((0,), (1, 2)),
        160,
    )  # fmt: skip


def _hinge() -> Figure:
    start = Body(hip=(78, 82), torso=90, arm=(-90, -84), size=1.1)
    end = Body(hip=(62, 86), torso=32, head=32, arm=(-90, -84), leg=(-78, -96, 0), size=1.1)
    return Figure(
        (
            panel(props.floor(GROUND), draw(start), props.stick((66, 4), (66, 98))),
            panel(
                props.floor(GROUND), draw(end, moving=("torso", "head"), was=start),
                props.stick((46, 82), (128, 30)), arrow((84, 10), (128, 4), (150, 34)),
            ),
        ),
        ((0,), (1,)),
        160,
    )  # fmt: skip


def _apart() -> Figure:
    def at(left: tuple[float, float], right: tuple[float, float], *moving: str) -> list[Shape]:
        body = Front(neck=(82, 46), size=1.3, left_arm=left, right_arm=right)
        hands = body.limb("left_arm")[-1], body.limb("right_arm")[-1]
        return [*draw_front(body, moving=moving), props.band(*hands)]

    return Figure(
        (
            panel(at((-104, 56), (-76, 124))),
            panel(
                at((-138, 168), (-42, 12), "left_arm", "right_arm"),
                straight((48, 122), (16, 122)), straight((116, 122), (148, 122)),
            ),
        ),
        ((0,), (1,)),
        150,
    )  # fmt: skip


FIGURES = {
    "ex-log-roll": _log_roll(),
    "ex-unload-lie": _rest(),
    "ex-back-press": _press(),
    "ex-belly-brace": _belly(),
    "ex-posture-wall": _posture(),
    "ex-hip-hinge": _hinge(),
    "ex-scap-band": _apart(),
}
