"""What makes a picture show the content of one and the style of another (Gatys, Ecker and Bethge, 2016).

Each loss is a mean, as in the book, so that its weight holds for pictures of any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from dongshou.models.adain import moments


def content_loss(features: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
    """sum over layers of mean (F - P)^2: the features of the picture and those of the content."""
    return sum_of(mse_loss(one, other) for one, other in zip(features, targets, strict=True))


def gram(features: Tensor) -> Tensor:
    """G = X X^T / (c h w): which features occur together, wherever that is.

    X (batch, c, h w): the features (batch, c, h, w) with a row for each channel. -> (batch, c, c)
    """
    rows = features.flatten(2)
    return rows @ rows.mT / rows[0].numel()


def style_loss(features: Sequence[Tensor], grams: Sequence[Tensor]) -> Tensor:
    """sum over layers of mean (G - A)^2: the Gram matrices of the picture and those of the style."""
    return sum_of(mse_loss(gram(one), other) for one, other in zip(features, grams, strict=True))


def total_variation(images: Tensor) -> Tensor:
    """(mean |x[i+1, j] - x[i, j]| + mean |x[i, j+1] - x[i, j]|) / 2: noise that no feature minds, (batch, ...)."""
    down = (images[..., 1:, :] - images[..., :-1, :]).abs().mean()
    along = (images[..., 1:] - images[..., :-1]).abs().mean()
    return (down + along) / 2


def statistics_loss(features: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
    """sum over layers of mean (mu - mu')^2 + mean (sigma - sigma')^2, of each channel of each picture.

    Huang and Belongie, 2017, equation 13.
    """
    pairs = [(moments(one), moments(other)) for one, other in zip(features, targets, strict=True)]
    return sum_of((a - b).square().mean() for one, other in pairs for a, b in zip(one, other, strict=True))


def sum_of(losses: Iterable[Tensor]) -> Tensor:
    return torch.stack([*losses]).sum()
