"""Ticks: whole epochs, logarithms that can be read, labels that do not collide."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dongshou.drawing.layout import collide, laid_out, names_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

WHOLE = ("epoch", "step", "iteration", "epoch or step", "layer", "rank")  # what is counted
PLAIN = 1e-4, 1e5  # between these a number is written out, beyond as a power of ten
ATTEMPTS = 5
SPREAD = 0.8  # epochs over which the dots of a single epoch are spread


def set_locators(axes: Axes) -> None:
    """Of each axis, unless its ticks were set by hand."""
    from matplotlib.ticker import AutoLocator, LogLocator, MaxNLocator

    for axis in (axes.xaxis, axes.yaxis):
        locator = axis.get_major_locator()
        if axis.get_scale() == "log" and isinstance(locator, LogLocator):
            set_log_ticks(axis)
        elif isinstance(locator, AutoLocator) and axis.get_label_text() in WHOLE:
            axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))


def set_log_ticks(axis: Axis) -> None:
    """Within a decade even steps; within three 1, 2 and 5; beyond powers of ten."""
    from matplotlib.ticker import (
        LogFormatterSciNotation,
        LogLocator,
        MaxNLocator,
        NullFormatter,
        StrMethodFormatter,
    )

    low, high = sorted(axis.get_view_interval())
    if not 0 < low < high:
        return
    decades = math.log10(high / low)
    if decades < 1:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    elif decades <= 3:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    else:
        axis.set_major_locator(LogLocator(numticks=8))
    is_plain = PLAIN[0] <= low and high <= PLAIN[1]
    axis.set_major_formatter(StrMethodFormatter("{x:g}") if is_plain else LogFormatterSciNotation())
    axis.set_minor_formatter(NullFormatter())


def mark_single_points(axes: Axes) -> None:
    """A curve of one point has a dot, a dashed one a hollow dot; where there are none but such, they stand side by side
    between sensible limits."""
    curves = [line for line in axes.lines if line.get_transform() == axes.transData and len(line.get_xdata())]  # pyright: ignore
    single = [line for line in curves if len(line.get_xdata()) == 1]  # pyright: ignore[reportArgumentType]
    for line in single:
        line.set_marker("o" if line.get_marker() in ("", "None", None) else line.get_marker())
        line.set_fillstyle("full" if line.get_linestyle() in ("-", "None") else "none")
    places = {float(line.get_xdata()[0]) for line in single}  # pyright: ignore
    if len(places) == 1 and len(single) == len(curves) and axes.get_xscale() == "linear" and not axes.collections:
        (place,) = places
        for index, line in enumerate(single):
            line.set_xdata([place + SPREAD * ((index + 0.5) / len(single) - 0.5)])
        axes.set_xlim(place - 1, place + 1)
        axes.set_xticks([place], [f"{place:g}"])
        axes.margins(y=0.25)


def thin_out(figure: Figure) -> None:
    """Fewer labels, or turned ones, on each axis where they collide; leaves the figure laid out."""
    for attempt in range(ATTEMPTS):
        renderer = laid_out(figure)
        crowded = [axis for axes in figure.axes if axes.axison for axis in (axes.xaxis, axes.yaxis)]
        crowded = [axis for axis in crowded if collide(axis, renderer)]
        if not crowded:
            return
        for axis in crowded:
            thin(axis, attempt)
    laid_out(figure)


def thin(axis: Axis, attempt: int) -> None:
    """What helps next: fewer numbers; names are first turned, then every other one is left out."""
    from matplotlib.axis import XAxis
    from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator

    locator = axis.get_major_locator()
    if isinstance(locator, FixedLocator):
        turned = max((label.get_rotation() for label in axis.get_majorticklabels()), default=0.0)
        if names_at(axis) and isinstance(axis, XAxis) and turned < 90:
            turn(axis, 45 if turned < 45 else 90)
        else:
            leave_out(axis, turned)
    elif isinstance(locator, MaxNLocator):
        is_whole = axis.get_label_text() in WHOLE
        axis.set_major_locator(MaxNLocator(6 - attempt, steps=[1, 2, 5, 10], integer=is_whole))
    elif isinstance(locator, LogLocator):
        axis.set_major_locator(LogLocator(numticks=6 - attempt))


def turn(axis: Axis, degrees: float) -> None:
    for label in axis.get_majorticklabels():
        label.set(rotation=degrees, ha="right", va="center" if degrees == 90 else "top", rotation_mode="anchor")


def leave_out(axis: Axis, turned: float) -> None:
    """Every other tick."""
    names, places = names_at(axis), list(axis.get_majorticklocs())
    if names:
        axis.set_ticks(places[::2], names[::2])
    else:
        axis.set_ticks(places[::2])
    if turned:
        turn(axis, turned)
