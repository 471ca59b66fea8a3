"""Attention as heat maps: what each word looked at, for every layer and head."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from dongshou.drawing import color_bar, new_panels, plain
from dongshou.models import BertEncoder, DotProductAttention, causal_mask
from dongshou.models.gpt import GPT
from dongshou.models.summary.watch import evaluating
from dongshou.tasks.pictures.shares import draw_shares

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SQUARE, LETTER = 0.17, 0.075  # inches: the side of a square, the width of a letter of a name
SMALLEST = 2.2  # inches: a heat map
MARGIN = 0.75  # inches beside and below a panel: the name of the axis, ticks
UNSEEN = "0.85"  # grey, where a query must not look
QUERY, KEY = "query: the token that looks", "key: the token looked at"


def attention_by_layer(
    name: str, weights: Sequence[Tensor], queries: Sequence[str], keys: Sequence[str], title: str, causal: bool = False
) -> Iterator[tuple[str, Figure]]:
    """A picture for each layer, named with its number where there are several.

    weights  (heads, queries, keys) of each layer
    """
    for layer, of_layer in enumerate(weights, start=1):
        one = len(weights) == 1
        heading = title if one else f"{title}, layer {layer} of {len(weights)}"
        yield name if one else f"{name}-layer-{layer}", attention_maps(of_layer, queries, keys, heading, causal)


def attention_maps(
    weights: Tensor, queries: Sequence[str], keys: Sequence[str], heading: str, causal: bool = False
) -> Figure:
    """A heat map for each head of a layer: rows of tokens that look, columns of what they look at.

    weights  (heads, queries, keys), from 0 to 1
    causal   no token looks at what comes after it: grey
    """
    num_heads = len(weights)
    columns = math.ceil(math.sqrt(num_heads))
    titles = [f"head {head}" for head in range(1, num_heads + 1)] if num_heads > 1 else [""]
    are_characters = max(map(len, (*queries, *keys))) == 1
    figure, panels = new_panels(
        titles, heading=heading, columns=columns, panel=size_for(queries, keys), xlabel=KEY, ylabel=QUERY
    )
    largest = float(weights.max())
    images = []
    for axes, of_head in zip(panels, weights, strict=True):
        if causal:
            of_head = of_head.masked_fill(~causal_mask(len(queries), len(keys)), math.nan)
        axes.set_facecolor(UNSEEN)
        images.append(draw_shares(axes, of_head, largest))
        axes.set_xticks(range(len(keys)), map(shown, keys), rotation=0 if are_characters else 90)
        axes.set_yticks(range(len(queries)), map(shown, queries))
    color_bar(images[0], panels, label="attention weight")
    return figure


def size_for(queries: Sequence[str], keys: Sequence[str]) -> tuple[float, float]:
    """Inches of a panel whose squares are square and whose names are read."""
    beside, below = (MARGIN + LETTER * max(map(len, names)) for names in (queries, keys))
    return max(SQUARE * len(keys), SMALLEST) + beside, max(SQUARE * len(queries), SMALLEST) + below


def shown(word: str) -> str:
    """A token that can be seen."""
    return {" ": "␣", "\n": "↵", "\t": "⇥"}.get(word, plain(word))


@torch.no_grad()
def attention_of(model: GPT | BertEncoder, tokens: Tensor, *more: Tensor) -> list[Tensor]:
    """All attention while it reads the tokens (1, steps), and what else it takes: (heads, steps, steps) by layer."""
    with evaluating(model), weights_kept(model):
        model(tokens, *more)
        return [of_layer[0].float().cpu() for of_layer in model.attention_weights]


@contextmanager
def weights_kept(model: nn.Module) -> Iterator[None]:
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
