"""The largest and the smallest of many numbers, and the smooth one between them."""

from __future__ import annotations

import numpy as np

from dongshou.autograd.operator import Rule, as_tensor, operator
from dongshou.autograd.operators.choice import where
from dongshou.autograd.operators.functions import exp
from dongshou.autograd.operators.reduction import _sum, finished
from dongshou.autograd.operators.shape import axes_of
from dongshou.autograd.tensors import Array, Axes, Tensor, Value

CHOSEN = Rule(
    vjp=lambda g, x, out, axes: shared(g, x, out, axes),
    jvp=lambda t, x, out, axes: _sum(shared(t, x, out, axes), axes=axes),
)


@operator(x=CHOSEN)
def _max(x: Array, *, axes: tuple[int, ...]) -> Array:
    return x.max(axes, keepdims=True)


@operator(x=CHOSEN)
def _min(x: Array, *, axes: tuple[int, ...]) -> Array:
    return x.min(axes, keepdims=True)


def shared(v: Tensor, x: Tensor, out: Tensor, axes: tuple[int, ...]) -> Tensor:
    """v where x is the number chosen, and 0 elsewhere; equals share it. The choice itself is a constant.

    NaN counts as in torch: `x.max()`, of all numbers, chooses the NaN; `amax`, over some axes, finds no number that
    equals it, and every derivative there is NaN.
    """
    chosen = x == out
    if len(axes) < x.ndim:
        return v * (chosen / chosen.sum(axes, keepdims=True, dtype=x.dtype))
    chosen = chosen | np.isnan(x.data) & np.isnan(out.data)
    return where(chosen, v / chosen.sum(axes, keepdims=True), 0.0)


def max(x: Value, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The largest; where several are, they share the gradient evenly, as in torch's amax."""
    x = as_tensor(x)
    return finished(_max(x, axes=axes_of(x, axis, "max")), x, axis, keepdims)


def min(x: Value, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The smallest; where several are, they share the gradient evenly, as in torch's amin."""
    x = as_tensor(x)
    return finished(_min(x, axes=axes_of(x, axis, "min")), x, axis, keepdims)


@operator(
    x=Rule(
        vjp=lambda g, x, out: g * exp(x - out),  # the softmax of x
        jvp=lambda t, x, out, axes: _sum(t * exp(x - out), axes=axes),
    )
)
def _logsumexp(x: Array, *, axes: tuple[int, ...]) -> Array:
    largest = x.max(axes, keepdims=True, initial=-np.inf)
    offset = np.where(np.isfinite(largest), largest, 0)  # infinity minus infinity would be NaN
    return np.log(np.exp(x - offset).sum(axes, keepdims=True)) + offset


def logsumexp(x: Value, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """Log-sum-exp: log sum exp x, safe from overflow: the largest is taken out before and added after."""
    x = as_tensor(x)
    return finished(_logsumexp(x, axes=axes_of(x, axis, "logsumexp")), x, axis, keepdims)
