"""Figures of the exercises for the whole body."""

from recovery.domain.figures import props
from recovery.domain.figures.body import ARM, FAR_LEG, LEG, Body, draw, panel
from recovery.domain.figures.closeup import foot
from recovery.domain.figures.strokes import Figure, Shape, arrow, disc, line, lines, straight

GROUND = 152


def _breath() -> Figure:
    body = Body(hip=(44, 118), torso=98, arm=(-78, -10), leg=(-2, -88, 0), size=1.05)
    seat = props.chair(24, 132, 158)
    wide = line("mo", (46, 106), (42, 88), width=30), line("mi", (46, 106), (42, 88), width=25)
    head = body.head_at
    nose = head[0] + 18, head[1] + 2
    return Figure(
        (
            panel(seat, draw(body)),
            panel(seat, draw(body), list(wide), draw(body)[-2:], straight((nose[0] + 34, nose[1]), nose)),
            panel(seat, draw(body), straight((nose[0] - 2, nose[1] + 6), (nose[0] + 30, nose[1] + 14))),
        ),
        ((0,), (1,), (2,)),
        164,
    )


def _pump() -> Figure:
    couch = props.bed(66, 10, 240)
    away = foot((206, 52), shin=180, aim=-28, side=1, moving=("foot",), reach=180)
    up = foot((206, 52), shin=180, aim=72, side=1, moving=("foot",), reach=180)
    return Figure(
        (
            panel(couch, away, arrow((284, 24), (300, 52), (288, 86))),
            panel(couch, up, arrow((286, 78), (302, 50), (276, 18))),
        ),
        ((0,), (1,)),
        104,
        is_stacked=True,
    )


def _walk() -> Figure:
    def walker(
        x: float, near: tuple[float, float, float], far: tuple[float, float, float], *moving: str
    ) -> list[Shape]:
        body = Body(hip=(x, 82), torso=86, arm=(-75, -35), leg=near, far_leg=far, size=1.1)
        hand = body.hand()
        cane = lines(
            "bd",
            ((hand[0] + 6, hand[1] - 4), (hand[0] - 6, hand[1] - 2)),
            (hand, (hand[0] + 8, GROUND)),
            width=5,
        )
        return [cane, *draw(body, moving=moving)]

    return Figure(
        (
            panel(props.floor(GROUND), walker(72, (-90, -92, 0), (-92, -96, -5))),
            panel(
                props.floor(GROUND),
                walker(70, (-68, -82, 12), (-108, -124, -30), *LEG),
                straight((112, 136), (146, 136)),
            ),
        ),
        ((0, 1), (2,)),
        160,
    )


def _sit_stand() -> Figure:
    seat = props.chair(26, 128, 154)
    lean = Body(hip=(50, 113), torso=58, head=66, arm=(-50, 0), leg=(0, -93, 0), size=1.1)
    stand = Body(hip=(92, 82), arm=(-88, -82), size=1.1)
    return Figure(
        (
            panel(seat, props.floor(154), draw(lean)),
            panel(
                seat,
                props.floor(154),
                draw(stand, moving=("torso", "head", *ARM, *LEG)),
                arrow((54, 96), (50, 64), (70, 40)),
            ),
        ),
        ((0,), (1,)),
        162,
    )


def _at_counter(
    body: Body, *, x: float = 100, moving: tuple[str, ...] = (), was: Body | None = None
) -> list[Shape]:
    return [props.floor(GROUND), props.counter(x, 76, GROUND), *draw(body, moving=moving, was=was)]


def _tandem() -> Figure:
    start = Body(hip=(70, 82), arm=(-62, -8), leg=(-88, -90, 0), far_leg=(-92, -90, 0), size=1.1)
    end = Body(hip=(72, 83), arm=(-62, -8), leg=(-80, -88, 0), far_leg=(-98, -93, 0), size=1.1)
    return Figure(
        (
            panel(_at_counter(start)),
            panel(_at_counter(end, moving=LEG), straight((58, 161), (98, 161))),
        ),
        ((0,), (1, 2)),
        168,
    )


def _one_leg() -> Figure:
    start = Body(hip=(70, 82), arm=(-62, -8), leg=(-89, -90, 0), far_leg=(-92, -90, 0), size=1.1)
    end = Body(hip=(70, 82), arm=(-62, -8), leg=(-70, -150, -60), far_leg=(-90, -90, 0), size=1.1)
    return Figure(
        (
            panel(_at_counter(start)),
            panel(_at_counter(end, moving=LEG), arrow((26, 148), (14, 126), (30, 106))),
        ),
        ((0,), (1, 2)),
        160,
    )


def _step_up() -> Figure:
    step = line("pf", (86, GROUND), (86, 132), (158, 132), (158, GROUND), closed=True)
    rail = lines("pr", ((40, 84), (156, 52)), ((150, 54), (150, 130)), ((46, 82), (46, 150)))
    start = Body(hip=(56, 94), arm=(-40, 10), leg=(-8, -84, 0), far_leg=(-92, -92, 0), size=0.92)
    end = Body(hip=(112, 72), arm=(-40, 20), leg=(-88, -90, 0), far_leg=(-118, -82, 0), size=0.92)
    return Figure(
        (
            panel(props.floor(GROUND), rail, step, draw(start, moving=LEG)),
            panel(
                props.floor(GROUND),
                rail,
                step,
                draw(end, moving=FAR_LEG),
                arrow((62, 140), (58, 108), (84, 96)),
            ),
        ),
        ((0, 1), (1,)),
        160,
    )


def _bike() -> Figure:
    frame = lines(
        "pr", ((56, 92), (70, 122)), ((46, 90), (68, 90)), ((70, 122), (112, 62)), ((100, 60), (114, 62)),
        ((70, 122), (50, 152)), ((70, 122), (118, 152)), ((36, 152), (130, 152)),
    )  # fmt: skip
    wheel = disc("pf", (106, 122), 20)

    def rider(near: tuple[float, float, float], far: tuple[float, float, float], *moving: str) -> list[Shape]:
        return draw(
            Body(hip=(58, 76), torso=72, head=80, arm=(-30, -10), leg=near, far_leg=far, size=0.98),
            moving=moving,
        )

    return Figure(
        (
            panel(wheel, frame, rider((-18, -96, 0), (-52, -92, 0))),
            panel(
                wheel,
                frame,
                rider((-52, -92, 0), (-18, -96, 0), *LEG),
                arrow((126, 92), (152, 120), (128, 146)),
            ),
        ),
        ((0, 1), (2,)),
        162,
    )


FIGURES = {
    "ex-breath": _breath(),
    "ex-ankle-pump": _pump(),
    "ex-walk": _walk(),
    "ex-sit-stand": _sit_stand(),
    "ex-balance-tandem": _tandem(),
    "ex-balance-one-leg": _one_leg(),
    "ex-step-up": _step_up(),
    "ex-bike": _bike(),
}
