"""Attention as heat maps: what each word looked at, for every layer and head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from dongshou.drawing import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELL, MARGIN = 0.28, 1.3  # inches: a word, and what surrounds a heat map


def attention_maps(weights: Sequence[Tensor], queries: Sequence[str], keys: Sequence[str]) -> Figure:
    """A row of heat maps for each layer, one for each head: rows of words that look, columns of what they look at.

    weights  (heads, queries, keys) of each layer, from 0 to 1
    """
    num_heads = len(weights[0])
    width, height = CELL * len(keys) + MARGIN, CELL * len(queries) + MARGIN
    figure = new_figure(num_heads * width + 0.5, len(weights) * height)
    grid = figure.subplots(len(weights), num_heads, squeeze=False)
    for layer, (row, of_layer) in enumerate(zip(grid, weights, strict=True), start=1):
        for head, (axes, of_head) in enumerate(zip(row, of_layer, strict=True), start=1):
            axes.imshow(of_head.numpy(), cmap="Blues", vmin=0, vmax=1)
            if grid.size > 1:
                axes.set_title(f"layer {layer}, head {head}", fontsize=9)
            axes.set_xticks(range(len(keys)), map(shown, keys), rotation=90)
            axes.set_yticks(range(len(queries)), map(shown, queries))
            axes.tick_params(labelsize=8)
    figure.colorbar(grid[0, 0].images[0], ax=grid, shrink=0.6)
    return figure


def shown(word: str) -> str:
    """A dollar would begin a formula."""
    return word.replace("$", r"\$")
