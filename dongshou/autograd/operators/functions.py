"""The square root, exponential, hyperbolic and trigonometric functions, of each number by itself."""

from __future__ import annotations

import numpy as np

from dongshou.autograd.operator import Diagonal, operator
from dongshou.autograd.tensors import Array


@operator(x=Diagonal(lambda v, out: v * out))
def exp(x: Array) -> Array:
    return np.exp(x)


@operator(x=Diagonal(lambda v, out: v * (out + 1)))
def expm1(x: Array) -> Array:
    """e^x - 1, to full precision near 0."""
    return np.expm1(x)


@operator(x=Diagonal(lambda v, out: v / (2 * out)))
def sqrt(x: Array) -> Array:
    return np.sqrt(x)


@operator(x=Diagonal(lambda v, x: v / x))
def log(x: Array) -> Array:
    return np.log(x)


@operator(x=Diagonal(lambda v, x: v / (x + 1)))
def log1p(x: Array) -> Array:
    """log(1 + x), to full precision near 0."""
    return np.log1p(x)


@operator(x=Diagonal(lambda v, out: v * out * (1 - out)))
def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), for x < 0 written e^x / (1 + e^x): nothing overflows, and small results keep their digits."""
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1) / (1 + small)


@operator(x=Diagonal(lambda v, x: v * cosh(x)))
def sinh(x: Array) -> Array:
    return np.sinh(x)


@operator(x=Diagonal(lambda v, x: v * sinh(x)))
def cosh(x: Array) -> Array:
    return np.cosh(x)


@operator(x=Diagonal(lambda v, out: v * (1 - out * out)))
def tanh(x: Array) -> Array:
    return np.tanh(x)


@operator(x=Diagonal(lambda v, x: v * cos(x)))
def sin(x: Array) -> Array:
    return np.sin(x)


@operator(x=Diagonal(lambda v, x: -v * sin(x)))
def cos(x: Array) -> Array:
    return np.cos(x)


@operator(x=Diagonal(lambda v, out: v * (1 + out * out)))
def tan(x: Array) -> Array:
    return np.tan(x)


@operator(x=Diagonal(lambda v, x: v / sqrt(1 - x * x)))
def arcsin(x: Array) -> Array:
    return np.arcsin(x)


@operator(x=Diagonal(lambda v, x: -v / sqrt(1 - x * x)))
def arccos(x: Array) -> Array:
    return np.arccos(x)


@operator(x=Diagonal(lambda v, x: v / (1 + x * x)))
def arctan(x: Array) -> Array:
    return np.arctan(x)
