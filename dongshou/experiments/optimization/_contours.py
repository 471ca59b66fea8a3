"""Pictures of functions of two inputs: ways over contours, and how fast each direction converges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.drawing import BLACK, GRAY, new_axes, new_figure, strokes
from dongshou.experiments.optimization._trajectories import Function, Ways

if TYPE_CHECKING:
    from matplotlib.figure import Figure

X1, X2 = (-5.5, 2.5), (-3.0, 3.0)  # what the picture shows; a way that explodes leaves it
SMALLEST = 1e-9  # where the logarithmic axis ends: below it is a minimum for every purpose


def draw_contours(f: Function, ways: Ways) -> Figure:
    """The ways over the contours of f, and beside them f by step."""
    figure = new_figure(12.0, 4.6)
    figure.suptitle("Ways to the minimum")
    plane, curves = figure.subplots(1, 2, width_ratios=(3, 2))
    x1, x2 = torch.meshgrid(torch.linspace(*X1, 160), torch.linspace(*X2, 120), indexing="xy")
    heights = f(torch.stack([x1, x2], dim=-1))  # (120, 160)
    plane.contour(x1, x2, heights, levels=[0.05, 0.2, 0.5, 1, 2, 4, 7, 11, 16], colors="lightgray")
    for (name, way), stroke in zip(ways.items(), strokes(len(ways)), strict=True):
        plane.plot(way[:, 0], way[:, 1], marker="o", markersize=3, linewidth=1, label=name, **stroke)
        values = f(way)
        values = values.where(values > 0, torch.nan)  # a logarithm has no 0
        curves.semilogy(values, marker="o", markersize=3, linewidth=1, label=name, **stroke)
    plane.set(xlim=X1, ylim=X2, xlabel="x1", ylabel="x2", title="over the contours of f")
    curves.set(xlabel="step", ylabel="f", title="by step")
    curves.set_ylim(bottom=max(SMALLEST, curves.get_ylim()[0]))
    return figure


def draw_factors(curvatures: Tensor, rates: Mapping[str, float]) -> Figure:
    """|1 - lr l_i| over lr for every curvature l_i: below 1 the error shrinks, and the larger factor decides."""
    lr = torch.linspace(0, 0.7, 300, dtype=curvatures.dtype)
    factors = (1 - lr[:, None] * curvatures).abs()  # (rates, directions)
    title = "How much of the error a step leaves"
    axes = new_axes(xlabel="learning rate", ylabel="what a step multiplies the error by", title=title)
    for curvature, factor in zip(curvatures.tolist(), factors.T, strict=True):
        axes.plot(lr, factor, label=f"curvature {curvature:g}")
    axes.plot(lr, factors.max(1).values, color=BLACK, linewidth=3, alpha=0.2, label="the slower of the two")
    for name, rate in rates.items():
        axes.axvline(rate, linestyle=":", color=GRAY)
        axes.text(rate, 0.04, name, rotation=90, va="bottom", ha="right")
    axes.axhline(1, color=BLACK, linestyle="--", linewidth=1, label="1: the error stays")
    axes.set_ylim(0, 1.6)
    return axes.figure  # pyright: ignore[reportReturnType]
