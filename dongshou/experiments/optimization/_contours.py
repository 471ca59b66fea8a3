"""Pictures of functions of two inputs: ways over contours, and how fast each direction converges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.drawing import new_axes, new_figure
from dongshou.experiments.optimization._trajectories import Function, Ways

if TYPE_CHECKING:
    from matplotlib.figure import Figure

X1, X2 = (-5.5, 2.5), (-3.0, 3.0)  # what the picture shows; a way that explodes leaves it
SMALLEST = 1e-9  # what a zero is drawn as on a logarithmic axis


def draw_contours(f: Function, ways: Ways) -> Figure:
    """The ways over the contours of f, and beside them f by step."""
    figure = new_figure(12.0, 4.6)
    plane, curves = figure.subplots(1, 2, width_ratios=(3, 2))
    x1, x2 = torch.meshgrid(torch.linspace(*X1, 160), torch.linspace(*X2, 120), indexing="xy")
    heights = f(torch.stack([x1, x2], dim=-1))  # (120, 160)
    plane.contour(x1, x2, heights, levels=[0.05, 0.2, 0.5, 1, 2, 4, 7, 11, 16], colors="lightgray")
    for name, way in ways.items():
        plane.plot(way[:, 0], way[:, 1], "o-", markersize=3, linewidth=1, label=name)
        curves.semilogy(f(way).clamp(min=SMALLEST), label=name)
    plane.set(xlim=X1, ylim=X2, xlabel="x1", ylabel="x2")
    curves.set(xlabel="step", ylabel="f")
    curves.locator_params(axis="x", integer=True)
    curves.grid(alpha=0.3)
    plane.legend(fontsize=8, loc="upper right")
    return figure


def draw_factors(curvatures: Tensor, rates: Mapping[str, float]) -> Figure:
    """|1 - lr l_i| over lr for every curvature l_i: below 1 the error shrinks, and the larger factor decides."""
    lr = torch.linspace(0, 0.7, 300, dtype=curvatures.dtype)
    factors = (1 - lr[:, None] * curvatures).abs()  # (rates, directions)
    axes = new_axes(xlabel="learning rate", ylabel="what a step multiplies the error by")
    for curvature, factor in zip(curvatures.tolist(), factors.T, strict=True):
        axes.plot(lr, factor, label=f"curvature {curvature:g}")
    axes.plot(lr, factors.max(1).values, color="black", linewidth=3, alpha=0.2, label="the slower of the two")
    for name, rate in rates.items():
        axes.axvline(rate, linestyle=":", color="gray")
        axes.text(rate, 1.5, name, rotation=90, va="top", ha="right", fontsize=8)
    axes.axhline(1, color="tab:red", linewidth=1)
    axes.set_ylim(0, 1.6)
    axes.legend(fontsize=8)
    return axes.figure  # pyright: ignore[reportReturnType]
