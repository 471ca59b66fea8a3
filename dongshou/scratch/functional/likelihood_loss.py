"""Losses that measure how badly a distribution fits: the negative logarithm of what it says of the target."""

from __future__ import annotations

import math
import warnings

import torch
from torch import Tensor

from dongshou.scratch.functional.precision import float32_under_autocast
from dongshou.scratch.functional.reduction import legacy_reduction, reduced


@float32_under_autocast
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """KL divergence: q (log q - log p), whose sum is the Kullback-Leibler divergence of p from q; 0 where q is 0.

    input: log p; target: q, or log q with log_target. "batchmean" divides the sum by the batch, as the
    definition wants; "mean" divides by the number of elements.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if reduction == "mean":
        warnings.warn("'mean' divides by all elements; the divergence of an example is 'batchmean'.", stacklevel=2)
    if log_target:
        losses = target.exp() * (target - input)
    else:
        logarithm = torch.where(target == 0, 1, target).log()  # 0 log 0 is 0
        losses = target * logarithm - target * input
    if reduction == "batchmean":
        return losses.sum() / (input.size(0) if input.dim() > 0 else 1)
    return reduced(losses, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """(log v + (m - y)^2 / v) / 2 for a normal distribution of mean m and variance v; full adds log(2 pi) / 2.

    input: m; var: v, of the same size, or the same for all of the last axis. v is at least eps, which its
    derivative does not see. Nix and Weigend, 1994. Raises ValueError for a var below 0 or of another size.
    """
    variance = torch.full_like(input, var) if isinstance(var, (int, float)) else _like_input(var, input)
    if (variance < 0).any():
        raise ValueError("var has negative entry/entries")
    variance = variance + (variance.clamp(min=eps) - variance).detach()
    losses = 0.5 * (torch.log(variance) + (input - target) ** 2 / variance)
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)


@float32_under_autocast
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """r - y log r for a count y and a Poisson distribution of rate r; full adds log(y!), by Stirling's formula.

    input: log r, or r without log_input, and then eps keeps the logarithm finite.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    losses = input.exp() - target * input if log_input else input - target * torch.log(input + eps)
    return reduced(losses + _log_factorial(target) if full else losses, reduction)


def _log_factorial(count: Tensor) -> Tensor:
    """n log n - n + log(2 pi n) / 2, good from 2 on; 0 for 0 and 1."""
    n = torch.where(count > 1, count, 1)
    return torch.where(count > 1, n * n.log() - n + 0.5 * torch.log(2 * math.pi * n), 0)


def _like_input(var: Tensor, input: Tensor) -> Tensor:
    """var, with an axis of size 1 at the end where it has the last axis of the input left out."""
    if var.shape == input.shape:
        return var
    if var.shape == input.shape[:-1]:
        return var.unsqueeze(-1)
    different = [size for size, wanted in zip(var.shape, input.shape, strict=False) if size != wanted]
    if var.dim() != input.dim() or different != [1]:
        raise ValueError(f"var is of incorrect size: {tuple(var.shape)} for an input of {tuple(input.shape)}")
    return var
