"""Titles and headings in as many lines as their place needs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

EDGE = 0.1  # inches of paper left and right of a heading


def fit_headings(figure: Figure, renderer: Any) -> None:
    """What is wider than the figure, or than its column of panels, goes on in the next line."""
    width = figure.get_figwidth()
    for heading in figure.texts:
        if heading.get_text() == figure.get_suptitle():
            wrap(heading, width, renderer)
    for axes in figure.axes:
        wrap(axes.title, width / columns_of(axes), renderer)


def columns_of(axes: Axes) -> int:
    """How many panels share the width of the figure with this one."""
    place = axes.get_subplotspec()
    return 1 if place is None else -(-place.get_gridspec().ncols // (place.colspan.stop - place.colspan.start))


def wrap(text: Text, width: float, renderer: Any) -> None:
    """Into lines of at most so many inches, as evenly long as a letter's mean width allows."""
    sentence = text.get_text()
    inches = text.get_window_extent(renderer).width / renderer.points_to_pixels(72.0)
    if sentence and "\n" not in sentence and inches > width - EDGE:
        letters = max(8, int(len(sentence) * (width - 2 * EDGE) / inches))
        text.set_text(textwrap.fill(sentence, letters))
