"""Sums and products over all axes or some, and what follows from them."""

from __future__ import annotations

import math

import numpy as np

from dongshou.autograd.operator import Diagonal, Rule, as_tensor, operator
from dongshou.autograd.operators.choice import where
from dongshou.autograd.operators.indexing import flip
from dongshou.autograd.operators.join import concatenate
from dongshou.autograd.operators.shape import axes_of, broadcast_to
from dongshou.autograd.tensors import Array, Axes, Tensor, Value

# The operators keep the axes they reduce, with size 1: so what they give broadcasts back over what they got.


@operator(x=Rule(vjp=lambda g, x_shape: broadcast_to(g, shape=x_shape), jvp=lambda t, axes: _sum(t, axes=axes)))
def _sum(x: Array, *, axes: tuple[int, ...]) -> Array:
    return x.sum(axes, keepdims=True)


def sum(x: Value, axis: Axes = None, keepdims: bool = False) -> Tensor:
    x = as_tensor(x)
    return finished(_sum(x, axes=axes_of(x, axis, "sum")), x, axis, keepdims)


def mean(x: Value, axis: Axes = None, keepdims: bool = False) -> Tensor:
    x = as_tensor(x)
    return sum(x, axis, keepdims) / count(x, axis)


@operator(
    x=Rule(
        vjp=lambda g, x, axes, correction: g * var_slope(x, axes, correction),
        jvp=lambda t, x, axes, correction: _sum(t * var_slope(x, axes, correction), axes=axes),
    )
)
def _var(x: Array, *, axes: tuple[int, ...], correction: float) -> Array:
    num = math.prod(x.shape[i] for i in axes)
    deviations = x - x.sum(axes, keepdims=True) / num
    return (deviations * deviations).sum(axes, keepdims=True) / max(num - correction, 0)


def var_slope(x: Tensor, axes: tuple[int, ...], correction: float) -> Tensor:
    """2 (x - mean) / (n - correction): what the mean does in its turn cancels out."""
    return (x - mean(x, axes, keepdims=True)) * 2 / max(count(x, axes) - correction, 0)


def var(x: Value, axis: Axes = None, keepdims: bool = False, *, correction: float = 1) -> Tensor:
    """sum (x - mean)^2 / (n - correction). As in torch 1 is taken off n, where NumPy takes off 0."""
    x = as_tensor(x)
    return finished(_var(x, axes=axes_of(x, axis, "var"), correction=correction), x, axis, keepdims)


def std(x: Value, axis: Axes = None, keepdims: bool = False, *, correction: float = 1) -> Tensor:
    """The square root of the variance. Where all numbers are equal its derivative is 0, as in torch."""
    return root(var(x, axis, keepdims, correction=correction))


@operator(x=Diagonal(lambda v, out: where(out == 0, 0.0, v / (2 * where(out == 0, 1.0, out)))))
def root(x: Array) -> Array:
    """sqrt x, flat at 0: the variance has a minimum there, and no slope to go down."""
    return np.sqrt(x)


def prod(x: Value, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The product, by halves: x_1 x_3, x_2 x_4, and so on. No derivative divides, so zeros do it no harm."""
    x = as_tensor(x)
    axes = axes_of(x, axis, "prod")
    kept = [i for i in range(x.ndim) if i not in axes]
    sizes = [x.shape[i] for i in kept]
    rest = x.transpose(*kept, *axes).reshape(*sizes, count(x, axis))  # (kept axes, numbers to multiply)
    while (half := rest.shape[-1] // 2) > 0:
        product = rest[..., :half] * rest[..., half : 2 * half]
        rest = product if rest.shape[-1] == 2 * half else concatenate([product, rest[..., 2 * half :]], -1)
    whole = rest if rest.shape[-1] else rest.sum(-1, keepdims=True) + 1  # of no numbers the sum is 0, the product 1
    return whole.reshape([1 if i in axes else n for i, n in enumerate(x.shape) if keepdims or i not in axes])


@operator(
    x=Rule(
        vjp=lambda g, axis: flip(_cumsum(flip(g, axis), axis=axis), axis),  # x_i is in all sums from the i-th on
        jvp=lambda t, axis: _cumsum(t, axis=axis),
    )
)
def _cumsum(x: Array, *, axis: int) -> Array:
    return x.cumsum(axis)


def cumsum(x: Value, axis: int | None = None) -> Tensor:
    """The sums of the first 1, 2, 3, ... numbers along an axis. Without an axis x is flattened first."""
    x = as_tensor(x)
    if axis is None:
        x, axis = x.reshape(x.size), 0
    (axis,) = axes_of(x, axis, "cumsum")
    return _cumsum(x, axis=axis)


def count(x: Tensor, axis: Axes) -> int:
    """How many numbers are reduced to one."""
    return math.prod(x.shape[i] for i in axes_of(x, axis, "a reduction"))


def finished(reduced: Tensor, x: Tensor, axis: Axes, keepdims: bool) -> Tensor:
    """The reduced axes taken away, unless they are to be kept."""
    if keepdims:
        return reduced
    gone = axes_of(x, axis, "a reduction")
    return reduced.reshape(*(size for i, size in enumerate(x.shape) if i not in gone))
