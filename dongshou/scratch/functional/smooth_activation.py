"""Activations without a corner, or with a curve on one side."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dongshou.scratch.functional.activation import indicator, sigmoid

# the fixed point of mean 0 and variance 1: Klambauer et al., 2017, equation 14
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(x, 0) + alpha (exp(min(x, 0)) - 1). Clevert et al., 2016."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = _bent(x, 1, alpha, 1)
    return input.copy_(output) if inplace else output


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(x, 0) + alpha (exp(min(x, 0) / alpha) - 1): an elu without a corner. Barron, 2017.

    Raises RuntimeError for alpha = 0.
    """
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    x = input.clone() if inplace else input  # the derivative needs x
    output = _bent(x, 1, alpha, alpha)
    return input.copy_(output) if inplace else output


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """s elu(x, alpha), with s and alpha such that layers keep mean 0 and variance 1. Klambauer et al., 2017."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = _bent(x, SELU_SCALE, SELU_SCALE * SELU_ALPHA, 1)
    return input.copy_(output) if inplace else output


def _bent(input: Tensor, slope: float, depth: float, width: float) -> Tensor:
    """What elu, celu and selu have in common: slope * max(x, 0) + depth * (exp(min(x, 0) / width) - 1)."""
    return _Bent.apply(input, slope, depth, width)  # pyright: ignore[reportReturnType]


class _Bent(torch.autograd.Function):
    """y = s max(x, 0) + d (exp(min(x, 0) / w) - 1), dy/dx = s where x > 0 and d / w exp(x / w) elsewhere."""

    @staticmethod
    def forward(ctx: Any, input: Tensor, slope: float, depth: float, width: float) -> Tensor:
        ctx.save_for_backward(input)
        ctx.shape = slope, depth, width
        return input.clamp(max=0).div_(width).expm1_().mul_(depth).add_(input.clamp(min=0), alpha=slope)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (input,), (slope, depth, width) = ctx.saved_tensors, ctx.shape
        steepness = depth / width
        growth = input.clamp(max=0).div_(width).exp_()  # 1 where x > 0
        derivative = indicator(torch.gt, input, 0).mul_(slope - steepness).add_(growth, alpha=steepness)
        return derivative.mul_(gradients[0]), None, None, None


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta x)) / beta, a relu with a round corner; x itself where beta x > threshold."""
    is_straight = beta * input > threshold
    bent = torch.where(is_straight, 0, beta * input)  # no exponential overflows
    return torch.where(is_straight, input, torch.log1p(torch.exp(bent)) / beta)


def softsign(input: Tensor) -> Tensor:
    """x / (1 + |x|): a tanh that takes its time. Bergstra et al., 2009."""
    return input / (1 + input.abs())


def tanhshrink(input: Tensor) -> Tensor:
    """x - tanh(x)."""
    return input - torch.tanh(input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """x sigmoid(x), also known as swish. Elfwing et al., 2017."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = x * sigmoid(x)
    return input.copy_(output) if inplace else output


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """x tanh(softplus(x)). Misra, 2019."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = x * torch.tanh(softplus(x))
    return input.copy_(output) if inplace else output


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """a sigmoid(b), where a and b are the two halves of x along dim: b is the gate of a. Dauphin et al., 2017.

    Raises RuntimeError when there are no two halves.
    """
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    if input.size(dim) % 2 != 0:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {input.size(dim)}")
    values, gate = input.chunk(2, dim)
    return values * sigmoid(gate)
