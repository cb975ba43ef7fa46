"""Figures of the exercises for ankle and foot."""

from recovery.domain.figures import props
from recovery.domain.figures.body import Body, draw, panel
from recovery.domain.figures.closeup import foot, foot_front
from recovery.domain.figures.strokes import Figure, Panel, Shape, arrow, line, straight

GROUND = 140


def _curls() -> Figure:
    flat = line("tw", (20, 136), (150, 136), width=6)
    pulled = line("tw", (20, 136), (92, 136), (98, 124), (106, 136), (112, 126), (118, 136), width=6)
    return Figure(
        (
            panel(props.floor(GROUND), foot((56, 106), reach=92), flat),
            panel(
                props.floor(GROUND), pulled, foot((56, 106), toes=-50, reach=92, moving=("toes",)),
                straight((156, 116), (126, 116)),
            ),
        ),
        ((0,), (1,)),
        146,
    )  # fmt: skip


def _alphabet() -> Figure:
    letters = (
        line("mv", (112, 146), (122, 118), (132, 146)),
        line("mv", (116, 137), (128, 137)),
    )
    return Figure(
        (
            panel(props.floor(156), foot((48, 96), aim=-8, reach=90)),
            panel(
                props.floor(156), foot((48, 96), aim=-34, reach=90, moving=("foot",)),
                list(letters), arrow((118, 76), (140, 84), (140, 104)),
            ),
        ),
        ((0,), (1,)),
        162,
    )  # fmt: skip


def _in_out() -> Figure:
    return Figure(
        (
            panel(
                props.floor(GROUND),
                foot_front((82, 84), tilt=-24, moving=True),
                arrow((118, 120), (98, 150), (64, 138)),
            ),
            panel(
                props.floor(GROUND),
                foot_front((82, 84), tilt=24, moving=True),
                arrow((46, 120), (66, 150), (100, 138)),
            ),
        ),
        ((0, 1), (2,)),
        150,
    )


def _towel() -> Figure:
    def at(angle: float, *more: Shape, moving: tuple[str, ...] = ()) -> Panel:
        body = Body(hip=(92, 92), torso=100, arm=(-40, 8), leg=(0, 0, angle), size=1.3)
        x, y = body.end("foot")
        loop = line("tw", body.hand(), (x + 2, y - 6), (x + 8, y + 6), width=5)
        return panel(props.bed(108), draw(body, moving=moving), loop, *more)

    pull = straight((236, 52), (200, 44))
    return Figure(
        (at(62), at(112, pull, moving=("foot", "arm", "forearm"))), ((0, 1), (2,)), 124, is_stacked=True
    )


def _band_work() -> Figure:
    def at(aim: float, *moving: str) -> list[Shape]:
        tip = {-24: (243, 108), 74: (222, 30)}[int(aim)]
        return [
            *props.bed(92, 10, 190),
            *foot((186, 78), shin=180, aim=aim, reach=170, moving=moving),
            props.band((16, 44), (tip[0] - 6, tip[1] - 4), (tip[0] + 6, tip[1] + 8)),
        ]

    return Figure(
        (
            panel(at(74)),
            panel(at(-24, "foot"), arrow((256, 40), (284, 72), (272, 110))),
        ),
        ((0,), (1,)),
        134,
        is_stacked=True,
    )


def _raise_sitting() -> Figure:
    seat = props.chair(26, 120, 154)
    start = Body(hip=(48, 104), arm=(-70, -18), leg=(-2, -90, 0), size=1.15)
    end = Body(hip=(48, 104), arm=(-70, -12), leg=(10, -88, -38), size=1.15)
    return Figure(
        (
            panel(props.floor(154), seat, draw(start)),
            panel(
                props.floor(154),
                seat,
                draw(end, moving=("shin", "foot", "thigh")),
                straight((112, 148), (112, 124)),
            ),
        ),
        ((0,), (1,)),
        162,
    )


def _raise_standing() -> Figure:
    counter = props.counter(104, 78, 152)
    start = Body(hip=(76, 88), arm=(-62, -8), size=1.0)
    end = Body(hip=(80, 79), arm=(-68, -18), leg=(-90, -90, -55), size=1.0)
    return Figure(
        (
            panel(props.floor(152), counter, draw(start)),
            panel(
                props.floor(152),
                counter,
                draw(end, moving=("thigh", "shin", "foot")),
                straight((54, 148), (54, 120)),
            ),
        ),
        ((0,), (1,)),
        160,
    )


FIGURES = {
    "ex-toe-curl": _curls(),
    "ex-ankle-alpha": _alphabet(),
    "ex-inv-ev": _in_out(),
    "ex-towel-calf": _towel(),
    "ex-ankle-band": _band_work(),
    "ex-heel-raise-sit": _raise_sitting(),
    "ex-heel-raise": _raise_standing(),
}
