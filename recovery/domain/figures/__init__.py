"""A drawing for every exercise of the library, made of plain lines: start and end position."""

from recovery.domain.figures import arm, foot, general, hip_knee, spine, wrist_hand
from recovery.domain.figures.strokes import Figure, Panel, Shape

FIGURES: dict[str, Figure] = {
    **general.FIGURES,
    **wrist_hand.FIGURES,
    **arm.FIGURES,
    **hip_knee.FIGURES,
    **foot.FIGURES,
    **spine.FIGURES,
}

__all__ = ["FIGURES", "Figure", "Panel", "Shape"]
