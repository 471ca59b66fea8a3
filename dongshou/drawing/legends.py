"""Legends: there when something has a name, and never over a curve."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from dongshou.drawing.layout import laid_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.transforms import Bbox

MOST_CHARACTERS = 34  # in a line of a legend
PAD = 0.15  # inches between axes and a legend outside
NEAR = 4.0  # dots around a legend that no curve enters


def add_legends(figure: Figure) -> None:
    """One for the whole figure where the names of one of the axes are those of all, or a picture fills it; else one
    for each."""
    known = {text.get_text() for legend in figure.legends for text in legend.get_texts()}
    known_or_said = [known | {axes.get_ylabel()} for axes in figure.axes]  # one curve may be what the axis is called
    waiting = [axes for axes, known in zip(figure.axes, known_or_said, strict=True) if lacks_legend(axes, known)]
    most = max(waiting, key=lambda axes: len(names_in(axes)), default=None)
    is_picture = len(figure.axes) == 1 and bool(figure.axes[0].images)
    is_shared = most is not None and all(set(names_in(axes)) <= set(names_in(most)) for axes in waiting)
    if most is not None and is_shared and (len(waiting) > 1 or is_picture):
        handles, labels = different(most)
        figure.legend(handles, [wrapped(label) for label in labels], loc="outside right upper")
        return
    for axes in waiting:
        handles, labels = different(axes)
        axes.legend(handles, [wrapped(label) for label in labels], loc="best")


def lacks_legend(axes: Axes, known: set[str]) -> bool:
    return axes.get_legend() is None and not set(names_in(axes)) <= known


def names_in(axes: Axes) -> list[str]:
    return different(axes)[1]


def different(axes: Axes) -> tuple[list[Any], list[str]]:
    """What has a name in these axes, each name once."""
    handles, labels = axes.get_legend_handles_labels()
    first = {label: handle for handle, label in reversed(list(zip(handles, labels, strict=True)))}
    names = list(dict.fromkeys(labels))
    return [first[name] for name in names], names


def wrapped(label: str) -> str:
    return textwrap.fill(label, MOST_CHARACTERS, break_long_words=False)


def place_legends(figure: Figure) -> None:
    """Those that cover something go beside their axes, and the figure grows by as much."""
    within = [axes for axes in figure.axes if axes.get_legend() is not None]
    if not within and not figure.legends:
        return
    renderer = laid_out(figure)
    wider = sum(inches(legend, figure, renderer)[0] + PAD for legend in figure.legends[:1])
    taller = [inches(legend, figure, renderer)[1] for legend in figure.legends]
    for axes in within:
        legend: Legend = axes.get_legend()  # pyright: ignore[reportAssignmentType]
        if covers(legend, axes, renderer):
            width, height = inches(legend, figure, renderer)
            legend.set_loc("upper left")
            legend.set_bbox_to_anchor((1.02, 1.0), transform=axes.transAxes)
            wider, taller = wider + width + PAD, [*taller, height]
    width, height = figure.get_size_inches()
    figure.set_size_inches(width + wider, max(height, *(legend + 1.0 for legend in taller)) if taller else height)


def inches(legend: Legend, figure: Figure, renderer: Any) -> tuple[float, float]:
    box = legend.get_window_extent(renderer)
    return box.width / figure.dpi, box.height / figure.dpi


def covers(legend: Legend, axes: Axes, renderer: Any) -> bool:
    """Whether a curve, a point, a bar or a picture lies under the legend."""
    box = legend.get_window_extent(renderer).padded(NEAR)
    return bool(axes.images and axes.bbox.overlaps(box)) or any(
        (
            any(crosses(line.get_transform().transform_path(line.get_path()), box) for line in curves_of(axes)),
            any(box.count_contains(points) for points in points_of(axes)),
            any(patch.get_window_extent(renderer).overlaps(box) for patch in axes.patches if is_bar(patch)),
            any(text.get_window_extent(renderer).overlaps(box) for text in axes.texts if text.get_text()),
        )
    )


def crosses(path: Any, box: Bbox) -> bool:
    return path.intersects_bbox(box, filled=False) or bool(box.count_contains(path.vertices))


def curves_of(axes: Axes) -> list[Any]:
    """The lines of data; those across the whole axes may pass behind a legend."""
    return [line for line in axes.lines if line.get_transform() == axes.transData]


def points_of(axes: Axes) -> list[Any]:
    """(n, 2) of each scatter plot, in dots."""
    from matplotlib.collections import PathCollection

    scattered = [each for each in axes.collections if isinstance(each, PathCollection)]
    return [each.get_offset_transform().transform(each.get_offsets()) for each in scattered]


def is_bar(patch: Any) -> bool:
    from matplotlib.patches import Rectangle

    return isinstance(patch, Rectangle) and patch.get_width() != 0 and patch.get_height() != 0
