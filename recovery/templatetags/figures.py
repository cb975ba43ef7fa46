"""Drawings of exercises as inline SVG."""

from collections.abc import Sequence
from itertools import groupby

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from recovery.domain.figures import FIGURES, Figure, Panel, Shape

register = template.Library()

WIDTH = 326
BADGE = 13
"""The radius of a picture's number."""


@register.simple_tag
def figure(exercise_id: str, name: str, steps: Sequence[str], key: object = "") -> SafeString:
    """Draw an exercise; ``key`` keeps its ids apart where a page shows the same exercise twice.

    An exercise without a drawing, such as one of a later release of the library, shows nothing.
    """
    drawing = FIGURES.get(exercise_id)
    if drawing is None:
        return SafeString("")
    total = drawing.height * (len(drawing.panels) if drawing.is_stacked else 1)
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{id}-t" aria-describedby="{id}-d">'
        '<title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>{}</svg>',
        WIDTH,
        f"{total:g}",
        name,
        " ".join(_words(drawing, steps)),
        # Numbers and words of our own drawings, never a person's.
        mark_safe("".join(_panels(drawing))),  # nosec B308 B703
        id=f"fig-{exercise_id}{key and f'-{key}'}",
    )


def _words(drawing: Figure, steps: Sequence[str]) -> list[str]:
    words = _("Picture %(number)s: %(steps)s")
    return [
        words % {"number": number, "steps": " ".join(steps[one] for one in shown if one < len(steps))}
        for number, shown in enumerate(drawing.shows, 1)
    ]


def _panels(drawing: Figure) -> list[str]:
    count = len(drawing.panels)
    across, down = (0.0, drawing.height) if drawing.is_stacked else (WIDTH / count, 0.0)
    found = [
        f'<g transform="translate({across * place:g} {down * place:g})">{_panel(one, place + 1)}</g>'
        for place, one in enumerate(drawing.panels)
    ]
    borders = "".join(
        f"M0 {down * place:g}H{WIDTH}" if drawing.is_stacked else f"M{across * place:g} 0V{drawing.height:g}"
        for place in range(1, count)
    )
    return [f'<path class="dv" d="{borders}"/>', *found]


def _panel(shapes: Panel, number: int) -> str:
    badge = (
        f'<circle class="nr" cx="15" cy="15" r="{BADGE}"/><text class="nt" x="15" y="20.5">{number}</text>'
    )
    return "".join(_path(*look, list(alike)) for look, alike in groupby(shapes, _look)) + badge


def _look(shape: Shape) -> tuple[str, float | None]:
    return shape.kind, shape.width


def _path(kind: str, wide: float | None, shapes: list[Shape]) -> str:
    """Draw neighbours of one look as one path."""
    width = f' stroke-width="{wide:.3g}"' if wide else ""
    return f'<path class="{kind}"{width} d="{"".join(one.data for one in shapes)}"/>'
