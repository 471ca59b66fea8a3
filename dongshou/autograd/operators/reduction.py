"""Operators that make one number of many, over all axes or some: sum, mean, max and what follows from them."""

from __future__ import annotations

import math

from dongshou.autograd.operator import Rule, operator
from dongshou.autograd.operators.elementwise import exp, log
from dongshou.autograd.operators.shape import broadcast_to
from dongshou.autograd.tensor import Array, Axes, Tensor

# The operators keep the axes they reduce, with size 1: so what they give broadcasts back over what they got.


@operator(x=Rule(vjp=lambda g, x_shape: broadcast_to(g, shape=x_shape), jvp=lambda t, axes: _sum(t, axes=axes)))
def _sum(x: Array, *, axes: tuple[int, ...]) -> Array:
    return x.sum(axes, keepdims=True)


@operator(
    x=Rule(
        vjp=lambda g, x, out, axes: g * winners(x, out, axes),
        jvp=lambda t, x, out, axes: _sum(t * winners(x, out, axes), axes=axes),
    )
)
def _max(x: Array, *, axes: tuple[int, ...]) -> Array:
    return x.max(axes, keepdims=True)


def winners(x: Tensor, out: Tensor, axes: tuple[int, ...]) -> Array:
    """1 where x is the largest; equals share it, so that the sum over the axes is 1."""
    largest = x == out
    return largest / largest.sum(axes, keepdims=True, dtype=x.dtype)


def sum(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    return finished(_sum(x, axes=axes_of(x, axis)), x, axis, keepdims)


def max(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The largest; where several are, they share the gradient."""
    return finished(_max(x, axes=axes_of(x, axis)), x, axis, keepdims)


def min(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The smallest; where several are, they share the gradient."""
    return -max(-x, axis, keepdims)


def mean(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    return sum(x, axis, keepdims) / math.prod(x.shape[i] for i in axes_of(x, axis))


def logsumexp(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """log sum exp x, safe from overflow: the largest is taken out before and added after."""
    largest = x.detach().max(axis, keepdims=True)
    shifted = log(sum(exp(x - largest), axis, keepdims=True)) + largest
    return finished(shifted, x, axis, keepdims)


def axes_of(x: Tensor, axis: Axes) -> tuple[int, ...]:
    """The axes, counted from the front. All of them for None."""
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(i + x.ndim if i < 0 else i for i in (axis if isinstance(axis, tuple) else (axis,)))


def finished(reduced: Tensor, x: Tensor, axis: Axes, keepdims: bool) -> Tensor:
    """The reduced axes taken away, unless they are to be kept."""
    if keepdims:
        return reduced
    gone = axes_of(x, axis)
    return reduced.reshape(*(size for i, size in enumerate(x.shape) if i not in gone))
