"""Lines of text as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dongshou.drawing import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE, MARGIN = 0.22, 0.2  # inches


def draw_page(lines: Sequence[str]) -> Figure:
    """The lines from the top down, each letter as wide as any other."""
    height = 2 * MARGIN + LINE * max(1, len(lines))
    figure = new_figure(7.0, height)
    for number, line in enumerate(lines):
        text = line.replace("$", r"\$")  # a dollar would begin a formula
        figure.text(MARGIN / 7.0, 1 - (MARGIN + LINE * number) / height, text, va="top", fontsize=10)
    return figure
