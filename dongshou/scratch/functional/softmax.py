"""Softmax: numbers into probabilities."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor

from dongshou.scratch.functional.precision import precise


def softmax(input: Tensor, dim: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """exp(x_i) / sum_j exp(x_j) along dim: positive numbers that sum to 1. The shape stays."""
    dim = _implicit_dim("softmax", input) if dim is None else dim
    values = input.to(dtype or input.dtype).contiguous()
    exponentials = torch.exp(minus_max(precise(values), dim))
    return (exponentials / exponentials.sum(dim, keepdim=True)).to(values.dtype)


def log_softmax(input: Tensor, dim: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """log(softmax(x)_i) = x_i - log(sum_j exp(x_j)) along dim, never the logarithm of a rounded 0."""
    dim = _implicit_dim("log_softmax", input) if dim is None else dim
    values = input.to(dtype or input.dtype).contiguous()
    shifted = minus_max(precise(values), dim)
    return (shifted - shifted.exp().sum(dim, keepdim=True).log()).to(values.dtype)


def softmin(input: Tensor, dim: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """softmax(-x): the smallest gets the most."""
    return softmax(-input, _implicit_dim("softmin", input) if dim is None else dim, dtype)


def minus_max(input: Tensor, dim: int) -> Tensor:
    """x - max(x) along dim: softmax is the same for it, and exp(x) <= 1 cannot overflow."""
    if input.numel() == 0:  # there is no largest of nothing
        return input
    # detached: the maximum cancels out of the result, and so out of its derivative
    return input - input.detach().amax(dim, keepdim=True)


def _implicit_dim(name: str, input: Tensor) -> int:
    """The axis torch takes when none is named: 0 for 0, 1 and 3 axes, otherwise 1."""
    message = f"Implicit dimension choice for {name} has been deprecated. Name it: {name}(x, dim=...)."
    warnings.warn(message, stacklevel=3)
    return 0 if input.dim() in (0, 1, 3) else 1
