"""Figures of the exercises for elbow and shoulder."""

from recovery.domain.figures import props
from recovery.domain.figures.body import ARM, FAR_ARM, Body, Front, draw, draw_front, panel
from recovery.domain.figures.strokes import Figure, Panel, Point, Shape, arrow, line, straight, tubes, turn

GROUND = 152
BIG = 1.4


def _bust(arm: tuple[float, float]) -> Body:
    """Return a person from the hips up, seen large."""
    return Body(hip=(66, 122), size=BIG, arm=arm)


def _upper(body: Body, *more: Shape, moving: tuple[str, ...] = (), was: Body | None = None) -> Panel:
    return panel(draw(body, moving=moving, was=was), *more)


def _bend() -> Figure:
    start, end = _bust((-88, -84)), _bust((-88, 66))
    return Figure(
        (
            _upper(start),
            _upper(end, arrow((92, 136), (134, 126), (126, 80)), moving=("forearm",), was=start),
        ),
        ((0,), (1,)),
        156,
    )


def _assist() -> Figure:
    def both(fore: float, elbow: Point, look: str, *moving: str) -> list[Shape]:
        body = _bust((-88, fore))
        held = turn(body.hand(), fore + 180, 6)
        helper = tubes("far", ((body.shoulder, elbow, held), 13))
        grip = tubes(look, ((turn(held, fore + 90, 8), turn(held, fore - 90, 8)), 11))
        return [*helper, *draw(body, moving=moving), *grip]

    return Figure(
        (
            panel(both(-20, (92, 124), "own")),
            panel(both(52, (112, 104), "now", "forearm"), arrow((134, 118), (152, 92), (128, 56))),
        ),
        ((0,), (1,)),
        156,
    )


def _press() -> Figure:
    def at(fore: float, *moving: str) -> list[Shape]:
        body = _bust((-92, fore))
        return [
            props.wall(150),
            props.hook((148, 22)),
            props.band((148, 22), body.hand()),
            *draw(body, moving=moving),
        ]

    return Figure(
        (panel(at(24)), panel(at(-80, "forearm"), arrow((118, 86), (128, 118), (98, 136)))),
        ((0, 1), (2,)),
        156,
    )


def _curl() -> Figure:
    def at(fore: float, *moving: str) -> list[Shape]:
        body = _bust((-90, fore))
        return [*draw(body, moving=moving), *props.weight(body.hand(), fore + 90, 1.1)]

    return Figure(
        (panel(at(-80)), panel(at(62, "forearm"), arrow((96, 136), (140, 124), (132, 84)))), ((0,), (1,)), 160
    )


def _pendulum() -> Figure:
    table = props.table(96, 158, 84, GROUND)

    def at(arm: float, *more: Shape, moving: tuple[str, ...] = ()) -> Panel:
        body = Body(
            hip=(40, 88), torso=22, head=18, arm=(arm, arm), far_arm=(-30, -62), leg=(-88, -92, 0),
            far_leg=(-96, -94, 0), size=1.05,
        )  # fmt: skip
        return panel(props.floor(GROUND), table, draw(body, moving=moving), *more)

    circle = arrow((66, 130), (82, 150), (98, 130))
    return Figure(
        (at(-90), at(-76, circle, arrow((98, 122), (82, 108), (66, 122)), moving=ARM)), ((0, 1), (2,)), 160
    )


def _blades() -> Figure:
    def back(out: float, look: str, *arms: tuple[float, float]) -> list[Shape]:
        body = Front(neck=(82, 56), size=1.75, is_back=True, left_arm=arms[0], right_arm=arms[1])
        blades = [
            line(
                look,
                (82 + side * out, 76),
                (82 + side * (out - 1), 110),
                (82 + side * (out - 9), 82),
                closed=True,
            )
            for side in (-1, 1)
        ]
        return [*draw_front(body), *blades]

    return Figure(
        (
            panel(back(21, "bl", (-100, -88), (-80, -92))),
            panel(
                back(14, "bm", (-108, -80), (-72, -100)),
                straight((10, 74), (36, 84)),
                straight((154, 74), (128, 84)),
            ),
        ),
        ((0,), (1,)),
        156,
    )


def _table_slide() -> Figure:
    def at(torso: float, arm: tuple[float, float], *moving: str) -> list[Shape]:
        body = Body(hip=(34, 112), torso=torso, arm=arm, leg=(-2, -90, 0), size=1.05)
        hand = body.hand()
        cloth = line("tw", (hand[0] - 8, 87), (hand[0] + 14, 87), width=5)
        return [
            props.chair(14, 127, GROUND),
            props.table(76, 160, 91, GROUND, legs=False),
            cloth,
            *draw(body, moving=moving),
        ]

    return Figure(
        (
            panel(at(88, (-62, -8))),
            panel(at(50, (-22, -10), *ARM), straight((92, 104), (140, 104))),
        ),
        ((0,), (1,)),
        160,
    )


def _lying(arm: tuple[float, float], far: tuple[float, float]) -> Body:
    return Body(hip=(176, 80), torso=180, arm=arm, far_arm=far, leg=(48, -48, 0), size=1.45)


