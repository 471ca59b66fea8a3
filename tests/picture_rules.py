"""What every picture must be, as far as a machine can tell: the faults of a figure in words."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Text

from dongshou.drawing import lacking
from dongshou.drawing.layout import collide, laid_out, tick_labels
from dongshou.drawing.legends import covers, curves_of, points_of
from dongshou.drawing.styled import StyledFigure
from dongshou.drawing.texts import texts_of, words_of

SMALLEST, LARGEST = 1.0, 17.0  # inches of a side
SLACK = 1.5  # dots by which boxes may touch


def faults(figure: StyledFigure) -> list[str]:
    """The rules that the figure breaks once it is in order; none of a good one."""
    figure.put_in_order()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # found below
        renderer = laid_out(figure)
        found = list(of_figure(figure, renderer))
        for axes in figure.axes:
            found += [f"{axes.get_title() or axes.get_ylabel()!r}: {fault}" for fault in of_axes(axes, renderer)]
    return found


def of_figure(figure: StyledFigure, renderer: Any) -> Iterator[str]:
    """Its size, its title, texts that are cut off, overlap or cannot be drawn."""
    width, height = figure.get_size_inches()
    if not (SMALLEST <= height and width <= LARGEST and height <= LARGEST):
        yield f"a size of {width:.1f} x {height:.1f} inches"
    if not (figure.get_suptitle() or figure.texts or any(axes.get_title() or axes.texts for axes in figure.axes)):
        yield "no title"
    missing = "".join(map(lacking, words_of(figure)))
    if missing:
        yield f"no glyph for {missing!r}"
    legends = [*figure.legends, *filter(None, (axes.get_legend() for axes in figure.axes))]
    in_legends = {text for legend in legends for text in [legend.get_title(), *legend.get_texts()]}
    texts = [text for text in texts_of(figure) if text not in in_legends]
    ticks = [label for axes in figure.axes if axes.axison for axis in axes_of(axes) for label in tick_labels(axis)]
    whole = figure.bbox.padded(SLACK)
    for artist in [*texts, *ticks, *legends]:
        box = artist.get_window_extent(renderer)
        words = artist.get_text() if isinstance(artist, Text) else "the legend"
        if artist.get_visible() and not (whole.contains(box.x0, box.y0) and whole.contains(box.x1, box.y1)):
            yield f"{words!r} is cut off"
    for one, other in combinations(texts, 2):
        if overlap(one, other, renderer):
            yield f"{one.get_text()!r} lies over {other.get_text()!r}"


def of_axes(axes: Axes, renderer: Any) -> Iterator[str]:
    """Names of axes and curves, the legend, the ticks."""
    curves = curves_of(axes)
    if (curves or points_of(axes)) and axes.axison:
        if not axes.get_xlabel() or not axes.get_ylabel():
            yield "an axis without a name"
    drawn = {stroke(line) for line in curves}
    named = {(str(line.get_label()), stroke(line)) for line in axes.lines if not str(line.get_label()).startswith("_")}
    strokes = [stroke for _, stroke in named]
    if len(drawn) > 1 and drawn - set(strokes):
        yield "a curve without a name among several"
    if len(strokes) > len(set(strokes)):
        yield "two curves with the same stroke"
    legends = [*axes.figure.legends, *([axes.get_legend()] if axes.get_legend() else [])]
    if {label for label, _ in named} - {axes.get_ylabel()} and not any(legend.get_texts() for legend in legends):
        yield "no legend"
    if axes.get_legend() is not None and covers(axes.get_legend(), axes, renderer):
        yield "the legend covers a curve"
    for axis in axes_of(axes):
        if axes.axison and collide(axis, renderer, apart=0.0):
            yield f"labels of the {axis.axis_name} axis collide"


def axes_of(axes: Axes) -> tuple[Any, Any]:
    return axes.xaxis, axes.yaxis


def stroke(line: Any) -> tuple[str, ...]:
    dashes = line._unscaled_dash_pattern  # `get_linestyle` calls every pattern of one's own "--"
    return to_hex(line.get_color()), str(dashes), str(line.get_marker()), str(line.get_fillstyle())


def overlap(one: Text, other: Text, renderer: Any) -> bool:
    if not (one.get_visible() and other.get_visible()) or one.get_rotation() % 90 or other.get_rotation() % 90:
        return False
    a, b = one.get_window_extent(renderer), other.get_window_extent(renderer)
    return min(a.x1, b.x1) - max(a.x0, b.x0) > SLACK and min(a.y1, b.y1) - max(a.y0, b.y0) > SLACK
