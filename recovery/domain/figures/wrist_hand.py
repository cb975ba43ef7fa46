"""Figures of the exercises for wrist and hand."""

from recovery.domain.figures.body import panel
from recovery.domain.figures.closeup import flat_hand, side_hand
from recovery.domain.figures.strokes import (
    Figure,
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

TABLE = line("pr", (4, 99), (98, 99))


def _fist() -> Figure:
    return Figure(
        (
            panel(flat_hand((82, 118), size=1.18, spread=(14, 3, -8, -20), thumb=(62, 50), marks="palm")),
            panel(
                flat_hand((82, 118), size=1.18, bent=True, thumb=(20, -62), moving=("fingers", "thumb")),
                arrow((110, 36), (136, 50), (122, 78)),
            ),
        ),
        ((0, 1), (2,)),
        150,
    )


def _glide() -> Figure:
    def hand(*fingers: float) -> list[Shape]:
        return side_hand(
            (30, 112), arm=-90, palm=90, fingers=fingers, thumb=(60, 84), moving=("fingers",), reach=50
        )

    poses = (90, 90, 90), (90, -10, -90), (0, -90, -180), (0, -90, -90)
    first = side_hand((36, 112), arm=-90, palm=90, thumb=(60, 84), reach=50)
    return Figure((panel(first), *(panel(hand(*one)) for one in poses[1:])), ((0,), (1,), (2,), (3,)), 140)


def _thumb_touch() -> Figure:
    return Figure(
        (
            panel(
                flat_hand(
                    (82, 118),
                    size=1.18,
                    thumb=(10, 4),
                    spread=(24, 0, -6, -14),
                    moving=("thumb",),
                    marks="palm",
                )
            ),
            panel(
                flat_hand(
                    (82, 118),
                    size=1.18,
                    thumb=(-52, -60),
                    spread=SPREAD_WIDE,
                    moving=("thumb",),
                    marks="palm",
                ),
                arrow((138, 44), (150, 76), (128, 98)),
            ),
        ),
        ((0,), (1,)),
        154,
    )


SPREAD_WIDE = (10, 3, -5, -14)


def _spread() -> Figure:
    return Figure(
        (
            panel(flat_hand((82, 118), size=1.18, thumb=(34, 14), marks="back")),
            panel(
                flat_hand(
                    (82, 118),
                    size=1.18,
                    spread=(22, 6, -10, -28),
                    thumb=(70, 62),
                    marks="back",
                    moving=("fingers", "thumb"),
                ),
                arrow((44, 12), (26, 18), (16, 38)),
                arrow((126, 16), (146, 28), (152, 50)),
            ),
        ),
        ((0,), (1,)),
        150,
    )


def _flex() -> Figure:
    def arm(palm: float, *moving: str) -> list[Shape]:
        return side_hand(
            (100, 86), arm=180, palm=palm, thumb=(palm - 22, palm - 6), moving=moving, reach=94, size=0.85
        )

    return Figure(
        (
            panel(TABLE, arm(60, "hand"), arrow((142, 86), (156, 62), (144, 34))),
            panel(TABLE, arm(-42, "hand"), arrow((140, 76), (160, 88), (160, 112))),
        ),
        ((0, 1), (2,)),
        150,
    )


def _side() -> Figure:
    def hand(aim: float) -> list[Shape]:
        return flat_hand(
            (80, 108), aim=aim, arm=-90, thumb=(34, 14), marks="back", moving=("hand",), size=1.12
        )

    return Figure(
        (
            panel(hand(112), straight((84, 14), (40, 20))),
            panel(hand(62), straight((76, 14), (126, 22))),
        ),
        ((0, 1), (2,)),
        150,
    )


def _turn() -> Figure:
    return Figure(
        (
            panel(flat_hand((82, 118), size=1.18, side=-1, thumb=(60, 44), marks="palm")),
            panel(
                flat_hand((82, 118), size=1.18, side=1, thumb=(60, 44), marks="back", moving=("hand",)),
                arrow((126, 132), (82, 160), (40, 132)),
            ),
        ),
        ((0, 1), (2,)),
        158,
    )


def _dart() -> Figure:
    def hand(aim: float) -> list[Shape]:
        return flat_hand(
            (72, 96), aim=aim, arm=205, thumb=(40, 22), marks="back", moving=("hand",), size=0.95
        )

    table = line("pr", (4, 134), (110, 134))
    return Figure(
        (
            panel(table, hand(62), arrow((136, 96), (150, 60), (122, 26))),
            panel(table, hand(-18), arrow((124, 36), (154, 62), (150, 98))),
        ),
        ((0, 1), (2,)),
        144,
    )


def _prayer() -> Figure:
    neck, base = ((82, 34), (82, 60)), ((62, 66), (102, 66), (98, 150), (66, 150))
    bust = [*tubes("own", (neck, 17)), *blob("own", *base, width=24)]
    head = [
        disc("fo hd", (82, 24), 16),
        disc("fi hf", (82, 24), 15),
        lines("ey", *(((x, 23), (x, 23.5)) for x in (76, 88))),
    ]

    def arms(elbow: float, hand: float, look: str) -> list[Shape]:
        shapes = []
        for side in (-1, 1):
            wrist = 82 + side * 7, hand
            shapes += tubes("own", (((82 + side * 27, 72), (82 + side * 58, elbow), wrist), 15))
            shapes += tubes(look, ((wrist, (82 + side * 6, hand - 44)), 13))
        return shapes

    return Figure(
        (
            panel(bust, head, arms(116, 110, "own")),
            panel(bust, head, arms(104, 138, "now"), straight((126, 76), (126, 108))),
        ),
        ((0,), (1, 2)),
        156,
    )


def _putty() -> Figure:
    def grip(
        fingers: tuple[float, float, float], thumb: tuple[float, float], radius: float, *moving: str
    ) -> list[Shape]:
        hand = side_hand(
            (58, 100), arm=236, palm=62, fingers=fingers, thumb=thumb, moving=moving, reach=62, size=1.1
        )
        return [disc("wt", (97, 84), radius), *hand]

    return Figure(
        (
            panel(grip((24, -28, -70), (-34, 4), 21)),
            panel(
                grip((10, -58, -112), (-26, 34), 14, "fingers", "thumb"),
                straight((150, 60), (130, 70)),
                straight((126, 128), (112, 110)),
            ),
        ),
        ((0,), (1,)),
        150,
    )


def _curl() -> Figure:
    def arm(palm: float, *moving: str) -> list[Shape]:
        knuckle = turn((96, 86), palm, 30)
        fingers = (palm + 70, palm + 160, palm + 215)
        plate = disc("wt", turn(knuckle, palm + 90, 11), 19)
        return [
            plate,
            *side_hand((96, 86), arm=180, palm=palm, fingers=fingers, moving=moving, reach=92, size=0.85),
        ]

    return Figure(
        (
            panel(TABLE, arm(-30)),
            panel(TABLE, arm(44, "hand"), arrow((148, 96), (161, 72), (148, 40))),
        ),
        ((0,), (1,)),
        140,
    )


FIGURES = {
    "ex-finger-fist": _fist(),
    "ex-tendon-glide": _glide(),
    "ex-thumb-touch": _thumb_touch(),
    "ex-finger-spread": _spread(),
    "ex-wrist-flex-ext": _flex(),
    "ex-wrist-side": _side(),
    "ex-forearm-turn": _turn(),
    "ex-dart": _dart(),
    "ex-prayer": _prayer(),
    "ex-putty": _putty(),
    "ex-wrist-weight": _curl(),
}
