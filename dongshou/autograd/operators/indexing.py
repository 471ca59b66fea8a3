"""Operators that take numbers out at an index, or place them there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dongshou.autograd.operator import Rule, as_tensor, operator
from dongshou.autograd.operators.shape import axes_of
from dongshou.autograd.tensors import Array, Axes, Tensor, Value
from dongshou.autograd.values import owned
from dongshou.errors import UsageError


@operator(x=Rule(vjp=lambda g, index, x_shape: scatter(g, index=index, shape=x_shape), jvp=lambda t, index: t[index]))
def _getitem(x: Array, *, index: Any) -> Array:
    return x[index]


def getitem(x: Tensor, index: Any) -> Tensor:
    """x[index], for whatever NumPy can be indexed with, and for tensors of whole numbers or booleans."""
    return _getitem(x, index=owned(index))


@operator(x=Rule(vjp=lambda g, index: g[index], jvp=lambda t, index, shape: scatter(t, index=index, shape=shape)))
def scatter(x: Array, *, index: Any, shape: tuple[int, ...]) -> Array:
    """Zeros of a shape, with x added at the index: places that are named twice receive both."""
    placed = np.zeros(shape, x.dtype)
    if is_basic(index):
        placed[index] = x  # no place comes up twice, and this is much faster
    else:
        np.add.at(placed, index, x)
    return placed


def is_basic(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, int | np.integer | slice) for part in parts)


def part(x: Tensor, axis: int, start: int, stop: int) -> Tensor:
    """x[start:stop] along an axis."""
    return along(x, axis, slice(start, stop))


def along(x: Tensor, axis: int, index: Any) -> Tensor:
    """x indexed along one axis, the others whole."""
    return x[(slice(None),) * (axis % x.ndim) + (index,)]


def pad(x: Tensor, width: int) -> Tensor:
    """A border of zeros around the last two axes."""
    if width == 0:
        return x
    *leading, height, columns = x.shape
    inner = (..., slice(width, width + height), slice(width, width + columns))
    return scatter(x, index=inner, shape=(*leading, height + 2 * width, columns + 2 * width))


def flip(x: Value, axis: Axes = None) -> Tensor:
    """In reverse order along the axes; along all of them unless some are named."""
    x = as_tensor(x)
    turned = axes_of(x, axis, "flip")
    return x[tuple(slice(None, None, -1 if i in turned else 1) for i in range(x.ndim))]


def repeat(x: Value, repeats: int | Sequence[int], axis: int | None = None) -> Tensor:
    """Every entry along an axis so many times in a row, [a, b] -> [a, a, b, b]; torch calls this repeat_interleave.

    A sequence has a count for each entry. Without an axis x is flattened first.
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = x.reshape(x.size), 0
    (axis,) = axes_of(x, axis, "repeat")
    try:
        source = np.repeat(np.arange(x.shape[axis]), repeats)
    except ValueError as error:
        raise UsageError(f"repeat of shape {x.shape} along axis {axis}, {repeats} times: {error}") from error
    return along(x, axis, source)
