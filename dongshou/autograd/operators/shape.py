"""Operators that move numbers and change none. All are linear: J t is the operator itself, applied to t."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dongshou.autograd.operator import Rule, operator
from dongshou.autograd.tensor import Array, Tensor, Value
from dongshou.errors import UsageError


@operator(x=Rule(vjp=lambda g: g, jvp=lambda t: t))
def alias(x: Array) -> Array:
    """x itself, as a node of its own in the graph."""
    return x.view()


@operator(x=Rule(vjp=lambda g, x_shape: g.reshape(x_shape), jvp=lambda t, shape: t.reshape(shape)))
def reshape(x: Array, *, shape: tuple[int, ...]) -> Array:
    """The same numbers in the same order; -1 stands for whatever size is left."""
    return x.reshape(shape)


@operator(x=Rule(vjp=lambda g, axes: g.transpose(inverse(axes)), jvp=lambda t, axes: t.transpose(axes)))
def transpose(x: Array, *, axes: tuple[int, ...]) -> Array:
    """Axis i of the result is axis axes[i] of x."""
    return x.transpose(axes)


def inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """The order of axes that undoes another."""
    return tuple(sorted(range(len(axes)), key=lambda axis: axes[axis] % len(axes)))


@operator(x=Rule(vjp=lambda g, x_shape: sum_to(g, x_shape), jvp=lambda t, shape: broadcast_to(t, shape=shape)))
def broadcast_to(x: Array, *, shape: tuple[int, ...]) -> Array:
    """Repeat along new leading axes and along axes of size 1. What was repeated gathers the sum of gradients."""
    return np.broadcast_to(x, shape)


def sum_to(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Broadcasting undone: the sum over every axis along which `shape` was repeated."""
    num_new = x.ndim - len(shape)
    repeated = [num_new + axis for axis, size in enumerate(shape) if size == 1 and x.shape[num_new + axis] != 1]
    return x.sum((*range(num_new), *repeated), keepdims=True).reshape(*shape)


def broadcast(*inputs: Tensor) -> tuple[Tensor, ...]:
    """The inputs in one common shape, so that the rule of an elementwise operator need not know of shapes.

    A constant may stay small: no gradient has to find its way back to it.
    """
    shapes = {x.data.shape for x in inputs}
    if len(shapes) == 1:
        return inputs
    shape = common_shape(*shapes)
    return tuple(broadcast_to(x, shape=shape) if x.requires_grad and x.shape != shape else x for x in inputs)


def common_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """What the shapes broadcast to. Raises ValueError when they do not."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            "they do not broadcast: counted from the last axis, two sizes must be equal or one of them 1."
        ) from None


@operator(x=Rule(vjp=lambda g, index, x_shape: scatter(g, index=index, shape=x_shape), jvp=lambda t, index: t[index]))
def getitem(x: Array, *, index: Any) -> Array:
    """x[index], for whatever NumPy can be indexed with."""
    return x[index]


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
    return all(part is None or part is Ellipsis or isinstance(part, int | slice) for part in parts)


def pad(x: Tensor, width: int) -> Tensor:
    """A border of zeros around the last two axes."""
    if width == 0:
        return x
    *leading, height, columns = x.shape
    inner = (..., slice(width, width + height), slice(width, width + columns))
    return scatter(x, index=inner, shape=(*leading, height + 2 * width, columns + 2 * width))


@operator(
    x=Rule(
        vjp=lambda g, axis, x_shape: part(g, axis, 0, x_shape[axis]),
        jvp=lambda t, axis, y_shape: _concatenate(t, np.zeros(y_shape, t.dtype), axis=axis),
    ),
    y=Rule(
        vjp=lambda g, axis, x_shape, y_shape: part(g, axis, x_shape[axis], x_shape[axis] + y_shape[axis]),
        jvp=lambda t, axis, x_shape: _concatenate(np.zeros(x_shape, t.dtype), t, axis=axis),
    ),
)
def _concatenate(x: Array, y: Array, *, axis: int) -> Array:
    """y behind x along an axis."""
    return np.concatenate((x, y), axis)


def part(x: Tensor, axis: int, start: int, stop: int) -> Tensor:
    """x[start:stop] along an axis."""
    index = [slice(None)] * x.ndim
    index[axis] = slice(start, stop)
    return x[tuple(index)]


def concatenate(tensors: Sequence[Value], axis: int = 0) -> Tensor:
    """All tensors one behind the other along an axis: each half by itself, then the two joined."""
    if not tensors:
        raise UsageError("concatenate needs at least one tensor; got none.")
    if len(tensors) == 1:
        return alias(tensors[0])
    middle = len(tensors) // 2
    return _concatenate(concatenate(tensors[:middle], axis), concatenate(tensors[middle:], axis), axis=axis)
