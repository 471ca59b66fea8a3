"""Activations made of straight pieces: cheap, and exactly 0 or exactly flat somewhere."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.scratch.functional.activation import bend
from dongshou.scratch.functional.elementwise import indicator, reuse, with_derivative
from dongshou.scratch.functional.precision import short_under_autocast


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, value elsewhere."""
    output = torch.where(input <= threshold, value, input)
    return input.copy_(output) if inplace else output


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """x, but never below min_val and never above max_val. Raises ValueError when those are the wrong way round."""
    if min_val > max_val:
        raise ValueError(f"min_val cannot be greater than max_val; got {min_val} and {max_val}")
    x = input.clone() if inplace else input  # the derivative needs x
    output = _hardtanh(x, min_val, max_val)
    return input.copy_(output) if inplace else output


def _hardtanh_derivative(input: Tensor, min_val: float, max_val: float) -> Tensor:
    """1 between the ends; clamp's own is 1 at the ends, too."""
    return indicator(torch.gt, input, min_val).mul_(indicator(torch.lt, input, max_val))


@with_derivative(_hardtanh_derivative)
def _hardtanh(input: Tensor, min_val: float, max_val: float) -> Tensor:
    if input.is_floating_point():
        return input.clamp(min_val, max_val)
    return input.clamp(int(min_val), int(max_val))  # integers stay integers


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6): fits into few bits. Krizhevsky, 2010."""
    return hardtanh(input, 0.0, 6.0, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """relu6(x + 3) / 6: a sigmoid without exp. Howard et al., 2019."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = _hardsigmoid(x)
    return input.copy_(output) if inplace else output


def _hardsigmoid_derivative(input: Tensor) -> Tensor:
    """1/6 between -3 and 3."""
    return indicator(torch.lt, input.abs(), 3).div_(6)


@with_derivative(_hardsigmoid_derivative)
def _hardsigmoid(input: Tensor) -> Tensor:
    gate = input + 3
    return torch.clamp(gate, 0, 6, out=reuse(gate)).div_(6)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """x hardsigmoid(x): silu without exp. Howard et al., 2019."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = _hardswish(x)
    return input.copy_(output) if inplace else output


def _hardswish_derivative(input: Tensor) -> Tensor:
    """h(x) + x h'(x), where h is the hard sigmoid and h'(x) = 1/6 between -3 and 3."""
    is_between = indicator(torch.lt, input.abs(), 3)
    return torch.addcmul(_gate(input), input, is_between, value=1 / 6, out=reuse(is_between))


@with_derivative(_hardswish_derivative)
def _hardswish(input: Tensor) -> Tensor:
    gate = _gate(input)
    return torch.mul(gate, input, out=reuse(gate))


def _gate(input: Tensor) -> Tensor:
    """The hard sigmoid in two operations: x / 6 + 1/2, but from 0 to 1."""
    gate = torch.add(input.new_tensor(0.5), input, alpha=1 / 6)
    return torch.clamp(gate, 0, 1, out=reuse(gate))


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """0 where |x| <= lambd, x elsewhere."""
    return torch.where(input.abs() <= lambd, 0, input)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """x moved towards 0 by lambd, and 0 where |x| <= lambd. Raises RuntimeError for a negative lambd."""
    if lambd < 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd}.")
    # asked so that a NaN, for which every question is answered no, goes through and is seen
    return torch.where(input.abs() <= lambd, 0 * input, torch.where(input < 0, input + lambd, input - lambd))


@short_under_autocast
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """max(x, 0) + weight min(x, 0), where the slope is learnt. He et al., 2015.

    weight: one number, or one for every channel of input (batch, channels, ...). Raises RuntimeError otherwise.
    """
    if weight.dim() > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.dim()}")
    channels = input.size(1) if input.dim() > 1 else 1
    if weight.numel() not in (1, channels):
        raise RuntimeError(f"prelu: {weight.numel()} weights do not fit an input of {channels} channels")
    slope = weight.reshape(-1, *[1] * (input.dim() - 2)) if input.dim() > 1 else weight.reshape([1] * input.dim())
    return bend(input, slope)


def rrelu(
    input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """x where x > 0, a x elsewhere, a ~ U(lower, upper) for every element; in evaluation its mean. Xu et al., 2015.

    Raises RuntimeError unless lower <= upper.
    """
    if lower > upper:
        raise RuntimeError(f"Lower bound should be less than or equal to the upper bound; got {lower} and {upper}")
    x = input.clone() if inplace else input  # the derivative needs x
    output = bend(x, _random_slopes(x, lower, upper) if training else x.new_tensor((lower + upper) / 2))
    return input.copy_(output) if inplace else output


@torch.no_grad()
def _random_slopes(input: Tensor, lower: float, upper: float) -> Tensor:
    """Slopes (*input.shape); like torch, only the elements that need one use up a random number."""
    is_bent = input <= 0
    slopes = torch.ones_like(input)
    drawn = torch.empty(int(is_bent.sum()), dtype=torch.float64, device=input.device).uniform_(lower, upper)
    slopes[is_bent] = drawn.to(input.dtype)
    return slopes
