"""Convexity: chords that stay inside a set, chords that stay above a curve, and why no valley is the wrong one.

A set is convex if the chord between any two of its points lies in it. A function is convex if the set above its
curve is: t f(a) + (1 - t) f(b) >= f(t a + (1 - t) b) for 0 <= t <= 1, and then E f(X) >= f(E X) for every random X
(Jensen, 1906). A local minimum of a convex function is global: a lower point elsewhere would have a chord to it that
leads down at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor

from dongshou.drawing import BLUE, GRAY, RED, new_panels
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import LearningRate, OptimizerSteps
from dongshou.experiments.optimization._trajectories import Function, descend
from dongshou.scratch.optim import SGD
from dongshou.training import Drew, Event, Exact, Finished, Procedure, Reported, Session
from dongshou.training.events import Metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SECTIONS = {"zh": "11.1, 11.2", "en": "12.1, 12.2"}


INTERVAL = (-2.0, 2.0)
FUNCTIONS: dict[str, Function] = {
    "square": lambda x: x**2,
    "absolute": lambda x: x.abs(),
    "exponential": lambda x: torch.exp(x),
    "cosine": lambda x: torch.cos(torch.pi * x),
    "double well": lambda x: (x**2 - 1) ** 2 + x / 4,
}
CONVEX_FUNCTIONS = ("square", "absolute", "exponential")

Contains = Callable[[Tensor], Tensor]  # points (..., 2) -> whether they belong to the set (...)
SETS: dict[str, Contains] = {
    "disc": lambda p: in_disc(p, 0, 0, 1),
    "lens": lambda p: in_disc(p, -0.4, 0, 1) & in_disc(p, 0.4, 0, 1),  # an intersection of convex sets is convex
    "pair": lambda p: in_disc(p, -0.5, -0.4, 0.7) | in_disc(p, 0.5, 0.4, 0.7),  # their union need not be
    "ring": lambda p: in_disc(p, 0, 0, 1) & ~in_disc(p, 0, 0, 0.5),
}
CONVEX_SETS = ("disc", "lens")


THEOREM = {f"{name}_lowest_gap": Reported(0.0, within=1e-12, two_sided=True) for name in CONVEX_FUNCTIONS}
DEFINITION = {f"{name}_outside": Reported(0.0, two_sided=True) for name in CONVEX_SETS}


@Exact("the definition of convexity", secondary=(), **THEOREM, **DEFINITION)
def experiment(
    num_points: Annotated[int, "points of the grid over [-2, 2]"] = 81,
    num_chords: Annotated[int, "random chords for each set"] = 2000,
) -> Procedure:
    """Every chord of five functions on a grid over [-2, 2], and chords between random points of four sets.

    `_jensen_gap` is E f(X) - f(E X) with X uniform on the grid: never negative for a convex function, and of either
    sign for others. `_lowest_gap`, the smallest over all chords of their height over the curve, tells for certain:
    it is 0, at the ends, for a convex function. `_outside` is the share of chords that leave the set.
    Raises UsageError for fewer than 3 points or less than 1 chord.
    """
    if num_points < 3 or num_chords < 1:
        raise UsageError(f"num_points >= 3 and num_chords >= 1 are needed; got {num_points} and {num_chords}.")

    def steps(session: Session) -> Iterator[Event]:
        x = torch.linspace(*INTERVAL, num_points, dtype=torch.float64)  # (points,)
        metrics: Metrics = {}
        for name, f in FUNCTIONS.items():
            key = name.replace(" ", "_")
            metrics[f"{key}_jensen_gap"] = jensen_gap(f, x)
            metrics[f"{key}_lowest_gap"] = lowest_gap(f, x)
        for name, contains in SETS.items():
            metrics[f"{name}_outside"] = share_outside(contains, num_chords)
        yield Drew("functions", draw_functions(x))
        yield Drew("sets", draw_sets())
        yield Finished(metrics)

    return Procedure(steps)


@Exact(
    "one valley, two valleys",
    square_minima=Reported(1, two_sided=True),
    double_well_minima=Reported(2, two_sided=True),
)
def local_minima(
    lr: LearningRate = 0.05, num_steps: OptimizerSteps = 200, num_starts: Annotated[int, "points to start from"] = 21
) -> Procedure:
    """Gradient descent from starts all over [-2, 2]: on x^2 all end in one place, in a double well in two.

    `_minima` counts the places, to two digits; `_spread` is the distance between the outermost.
    Raises UsageError for a negative rate or less than 1 start.
    """
    if lr < 0 or num_starts < 1:
        raise UsageError(f"lr >= 0 and num_starts >= 1 are needed; got {lr} and {num_starts}.")

    def steps(session: Session) -> Iterator[Event]:
        starts = torch.linspace(*INTERVAL, num_starts, dtype=torch.float64).tolist()
        metrics: Metrics = {}
        names, heading = ("square", "double well"), "Where gradient descent ends, by where it starts"
        figure, panels = new_panels(names, heading=heading, xlabel="x", ylabel="f")
        for axes, name in zip(panels, names, strict=True):
            f = FUNCTIONS[name]
            ways = [descend(f, start, lambda x: SGD(x, lr=lr), num_steps) for start in starts]
            ends = torch.stack([way[-1] for way in ways])  # (starts,)
            key = name.replace(" ", "_")
            metrics[f"{key}_minima"] = len(set(ends.mul(100).round().tolist()))
            metrics[f"{key}_spread"] = (ends.max() - ends.min()).item()
            draw_ends(axes, f, torch.tensor(starts), ends)
        yield Drew("minima", figure)
        yield Finished(metrics)

    return Procedure(steps)


def in_disc(points: Tensor, x: float, y: float, radius: float) -> Tensor:
    return (points - torch.tensor([x, y])).square().sum(-1) <= radius**2


def jensen_gap(f: Function, x: Tensor) -> float:
    """E f(X) - f(E X), X uniform on the points (points,)."""
    return (f(x).mean() - f(x.mean())).item()


def lowest_gap(f: Function, x: Tensor) -> float:
    """The smallest t f(a) + (1 - t) f(b) - f(t a + (1 - t) b) over all a, b of the points and t in 0, 0.1, ..., 1."""
    t = torch.linspace(0, 1, 11, dtype=x.dtype)
    a, b = x[:, None, None], x[None, :, None]
    gaps = t * f(a) + (1 - t) * f(b) - f(t * a + (1 - t) * b)  # (points, points, 11)
    return gaps.min().item()


def share_outside(contains: Contains, num_chords: int) -> float:
    """The share of chords between random points of the set of which some point lies outside of it."""
    points = members(contains, 2 * num_chords)
    a, b = points.unflatten(0, (2, num_chords)).unbind(0)  # (chords, 2) each
    t = torch.linspace(0.01, 0.99, 99)[:, None, None]  # not the ends, which rounding may put outside
    return 1 - contains(t * a + (1 - t) * b).all(0).float().mean().item()


def members(contains: Contains, num_points: int) -> Tensor:
    """Random points of the set (points, 2), drawn from the square around it until there are enough."""
    found = torch.empty(0, 2)
    while len(found) < num_points:
        candidates = 3 * torch.rand(num_points, 2) - 1.5
        found = torch.cat([found, candidates[contains(candidates)]])
    return found[:num_points]


def draw_functions(x: Tensor) -> Figure:
    """Each function with a chord, red where it lies below the curve, as it never does on a convex function."""
    titles = [f"{name}, {'convex' if name in CONVEX_FUNCTIONS else 'not convex'}" for name in FUNCTIONS]
    heading = "A chord of a convex function lies nowhere below it"
    figure, panels = new_panels(titles, heading=heading, panel=(3.4, 3.0), xlabel="x", ylabel="f")
    for axes, f in zip(panels, FUNCTIONS.values(), strict=True):
        chord = torch.linspace(-1.5, 1.0, 100, dtype=x.dtype)
        t = (chord - chord[0]) / (chord[-1] - chord[0])
        heights = (1 - t) * f(chord[0]) + t * f(chord[-1])
        axes.plot(x, f(x), color=GRAY, label="f")
        axes.plot(chord, heights, color=BLUE, label="chord")
        below = heights < f(chord) - 1e-12
        x_below, y_below = (values.where(below, torch.nan) for values in (chord, heights))
        axes.plot(x_below, y_below, color=RED, linewidth=3, label="below f")
    return figure


def draw_sets() -> Figure:
    """Each set with a few chords between its points, red where they leave it."""
    titles = [f"{name}, {'convex' if name in CONVEX_SETS else 'not convex'}" for name in SETS]
    heading = "A chord of a convex set stays within it"
    figure, panels = new_panels(titles, heading=heading, panel=(3.4, 3.2), xlabel="x1", ylabel="x2")
    x, y = torch.meshgrid(torch.linspace(-1.5, 1.5, 200), torch.linspace(-1.5, 1.5, 200), indexing="xy")
    for axes, contains in zip(panels, SETS.values(), strict=True):
        axes.contourf(x, y, contains(torch.stack([x, y], dim=-1)).float(), levels=[0.5, 1], colors=["lightgray"])
        for a, b in members(contains, 24).unflatten(0, (12, 2)):
            inside = contains(torch.linspace(0.01, 0.99, 99)[:, None] * (a - b) + b).all()
            label = "within the set" if inside else "leaves the set"
            color = BLUE if inside else RED
            axes.plot(*torch.stack([a, b]).T, "o-", markersize=2, linewidth=1, color=color, label=label)
        axes.set(aspect="equal", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    return figure


def draw_ends(axes: Axes, f: Function, starts: Tensor, ends: Tensor) -> None:
    x = torch.linspace(*INTERVAL, 200)
    axes.plot(x, f(x), color=GRAY, label="f")
    axes.plot(starts, f(starts), "o", markersize=4, color=BLUE, label="starts")
    axes.plot(ends, f(ends), "o", color=RED, label="ends")