def _assist_lift() -> Figure:
    start, end = _lying((-6, 32), (2, 24)), _lying((98, 98), (92, 100))
    return Figure(
        (
            panel(props.bed(96), props.pillow((82, 92), 40), draw(start)),
            panel(
                props.bed(96), props.pillow((82, 92), 40),
                draw(end, moving=(*ARM, *FAR_ARM)), arrow((178, 44), (166, 16), (134, 14)),
            ),
        ),
        ((0, 1), (2,)),
        112,
        is_stacked=True,
    )  # fmt: skip


def _stick_out() -> Figure:
    def at(left: tuple[float, float], right: tuple[float, float], *moving: str) -> list[Shape]:
        body = Front(
            neck=(82, 48),
            size=1.35,
            left_arm=left,
            right_arm=right,
        )
        bed = line("pl", (38, 8), (126, 8), (126, 190), (38, 190), width=8, closed=True)
        reach = 0 if moving else 14
        left_hand, right_hand = body.limb("left_arm")[-1], body.limb("right_arm")[-1]
        held = props.stick((left_hand[0] - reach, left_hand[1]), (right_hand[0] + reach, right_hand[1]))
        return [bed, *props.pillow((82, 26), 50), *draw_front(body, moving=moving), held]

    return Figure(
        (
            panel(at((-98, 66), (-82, 114))),
            panel(at((-92, 52), (-82, 24), "right_forearm"), arrow((100, 128), (128, 136), (148, 116))),
        ),
        ((0, 1), (2,)),
        158,
    )


def _facing_wall(arm: tuple[float, float]) -> Body:
    return Body(hip=(100, 90), arm=arm, size=0.97)


def _wall_walk() -> Figure:
    start, end = _facing_wall((-60, 35)), _facing_wall((40, 55))
    return Figure(
        (
            panel(props.floor(GROUND), props.wall(130), draw(start)),
            panel(
                props.floor(GROUND),
                props.wall(130),
                draw(end, moving=ARM, was=start),
                straight((84, 60), (84, 24)),
            ),
        ),
        ((0,), (1, 2)),
        160,
    )


def _still_push() -> Figure:
    def at(*more: Shape, moving: tuple[str, ...] = ()) -> Panel:
        body = Body(hip=(74, 126), size=BIG, arm=(-90, 0))
        return panel(props.wall(118, 6, 156), draw(body, moving=moving), *more)

    return Figure((at(), at(straight((92, 72), (114, 72)), moving=ARM)), ((0,), (1, 2)), 160)


def _row() -> Figure:
    def at(arm: tuple[float, float], *moving: str) -> list[Shape]:
        body = Body(hip=(56, 82), arm=arm, size=1.1)
        return [
            props.floor(GROUND), props.wall(146), props.hook((144, 64)),
            props.band((144, 64), body.hand()), *draw(body, moving=moving),
        ]  # fmt: skip

    return Figure(
        (panel(at((-30, 0))), panel(at((-130, 0), *ARM), straight((116, 88), (76, 88)))), ((0,), (1,)), 160
    )


def _turn_out() -> Figure:
    def at(fore: float, *moving: str) -> list[Shape]:
        body = Front(neck=(72, 46), size=BIG, right_arm=(-84, fore), left_arm=(-96, -88))
        hand, elbow = body.limb("right_arm")[-1], body.limb("right_arm")[1]
        towel = line("tw", (elbow[0] - 9, elbow[1] - 14), (elbow[0] - 9, elbow[1]), width=9)
        return [
            *draw_front(body, moving=moving), towel, props.hook((10, 100)), props.band((10, 100), hand),
        ]  # fmt: skip

    return Figure(
        (panel(at(172)), panel(at(14, "right_forearm"), arrow((96, 128), (128, 136), (148, 118)))),
        ((0,), (1,)),
        156,
    )


def _wall_push() -> Figure:
    ground = props.floor(GROUND), props.wall(138)
    start = Body(hip=(64, 83), torso=82, arm=(-2, 4), leg=(-97, -97, 0), size=1.1)
    end = Body(hip=(76, 88), torso=64, arm=(-50, 44), leg=(-116, -116, 0), size=1.1)
    return Figure(
        (
            panel(*ground, draw(start)),
            panel(*ground, draw(end, moving=("torso", "head", *ARM)), straight((60, 30), (88, 34))),
        ),
        ((0,), (1,)),
        160,
    )


FIGURES = {
    "ex-elbow-bend": _bend(),
    "ex-elbow-assist": _assist(),
    "ex-triceps-band": _press(),
    "ex-biceps-curl": _curl(),
    "ex-pendulum": _pendulum(),
    "ex-scap-set": _blades(),
    "ex-table-slide": _table_slide(),
    "ex-assist-lift": _assist_lift(),
    "ex-stick-er": _stick_out(),
    "ex-wall-walk": _wall_walk(),
    "ex-iso-shoulder": _still_push(),
    "ex-band-row": _row(),
    "ex-band-er": _turn_out(),
    "ex-wall-push": _wall_push(),
}
