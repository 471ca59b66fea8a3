"""Operators that rearrange numbers and change none. All are linear: J t is the operator itself, applied to t."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from dongshou.autograd.operator import Rule, as_tensor, operator
from dongshou.autograd.tensors import Array, Axes, Tensor, Value
from dongshou.errors import UsageError


@operator(x=Rule(vjp=lambda g: g, jvp=lambda t: t))
def clone(x: Array) -> Array:
    """x once more, in memory of its own and as a node of its own in the graph."""
    return x.copy()


@operator(x=Rule(vjp=lambda g: g, jvp=lambda t: t))  # a gradient gets the precision of its tensor in any case
def cast(x: Array, *, dtype: np.dtype[Any]) -> Array:
    """x in another precision."""
    return x.astype(dtype)


def of_dtype(x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    return x if x.dtype == dtype else cast(x, dtype=dtype)


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


def squeeze(x: Value, axis: Axes = None) -> Tensor:
    """Without the axes of size 1: all of them, or those named. A named axis of another size stays, as in torch."""
    x = as_tensor(x)
    named = axes_of(x, axis, "squeeze")
    return x.reshape([size for i, size in enumerate(x.shape) if size != 1 or i not in named])


def axes_of(x: Tensor, axis: Axes, name: str) -> tuple[int, ...]:
    """The axes, counted from the front. All of them for None. Raises UsageError for any that x does not have."""
    if axis is None:
        return tuple(range(x.ndim))
    try:
        return tuple(normalize_axis_tuple(axis, x.ndim))
    except (ValueError, TypeError) as error:
        raise UsageError(f"{name} over axis {axis} of a tensor of shape {x.shape}: {error}.") from error


# Broadcasting, and back


@operator(x=Rule(vjp=lambda g, x_shape: sum_to(g, x_shape), jvp=lambda t, shape: expand(t, shape)))
def broadcast_to(x: Array, *, shape: tuple[int, ...]) -> Array:
    """Repeat along new leading axes and along axes of size 1. What was repeated gathers the sum of gradients."""
    return np.broadcast_to(x, shape)


def expand(x: Value, shape: tuple[int, ...]) -> Tensor:
    return broadcast_to(x, shape=shape)


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
