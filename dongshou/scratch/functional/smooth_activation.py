"""Activations without a corner, or with a curve on one side."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.scratch.functional.activation import relu, sigmoid

# the fixed point of mean 0 and variance 1: Klambauer et al., 2017, equation 14
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(x, 0) + alpha (exp(min(x, 0)) - 1). Clevert et al., 2016."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = relu(x) + alpha * torch.expm1(x.clamp(max=0))
    return input.copy_(output) if inplace else output


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(x, 0) + alpha (exp(min(x, 0) / alpha) - 1): an elu without a corner. Barron, 2017.

    Raises RuntimeError for alpha = 0.
    """
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    x = input.clone() if inplace else input  # the derivative needs x
    output = relu(x) + alpha * torch.expm1(x.clamp(max=0) / alpha)
    return input.copy_(output) if inplace else output


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """s elu(x, alpha), with s and alpha such that layers keep mean 0 and variance 1. Klambauer et al., 2017."""
    output = SELU_SCALE * elu(input.clone() if inplace else input, SELU_ALPHA)
    return input.copy_(output) if inplace else output


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
