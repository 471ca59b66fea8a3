"""The curves of one run or of several over each other, with the published bands behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, product
from typing import TYPE_CHECKING, Any, Literal

from dongshou.drawing import GRAY, PALETTE, SINGLE, new_panels
from dongshou.runs.differences import short_names
from dongshou.runs.judge import figure_from
from dongshou.runs.run import ABOUT, Run
from dongshou.training import Band

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SPLITS = ("train", "valid", "test")
FIRST = ("loss", "accuracy")
GRADIENT_NORM, CLIPPED = "gradient_norm", "clipped_gradient_norm"
LABELS = {GRADIENT_NORM: "before clipping", CLIPPED: "after clipping"}
STROKES = {GRADIENT_NORM: {"linewidth": 0.8, "alpha": 0.5}, CLIPPED: {"linewidth": 0.8}}  # as many points as steps
LINE_STYLES = {"train": "-", "valid": "-.", "test": "--"}
PUBLISHED_STYLES = {"train": ":", "valid": (0, (5, 2, 1, 2, 1, 2)), "test": (0, (6, 2))}  # where all are grey
MARKERS = ("", "s", "^", "D")  # once every colour is taken
COLUMNS, PANEL = 3, (4.8, 3.6)  # quantities in a row; inches of each of several

Points = list[tuple[float, float]]
Curves = dict[tuple[str, str], Points]  # by part and metric


def draw_curves(runs: Sequence[Run]) -> Figure:
    """A picture for each quantity; a line for each split, run and part of a run."""
    names = short_names(runs) if len(runs) > 1 else [""]
    by_run = [curves_of(run) for run in runs]
    quantities = sorted({quantity_of(metric) for curves in by_run for _, metric in curves}, key=rank) or [""]
    heading = ", ".join(sorted({run.experiment for run in runs}))
    panel = PANEL if len(quantities) > 1 else SINGLE
    figure, panels = new_panels([""] * len(quantities), heading=heading, columns=COLUMNS, panel=panel)
    for axes, quantity in zip(panels, quantities, strict=True):
        draws = strokes_of_runs()
        for name, curves in zip(names, by_run, strict=True):
            draw_quantity(axes, quantity, curves, name, draws)
        if len(runs) == 1:
            shade_published(axes, quantity, runs[0].config["published"])
        if quantity == GRADIENT_NORM:
            draw_thresholds(axes, runs)
        finish(axes, quantity, " or ".join(sorted({axis_of(run, quantity) for run in runs})))
    return figure


def strokes_of_runs() -> Iterator[dict[str, str]]:
    """A colour after the other, then the same with markers: what is dashed is another split."""
    for marker, color in cycle(product(MARKERS, PALETTE)):
        yield {"color": color, "marker": marker}


def curves_of(run: Run) -> Curves:
    """(part, metric) -> points, by epoch; by step where there are no epochs.

    What was measured by step alone has its points between the epochs; the norm of the gradient goes by step always.
    """
    if axis_of(run) == "step":
        return points_of(run, "look") | points_of(run, "step") | norms_of(run)
    by_epoch, steps_per_epoch = points_of(run, "epoch") | norms_of(run), steps_by_part(run)
    for (part, metric), points in points_of(run, "look").items():  # within the epochs
        between = [(step / steps_per_epoch[part], value) for step, value in points if part in steps_per_epoch]
        by_epoch[part, metric] = sorted(by_epoch.get((part, metric), []) + between)
    for (part, metric), points in points_of(run, "step").items():
        if (part, metric) not in by_epoch and part in steps_per_epoch:
            by_epoch[part, metric] = [(step / steps_per_epoch[part], value) for step, value in points]
    return by_epoch


def points_of(run: Run, event: Literal["epoch", "look", "step"]) -> Curves:
    """(part, metric) -> points, from the lines of one kind: by the epoch, or by the step."""
    position = "epoch" if event == "epoch" else "step"
    curves: Curves = {}
    for line in run.lines():
        if line["event"] == event:
            for metric in line.keys() - {*ABOUT}:
                curves.setdefault((line.get("part", ""), metric), []).append((line[position], line[metric]))
    return curves


def norms_of(run: Run) -> Curves:
    """The norm of every step's gradient, before clipping and after it."""
    curves: Curves = {}
    for line in run.lines():
        if line["event"] == "clipped":
            for metric in (GRADIENT_NORM, CLIPPED):
                part = " ".join(filter(None, (line.get("part"), line.get("optimizer"))))
                points = curves.setdefault((part, metric), [])
                # one of several optimisers has steps of its own, more or fewer than the loop
                first = len(points) + 1 if "optimizer" in line else line["step"] - len(line[metric]) + 1
                points.extend(enumerate(line[metric], first))
    return curves


def steps_by_part(run: Run) -> dict[str, float]:
    """How many steps an epoch of each part has."""
    return {line.get("part", ""): line["step"] / line["epoch"] for line in run.lines() if line["event"] == "epoch"}


