"""Attention as heat maps: what each word looked at, for every layer and head."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.drawing import new_figure
from dongshou.models import DotProductAttention, causal_mask
from dongshou.models.gpt import GPT
from dongshou.models.summary.watch import evaluating

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WORD, CHARACTER = 0.28, 0.15  # inches: the side of a cell
UNSEEN = "0.9"  # grey, where a query must not look


def attention_maps(
    weights: Sequence[Tensor], queries: Sequence[str], keys: Sequence[str], causal: bool = False
) -> Figure:
    """A row of heat maps for each layer, one for each head: rows of words that look, columns of what they look at.

    weights  (heads, queries, keys) of each layer, from 0 to 1
    causal   no word looks at what comes after it: grey
    """
    num_heads = len(weights[0])
    are_characters = max(map(len, (*queries, *keys))) == 1
    cell, margin, rotation = (CHARACTER, 0.8, 0) if are_characters else (WORD, 1.3, 90)
    width, height = cell * len(keys) + margin, cell * len(queries) + margin
    figure = new_figure(num_heads * width + 0.5, len(weights) * height)
    grid = figure.subplots(len(weights), num_heads, squeeze=False)
    for layer, (row, of_layer) in enumerate(zip(grid, weights, strict=True), start=1):
        for head, (axes, of_head) in enumerate(zip(row, of_layer, strict=True), start=1):
            if causal:
                of_head = of_head.masked_fill(~causal_mask(len(queries), len(keys)), math.nan)
            axes.set_facecolor(UNSEEN)
            axes.imshow(of_head.numpy(), cmap="Blues", vmin=0, vmax=1)
            if grid.size > 1:
                axes.set_title(f"layer {layer}, head {head}", fontsize=9)
            axes.set_xticks(range(len(keys)), map(shown, keys), rotation=rotation)
            axes.set_yticks(range(len(queries)), map(shown, queries))
            axes.tick_params(labelsize=8)
    figure.colorbar(grid[0, 0].images[0], ax=grid, shrink=0.6, aspect=max(20, 10 * len(weights)), pad=0.02)
    return figure


def shown(word: str) -> str:
    """A token that can be seen; a dollar would begin a formula."""
    return {" ": "␣", "\n": "↵", "\t": "⇥"}.get(word, word.replace("$", r"\$"))


@torch.no_grad()
def attention_of(model: GPT, tokens: Tensor) -> list[Tensor]:
    """All attention while a GPT reads the tokens (1, steps): (heads, steps, steps) of each layer."""
    with evaluating(model), weights_kept(model):
        model.forward(tokens)
        return [of_layer[0].float().cpu() for of_layer in model.attention_weights]


@contextmanager
def weights_kept(model: GPT) -> Iterator[None]:
    """Within it, each layer keeps its weights, which it else never holds as a whole."""
    layers = [layer for layer in model.modules() if isinstance(layer, DotProductAttention)]
    needed = [layer.need_weights for layer in layers]
    for layer in layers:
        layer.need_weights = True
    try:
        yield
    finally:
        for layer, need_weights in zip(layers, needed, strict=True):
            layer.need_weights, layer.attention_weights = need_weights, None
