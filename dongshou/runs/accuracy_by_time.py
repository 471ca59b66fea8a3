"""What an accuracy costs: runs beside each other by their accuracy, their time and their size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dongshou.drawing import new_axes
from dongshou.runs.curves import COLORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACCURACIES = ("test_accuracy", "valid_accuracy", "train_accuracy")  # the first that all runs have
SMALLEST, DOUBLED = 20.0, 12.0  # points^2: a network of one parameter, and what twice as many add
LINE = 0.18  # inches of the legend


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
    axes = new_axes(6.4, 4.0 + LINE * len(points), xlabel="seconds", ylabel=accuracy.replace("_", " "))
    for index, point in enumerate(points):
        color = COLORS[index % len(COLORS)]
        x, y = max(point.seconds, 1e-3), point.metrics[accuracy]  # a logarithm has no 0
        axes.scatter(x, y, s=area(point.parameters), color=color, alpha=0.6, label=label(point))
    axes.set_xscale("log")
    axes.margins(0.15)
    figure: Figure = axes.figure  # pyright: ignore[reportAssignmentType]
    legend = figure.legend(loc="outside lower left", fontsize=7, frameon=False)
    for handle in legend.legend_handles:
        handle.set_sizes([SMALLEST])  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]
    return figure


def area(parameters: int | None) -> float:
    """By the logarithm: LeNet has sixty thousand parameters, VGG a hundred million."""
    return SMALLEST + DOUBLED * math.log2(max(parameters or 1, 1))


def label(point: Point) -> str:
    return point.name if point.parameters is None else f"{point.name}, {point.parameters:,} parameters"
