"""Dropout: noise that keeps units from relying on one another."""

from __future__ import annotations

import torch
from torch import Tensor


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Sets each element to 0 with probability p and divides the others by 1 - p, so that the mean stays.

    y = x m / (1 - p), m ~ Bernoulli(1 - p); the identity when not training. Any shape.
    Srivastava et al., Dropout, 2014. Raises ValueError when p is no probability.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if p == 0 or not training:
        return input
    mask = torch.zeros_like(input) if p == 1 else torch.empty_like(input).bernoulli_(1 - p).div_(1 - p)
    return input.mul_(mask) if inplace else input * mask
