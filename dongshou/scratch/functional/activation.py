"""Activations: what bends the straight lines between two linear layers."""

from __future__ import annotations

import math
import warnings

import torch
from torch import Tensor


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0), with derivative 0 at 0. Nair and Hinton, 2010."""
    # asked as "x <= 0", which is false for NaN: a NaN goes through and is seen
    output = torch.where(input <= 0, 0, input)
    return input.copy_(output) if inplace else output


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where x > 0, negative_slope * x elsewhere: no unit ever stops learning. Maas et al., 2013."""
    output = torch.where(input > 0, input, negative_slope * input)
    return input.copy_(output) if inplace else output


def tanh(input: Tensor) -> Tensor:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), from -1 to 1."""
    return torch.tanh(input)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), from 0 to 1.

    For x < 0 it is written exp(x) / (1 + exp(x)): the same number, and no exponential can overflow.
    """
    decay = _exp_minus_abs(input)
    return torch.where(input < 0, decay, 1) / (1 + decay)


def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(x)) = min(x, 0) - log(1 + exp(-|x|)), exact where sigmoid(x) is rounded to 0 or 1."""
    return torch.where(input < 0, input, 0) - torch.log1p(_exp_minus_abs(input))


def _exp_minus_abs(input: Tensor) -> Tensor:
    """exp(-|x|), in (0, 1]."""
    # not input.abs(): its derivative at 0 is 0, and sigmoid would lose its slope of 1/4 there
    return torch.exp(torch.where(input < 0, input, -input))


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """x Phi(x), where Phi is the distribution function of the standard normal.

    Phi(x) = (1 + erf(x / sqrt(2))) / 2, or with approximate="tanh"
    Phi(x) = (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. Hendrycks and Gimpel, 2016.
    Raises RuntimeError for another approximation.
    """
    if approximate == "none":
        return input * 0.5 * (1 + torch.erf(input / math.sqrt(2)))
    if approximate == "tanh":
        return input * 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (input + 0.044715 * input**3)))
    raise RuntimeError(f"approximate argument must be either none or tanh, but got {approximate}")


def softmax(input: Tensor, dim: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """exp(x_i) / sum_j exp(x_j) along dim: positive numbers that sum to 1. The shape stays."""
    dim = _implicit_dim("softmax", input) if dim is None else dim
    exponentials = torch.exp(_minus_max(input.to(dtype or input.dtype), dim))
    return exponentials / exponentials.sum(dim, keepdim=True)


def log_softmax(input: Tensor, dim: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """log(softmax(x)_i) = x_i - log(sum_j exp(x_j)) along dim, never the logarithm of a rounded 0."""
    dim = _implicit_dim("log_softmax", input) if dim is None else dim
    shifted = _minus_max(input.to(dtype or input.dtype), dim)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def _minus_max(input: Tensor, dim: int) -> Tensor:
    """x - max(x) along dim: softmax is the same for it, and exp(x) <= 1 cannot overflow."""
    # detached: the maximum cancels out of the result, and so out of its derivative
    return input - input.detach().amax(dim, keepdim=True)


def _implicit_dim(name: str, input: Tensor) -> int:
    """The axis torch takes when none is named: 0 for 0, 1 and 3 axes, otherwise 1."""
    message = f"Implicit dimension choice for {name} has been deprecated. Name it: {name}(x, dim=...)."
    warnings.warn(message, stacklevel=3)
    return 0 if input.dim() in (0, 1, 3) else 1
