"""Figures in a small set of sizes, and the bytes that they become."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

    Drawing = Figure | Image

SINGLE = (6.4, 4.0)  # inches: one pair of axes
PANEL = (4.2, 3.4)  # inches: each of several
WIDEST = 16.0  # inches
DOTS_PER_INCH = 120


def new_figure(width: float = SINGLE[0], height: float = SINGLE[1]) -> Figure:
    """An empty figure, sizes in inches, in the project's style. No pyplot and so no global state."""
    from dongshou.drawing.styled import StyledFigure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    return StyledFigure(figsize=(width, height), layout="constrained")


def new_axes(
    width: float = SINGLE[0], height: float = SINGLE[1], *, xlabel: str = "", ylabel: str = "", title: str = ""
) -> Axes:
    """One pair of axes on a figure of its own (`axes.figure`)."""
    axes = new_figure(width, height).add_subplot()
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return axes


def new_panels(
    titles: Iterable[str],
    *,
    heading: str = "",
    columns: int = 3,
    panel: tuple[float, float] = PANEL,
    xlabel: str = "",
    ylabel: str = "",
    share: bool = False,
    share_y: bool = False,
) -> tuple[Figure, list[Axes]]:
    """A figure with a pair of axes for each title, row by row.

    heading  stands above them all
    panel    inches of each
    share    the axes have the same limits; share_y: from bottom to top
    """
    names = list(titles)
    columns = 2 if len(names) == 4 and columns == 3 else max(1, min(columns, len(names)))
    rows = -(-len(names) // columns)
    figure = new_figure(min(columns * panel[0], WIDEST), rows * panel[1] + (0.3 if heading else 0.0))
    every = figure.subplots(rows, columns, squeeze=False, sharex=share, sharey=share or share_y).flatten().tolist()
    for axes, name in zip(every, names, strict=False):
        axes.set(xlabel=xlabel, ylabel=ylabel, title=name)
        axes.tick_params(labelbottom=True, labelleft=True)  # shared limits hide the inner ones
    for axes in every[len(names) :]:
        axes.remove()
    if heading:
        figure.suptitle(heading)
    return figure, every[: len(names)]


def color_bar(image: Any, panels: Sequence[Axes], label: str) -> None:
    """What the colours of an image mean, on the right of these panels.

    It has the same few ticks however long it is: the room for them is found before its length.
    """
    from matplotlib.ticker import MaxNLocator

    bar = panels[0].figure.colorbar(image, ax=list(panels), label=label, aspect=30, ticks=MaxNLocator(5))
    bar.outline.set_linewidth(0.6)


def png(drawing: Drawing, dots_per_inch: int = DOTS_PER_INCH) -> bytes:
    """A figure, or a picture of pixels, as the bytes of a PNG file."""
    from PIL.Image import Image

    buffer = io.BytesIO()
    if isinstance(drawing, Image):
        drawing.save(buffer, format="png")
    else:
        drawing.savefig(buffer, format="png", dpi=dots_per_inch)
    return buffer.getvalue()
