"""The triplet loss: an anchor is to lie nearer to its like than to anything else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from dongshou.scratch.functional.distance import pairwise_distance
from dongshou.scratch.functional.precision import float32_under_autocast
from dongshou.scratch.functional.reduction import legacy_reduction, reduced


@float32_under_autocast
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin + d(a, positive) - d(a, negative)), d the p-norm. Balntas et al., 2016.

    All three (batch, features) or (features). Raises as triplet_margin_with_distance_loss does.
    """
    return triplet_margin_with_distance_loss(
        anchor,
        positive,
        negative,
        distance_function=partial(pairwise_distance, p=p, eps=eps),
        margin=margin,
        swap=swap,
        reduction=legacy_reduction(size_average, reduce, reduction),
    )


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin + d(a, positive) - d(a, negative)) for a distance d of your own.

    With swap, d(positive, negative) stands for d(a, negative) where it is smaller: the harder question.
    Raises ValueError unless margin > 0, RuntimeError for different numbers of axes.
    """
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.dim() == positive.dim() == negative.dim():
        dims = f"anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D"
        raise RuntimeError(f"The three are expected to have the same number of dimensions, but got: {dims}")
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = torch.minimum(far, distance(positive, negative))
    return reduced((margin + near - far).clamp(min=0), reduction)
