"""Operators that choose: each number of the result is one of the inputs' numbers, or a constant.

All follow torch where two candidates are equal, and all have the choice itself as a constant: it jumps between
fixed values, and the second derivative of everything here is 0.
"""

from __future__ import annotations

import numpy as np

from dongshou.autograd.operator import Diagonal, operator
from dongshou.autograd.operators.shape import broadcast
from dongshou.autograd.tensors import Array, Tensor, Value, array_of
from dongshou.errors import UsageError


@operator(
    broadcast,
    x=Diagonal(lambda v, condition: _where(condition, v, 0.0)),
    y=Diagonal(lambda v, condition: _where(condition, 0.0, v)),
)
def _where(condition: Array, x: Array, y: Array) -> Array:
    """x where the condition, an array of booleans, holds, else y."""
    return np.where(condition, x, y)


def where(condition: Value, x: Value, y: Value) -> Tensor:
    """x where the condition holds, else y; no gradient passes the condition."""
    return _where(np.asarray(array_of(condition), bool), x, y)


@operator(x=Diagonal(lambda v, out: where(~(out <= 0), v, 0.0)))
def relu(x: Array) -> Array:
    """max(x, 0), with the derivative 0 at 0, and 1 at NaN."""
    return np.maximum(x, 0)


@operator(x=Diagonal(lambda v: Tensor(np.zeros_like(v.data), copy=False)))
def sign(x: Array) -> Array:
    """1, 0 or -1, and 0 for NaN; the derivative is 0 everywhere."""
    return (x > 0).astype(x.dtype) - (x < 0)


@operator(x=Diagonal(lambda v, x: v * sign(x)))
def absolute(x: Array) -> Array:
    """|x|, with the derivative 0 at 0, and at NaN."""
    return np.abs(x)


LARGER_OR_SMALLER = {
    "x": Diagonal(lambda v, x, y, out: share(v, x, y, out)),
    "y": Diagonal(lambda v, x, y, out: share(v, y, x, out)),
}


@operator(broadcast, **LARGER_OR_SMALLER)
def maximum(x: Array, y: Array) -> Array:
    """The larger of two. Equals get half of the gradient each; where one is NaN both get all of it."""
    return np.maximum(x, y)


@operator(broadcast, **LARGER_OR_SMALLER)
def minimum(x: Array, y: Array) -> Array:
    """The smaller of two. Equals get half of the gradient each; where one is NaN both get all of it."""
    return np.minimum(x, y)


def share(v: Tensor, mine: Tensor, other: Tensor, out: Tensor) -> Tensor:
    """What the candidate `mine` gets of v."""
    return where(mine == other, v / 2, where((mine == out) | np.isnan(out.data), v, 0.0))


@operator(
    broadcast,
    x=Diagonal(lambda v, x, low, high: where((x >= low) & (x <= high), v, 0.0)),
    low=Diagonal(lambda v, x, low, high: where((x < low) & (low < high), v, 0.0)),
    high=Diagonal(lambda v, x, low, high: where((x > high) | (low > high), v, 0.0)),
)
def _clip(x: Array, low: Array, high: Array) -> Array:
    return np.minimum(np.maximum(x, low), high)


def clip(x: Value, min: Value | None = None, max: Value | None = None) -> Tensor:
    """x, but not below min nor above max; max where the two cross. At a bound the gradient is x's, at NaN nobody's.

    Raises UsageError without any bound.
    """
    if min is None and max is None:
        raise UsageError("clip needs a bound: min, max or both.")
    return _clip(x, -np.inf if min is None else min, np.inf if max is None else max)
