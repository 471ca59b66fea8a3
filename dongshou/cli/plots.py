"""Curves drawn with characters: the same ones as in the pictures, where there is no window."""

from __future__ import annotations

import itertools
import math
import shutil
import sys
from collections.abc import Sequence

from plotext import figure

from dongshou.languages import translate
from dongshou.runs import Run
from dongshou.runs.curves import SPLITS, Points, curves_of, quantity_of, rank
from dongshou.runs.differences import short_names

WIDEST, HEIGHT = 100, 16  # characters
MARKERS = {"hd": "▚", "braille": "⢕", "•": "•", "x": "x", "+": "+", "o": "o"}  # and how a legend shows each
MOST_TICKS = 8


def print_curves(runs: Sequence[Run]) -> None:
    """A plot for each quantity, a line for each split, part and run; without colour codes in a file.

    The legend of several runs, which are named by the settings that differ, stands below the plot.
    """
    names = short_names(runs) if len(runs) > 1 else [""]
    named = list(zip(names, runs, strict=True))
    lines = [(name, part, metric, points) for name, run in named for (part, metric), points in curves_of(run).items()]
    lines.sort(key=lambda line: place_of(split_of(line[2])))
    for quantity in sorted({quantity_of(metric) for _, _, metric, _ in lines}, key=rank):
        labeled = {
            label_of(name, part, metric): finite(points)
            for name, part, metric, points in lines
            if quantity_of(metric) == quantity
        }
        is_rising = any(run.reading.prefers_more(quantity) for run in runs)
        print_plot(quantity, labeled, is_rising, legend_below=len(runs) > 1)


def print_plot(quantity: str, curves: dict[str, Points], is_rising: bool, legend_below: bool = False) -> None:
    """One plot of labelled curves; nothing where no point can be drawn."""
    curves = {label: points for label, points in curves.items() if points}
    if not curves:
        return
    figure.clear()
    figure.theme("simple")
    figure.plot_size(min(WIDEST, shutil.get_terminal_size().columns), HEIGHT)
    figure.title(translate(quantity.replace("_", " ")))
    markers = dict(zip(curves, itertools.cycle(MARKERS), strict=False))
    for label, points in curves.items():
        x, y = zip(*points, strict=True)
        signal = figure.signal(x, y, marker=markers[label])
        signal.lines()
        if not legend_below:
            signal.label(translate(label))
        figure.draw(signal)
    x, y = zip(*(point for points in curves.values() for point in points), strict=True)
    if not legend_below:
        place_legend(max(x), y, is_rising)
    ticks = whole_ticks(x)
    figure.ruler("x").ticks(ticks, [str(tick) for tick in ticks])
    print("\n" + figure.build().string(colorless=not sys.stdout.isatty()).rstrip("\n"))
    if legend_below:
        print("\n".join(f"   {MARKERS[marker]} {translate(label)}" for label, marker in markers.items()))


def place_legend(right: float, y: Sequence[float], is_rising: bool) -> None:
    """In the corner that curves of this kind leave free: losses fall to the right, accuracies rise."""
    corner = (min(y), "bottom") if is_rising else (max(y), "top")
    figure.legend(x=right, y=corner[0], ha="right", va=corner[1], relative=True)


def label_of(name: str, part: str, metric: str) -> str:
    return " ".join(word for word in (name, part, split_of(metric)) if word)


def split_of(metric: str) -> str:
    """`test_loss` -> `test`; a metric of no split is its own name."""
    split = metric.partition("_")[0]
    return split if split in SPLITS else metric


def place_of(split: str) -> int:
    """Train before valid before test, so that a split has the same marker in each plot."""
    order = ("train", "valid", "test")
    return order.index(split) if split in order else len(order)


def finite(points: Points) -> Points:
    return [(x, y) for x, y in points if math.isfinite(y)]


def whole_ticks(positions: Sequence[float]) -> list[int]:
    """Epochs or steps to write under the axis: whole numbers, not too many."""
    first, last = int(min(positions)), int(max(positions))
    return list(range(first, last + 1, max(1, math.ceil((last - first) / MOST_TICKS))))
