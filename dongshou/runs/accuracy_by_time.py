"""What an accuracy costs: runs beside each other by their accuracy, their time and their size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dongshou.drawing import new_axes, strokes
from dongshou.drawing.style import LINE_STYLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACCURACIES = ("test_accuracy", "valid_accuracy", "train_accuracy")  # the first that all runs have
SMALLEST, DOUBLED = 20.0, 12.0  # points^2: a network of one parameter, and what twice as many add
MARKERS = ("o", "s", "^", "D")  # in the place of the strokes of lines


class Point(NamedTuple):
    """One run; the number of parameters is None where the record does not hold it."""

    name: str
    metrics: dict[str, float]
    seconds: float
    parameters: int | None


def draw_accuracy_by_time(points: Sequence[Point]) -> Figure | None:
    """Accuracy over seconds, a point a run, the larger the more parameters; None without a common accuracy."""
    accuracy = next((name for name in ACCURACIES if all(name in point.metrics for point in points)), None)
    if accuracy is None:
        return None
    title = f"{accuracy.replace('_', ' ').capitalize()} by time"
    axes = new_axes(xlabel="seconds", ylabel=accuracy.replace("_", " "), title=title)
    for point, stroke in zip(points, strokes(len(points)), strict=True):
        x, y = max(point.seconds, 1e-3), point.metrics[accuracy]  # a logarithm has no 0
        shape = {"color": stroke["color"], "marker": MARKERS[LINE_STYLES.index(stroke["linestyle"])]}
        axes.scatter(x, y, s=area(point.parameters), alpha=0.6, label=label(point), **shape)
    axes.set_xscale("log")
    axes.margins(0.15)
    figure: Figure = axes.figure  # pyright: ignore[reportAssignmentType]
    legend = figure.legend(loc="outside right upper")
    for handle in legend.legend_handles:
        handle.set_sizes([SMALLEST])  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]
    return figure


def area(parameters: int | None) -> float:
    """By the logarithm: LeNet has sixty thousand parameters, VGG a hundred million."""
    return SMALLEST + DOUBLED * math.log2(max(parameters or 1, 1))


def label(point: Point) -> str:
    return point.name if point.parameters is None else f"{point.name}, {point.parameters:,} parameters"
