"""Activations without a corner, or with a curve on one side."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.scratch.functional.activation import sigmoid
from dongshou.scratch.functional.elementwise import indicator, reuse, times, with_derivative
from dongshou.scratch.functional.precision import precise

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


def _bent_derivative(input: Tensor, slope: float, depth: float, width: float) -> Tensor:
    """s where x > 0 and d / w exp(x / w) elsewhere."""
    steepness = depth / width
    growth = _scaled(_scaled(input.clamp(max=0), 1 / width).exp_(), steepness)  # d / w where x > 0
    if slope == steepness:
        return growth
    is_straight = indicator(torch.gt, input, 0)
    return torch.add(growth, is_straight, alpha=slope - steepness, out=reuse(is_straight))


@with_derivative(_bent_derivative)
def _bent(input: Tensor, slope: float, depth: float, width: float) -> Tensor:
    """What elu, celu and selu have in common: slope * max(x, 0) + depth * (exp(min(x, 0) / width) - 1)."""
    curve = _scaled(_scaled(input.clamp(max=0), 1 / width).expm1_(), depth)
    return curve.add_(input.clamp(min=0), alpha=slope)


def _scaled(fresh: Tensor, factor: float) -> Tensor:
    """fresh * factor; nothing to do for 1, the commonest of all."""
    return fresh if factor == 1 else torch.mul(fresh, factor, out=reuse(fresh))


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta x)) / beta, a relu with a round corner; x itself where beta x > threshold."""
    return _softplus(input, beta, threshold)


def _softplus_derivative(input: Tensor, beta: float, threshold: float) -> Tensor:
    """sigmoid(beta x), and 1 where beta x > threshold."""
    return torch.where(beta * input > threshold, 1, sigmoid(beta * input))


@with_derivative(_softplus_derivative)
def _softplus(input: Tensor, beta: float, threshold: float) -> Tensor:
    is_straight = beta * input > threshold
    bent = (beta * input).clamp(max=threshold)  # no exponential overflows
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
    output = _silu(x)
    return input.copy_(output) if inplace else output


def _silu_derivative(input: Tensor) -> Tensor:
    """s + s x (1 - s), where s = sigmoid(x)."""
    gate = sigmoid(input)
    bent = torch.addcmul(input, input, gate, value=-1)
    return torch.addcmul(gate, gate, bent, out=reuse(bent))


@with_derivative(_silu_derivative)
def _silu(input: Tensor) -> Tensor:
    return times(sigmoid(input), input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """x tanh(softplus(x)). Misra, 2019."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = _mish(x)
    return input.copy_(output) if inplace else output


def _mish_derivative(input: Tensor) -> Tensor:
    """t + x (1 - t^2) sigmoid(x), where t = tanh(softplus(x))."""
    bent = torch.tanh(softplus(input))
    return bent + input * (1 - bent**2) * sigmoid(input)


@with_derivative(_mish_derivative)
def _mish(input: Tensor) -> Tensor:
    return input * torch.tanh(softplus(input))


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """a sigmoid(b), where a and b are the two halves of x along dim: b is the gate of a. Dauphin et al., 2017.

    Raises RuntimeError when there are no two halves.
    """
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    if input.size(dim) % 2 != 0:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {input.size(dim)}")
    values, gate = input.chunk(2, dim)
    return (precise(values) * sigmoid(precise(gate))).to(input.dtype)
