"""Dropout: noise that keeps units from relying on one another."""

from __future__ import annotations

import math
import warnings

import torch
from torch import Tensor

SELU_FLOOR = -1.7580993408473766  # what selu gives for minus infinity: its scale times its alpha, below 0


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout: sets each element to 0 with probability p and divides the others by 1 - p, so that the mean stays.

    y = x m / (1 - p), m ~ Bernoulli(1 - p); the identity when not training. Any shape.
    Srivastava et al., Dropout, 2014. Raises ValueError when p is not a probability.
    """
    _require_probability(p)
    if p == 0 or not training:
        return input
    return _multiplied(input, _kept(input, p), inplace)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels: input (batch, channels, length) or (channels, length). Tompson et al., 2015.

    Raises ValueError when p is not a probability, RuntimeError for another number of axes.
    """
    if input.dim() not in (2, 3):
        raise RuntimeError(f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input")
    return _dropout_of_examples(input, 3, p, training, inplace)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels: input (batch, channels, height, width). Tompson et al., 2015.

    Raises ValueError when p is not a probability.
    """
    if input.dim() != 4:
        # like torch: the first axis is the batch, not the channels of one example
        warnings.warn(f"dropout2d: Received a {input.dim()}D input; use dropout1d or dropout", stacklevel=2)
    return _channel_dropout(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels: input (batch, channels, depth, height, width), or one example.

    Raises ValueError when p is not a probability.
    """
    if input.dim() not in (4, 5):
        warnings.warn(f"dropout3d: Received a {input.dim()}D input; use dropout", stacklevel=2)
    return _dropout_of_examples(input, 5, p, training, inplace)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout for selu: elements are set to selu's floor, and then mean 0 and variance 1 are restored.

    y = a (x m + floor (1 - m)) + b, m ~ Bernoulli(1 - p), a = ((1 - p) (1 + p floor^2))^(-1/2), b = -a p floor
    Klambauer et al., 2017. Raises ValueError when p is not a probability.
    """
    _require_probability(p)
    return _alpha_dropout(input, torch.empty_like(input), p, inplace) if training else input


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """alpha_dropout of whole channels: input (batch, channels, ...). Raises ValueError when p is not a probability."""
    _require_probability(p)
    return _alpha_dropout(input, _one_a_channel(input), p, inplace) if training else input


def _alpha_dropout(input: Tensor, mask: Tensor, p: float, inplace: bool) -> Tensor:
    if p == 0:
        return input
    if p == 1:
        return _multiplied(input, torch.zeros_like(mask), inplace)
    scale = 1 / math.sqrt((1 - p) * (1 + p * SELU_FLOOR**2))
    kept = mask.bernoulli_(1 - p)
    shift = scale * SELU_FLOOR * (1 - kept - p)
    return _multiplied(input, scale * kept, inplace).add_(shift)


def _dropout_of_examples(input: Tensor, batched_dim: int, p: float, training: bool, inplace: bool) -> Tensor:
    """Dropout of channels, for a batch or for one example, which has an axis less."""
    if input.dim() == batched_dim:
        return _channel_dropout(input, p, training, inplace)
    output = _channel_dropout(input.unsqueeze(0), p, training, inplace).squeeze(0)
    return input if inplace else output


def _channel_dropout(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    """input (batch, channels, ...): one draw for every channel of every example."""
    _require_probability(p)
    if p == 0 or not training:
        return input
    return _multiplied(input, _kept(_one_a_channel(input), p), inplace)


def _kept(like: Tensor, p: float) -> Tensor:
    """A factor of the given shape for every element: 0 with probability p, otherwise 1 / (1 - p)."""
    return torch.zeros_like(like) if p == 1 else torch.empty_like(like).bernoulli_(1 - p).div_(1 - p)


def _one_a_channel(input: Tensor) -> Tensor:
    """Room for (batch, channels, 1, ...) factors. Raises RuntimeError where there are no channels."""
    if input.dim() < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return input.new_empty(*input.shape[:2], *[1] * (input.dim() - 2))


def _multiplied(input: Tensor, mask: Tensor, inplace: bool) -> Tensor:
    return input.mul_(mask) if inplace else input * mask


def _require_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
