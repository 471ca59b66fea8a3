"""A latent space of two dimensions: where pictures lie in it, and what picture lies where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.drawing import BLUE, colors, new_axes
from dongshou.tasks.pictures.made import draw_made

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 2000  # points
SIDE = 12  # pictures of the manifold, in each direction


def draw_latent_map(latents: Tensor, labels: Tensor | None, names: Sequence[str]) -> Figure:
    """Latents (n, 2) as points, in the colours of their classes where they have some."""
    axes = new_axes(
        width=6.4, height=5.4, xlabel="$z_1$", ylabel="$z_2$", title="Where the pictures of the test set lie"
    )
    latents = latents[:SHOWN]
    if labels is None:
        axes.scatter(*latents.mT.tolist(), s=8, color=BLUE)
        return axes.figure  # pyright: ignore[reportReturnType]
    by_name = colors(names)
    for number, name in enumerate(names):
        of_class = latents[labels[:SHOWN] == number]
        axes.scatter(*of_class.mT.tolist(), s=8, color=by_name[name], label=name)
    return axes.figure  # pyright: ignore[reportReturnType]


def draw_manifold(decode: Callable[[Tensor], Tensor]) -> Figure:
    """What is decoded of a grid of latents, as far from each other as normal noise lies densely: at equal quantiles."""
    quantiles = (torch.arange(SIDE) + 0.5) / SIDE
    steps = torch.special.ndtri(quantiles)  # of the normal distribution
    rows = [torch.stack([steps, torch.full_like(steps, float(height))], dim=1) for height in steps.flip(0)]
    return draw_made([decode(row) for row in rows], "What lies where in the latent space")