def axis_of(run: Run, quantity: str = "") -> Literal["epoch", "step"]:
    """What the curves of a run go by."""
    return "epoch" if quantity != GRADIENT_NORM and any(line["event"] == "epoch" for line in run.lines()) else "step"


def draw_quantity(axes: Axes, quantity: str, curves: Curves, run_name: str, draws: Iterator[dict[str, str]]) -> None:
    """The curves of a run: parts differ in colour, splits of a part in their strokes; of a single run in both."""
    of_part: dict[str, dict[str, str]] = {}
    used: dict[str, list[str]] = {}
    for (part, metric), points in sorted(curves.items(), key=lambda item: (item[0][0], place_of(item[0][1]))):
        if quantity_of(metric) != quantity:
            continue
        if not (part or run_name) or part not in of_part:
            of_part[part], used[part] = next(draws), []
        used[part].append(line_style(metric, used[part]))
        x, y = zip(*points, strict=True)
        stroke: dict[str, Any] = of_part[part] | STROKES.get(metric, {}) | {"linestyle": used[part][-1]}
        axes.plot(x, y, label=label_of(run_name, part, metric), markevery=max(1, len(x) // 8), **stroke)


def place_of(metric: str) -> tuple[Any, ...]:
    """Metrics of a split before one of none, which takes the stroke that they leave."""
    first, split, _ = rank(metric)
    return first, metric.partition("_")[0] not in SPLITS, split, metric != GRADIENT_NORM, metric


def line_style(metric: str, used: Sequence[str]) -> str:
    """That of its split; of a metric without one the first that no other curve of this colour has."""
    split = metric.partition("_")[0]
    free = [style for style in ("-", ":", *LINE_STYLES.values()) if style not in used]
    return LINE_STYLES.get(split) or (free[0] if free else "-")


def label_of(run_name: str, part: str, metric: str) -> str:
    """`lr 0.1 fast test`; a metric that the axis is called by needs no name beside that of its run or part."""
    split = metric.partition("_")[0]
    own = split if split in SPLITS else LABELS.get(metric, metric.replace("_", " "))
    if metric == quantity_of(metric) and metric not in LABELS and (run_name or part):
        own = ""
    return " ".join(word for word in (run_name, part, own) if word)


def shade_published(axes: Axes, quantity: str, published: Sequence[dict[str, Any]]) -> None:
    """Published bands of this quantity in the colours of their splits."""
    color_of = {line.get_label(): line.get_color() for line in axes.get_lines()}
    for source in published:
        for metric, plain in source["metrics"].items():
            if quantity_of(metric) != quantity:
                continue
            figure, split = figure_from(plain), metric.partition("_")[0]
            own = split if split in SPLITS else metric.replace("_", " ")
            color, label = color_of.get(own, GRAY), f"{own}, {source['source']}"
            if isinstance(figure, Band) and figure.p90 > figure.p10:
                alpha = 0.15 if own in color_of or split == "train" else 0.3
                axes.axhspan(figure.p10, figure.p90, color=color, alpha=alpha, linewidth=0, label=label)
            else:
                line = ":" if own in color_of else PUBLISHED_STYLES.get(split, ":")
                axes.axhline(figure.median, color=color, linewidth=1.2, linestyle=line, label=label)


def draw_thresholds(axes: Axes, runs: Sequence[Run]) -> None:
    """A line at each norm that gradients were clipped to; the axis is logarithmic, for they may explode."""
    for max_norm in sorted({line["max_norm"] for run in runs for line in run.lines() if line["event"] == "clipped"}):
        axes.axhline(max_norm, color=GRAY, linestyle=":", linewidth=1, label=f"threshold {max_norm:g}")
    axes.set_yscale("log")


def finish(axes: Axes, quantity: str, xlabel: str) -> None:
    """Names, and a logarithmic y axis where the values need one."""
    axes.set(xlabel=xlabel, ylabel=quantity.replace("_", " "))
    values = [value for line in axes.get_lines() for value in line.get_ydata()]  # pyright: ignore
    if values and min(values) > 0 and max(values) / min(values) > 100:
        axes.set_yscale("log")


def quantity_of(metric: str) -> str:
    """`test_accuracy` -> `accuracy`; clipped or not, a norm of the gradient is one."""
    split, _, rest = metric.partition("_")
    return rest if split in (*SPLITS, "clipped") and rest else metric


def rank(name: str) -> tuple[int, int, str]:
    """Losses first, then accuracies, then the rest by name, the norm of the gradient last; of each, train before valid
    before test."""
    quantity, split = quantity_of(name), name.partition("_")[0]
    first = FIRST.index(quantity) if quantity in FIRST else len(FIRST) + (quantity == GRADIENT_NORM)
    return first, SPLITS.index(split) if split in SPLITS else 0, quantity
