"""The arithmetic of numbers: each number of the result comes from one number of each input."""

from __future__ import annotations

import numpy as np

from dongshou.autograd.operator import Diagonal, operator
from dongshou.autograd.operators.choice import where
from dongshou.autograd.operators.functions import log
from dongshou.autograd.operators.shape import broadcast
from dongshou.autograd.tensors import Array, Tensor


@operator(broadcast, x=Diagonal(lambda v: v), y=Diagonal(lambda v: v))
def add(x: Array, y: Array) -> Array:
    return x + y


@operator(broadcast, x=Diagonal(lambda v: v), y=Diagonal(lambda v: -v))
def subtract(x: Array, y: Array) -> Array:
    return x - y


@operator(broadcast, x=Diagonal(lambda v, y: v * y), y=Diagonal(lambda v, x: v * x))
def multiply(x: Array, y: Array) -> Array:
    return x * y


@operator(broadcast, x=Diagonal(lambda v, y: v / y), y=Diagonal(lambda v, x, y: -v * (x / y / y)))
def divide(x: Array, y: Array) -> Array:
    return x / y


@operator(x=Diagonal(lambda v: -v))
def negative(x: Array) -> Array:
    return -x


@operator(
    broadcast,
    x=Diagonal(lambda v, x, y: along_base(v, x, y)),
    y=Diagonal(lambda v, x, y, out: along_exponent(v, x, y, out)),
)
def power(x: Array, y: Array) -> Array:
    """x^y. x^0 is the constant 1 and 0^y the constant 0: the derivatives along x and along y are 0 there.

    Where the exponent is 0 the second derivative along both is torch's: 1/x, if y was first, and 0, if x was, because
    the choice of that 0 is a constant.
    """
    return x**y


def along_base(v: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """v y x^(y-1): 0 for y = 0, even at x = 0, where x^-1 is infinite."""
    constant = y == 0
    if not constant.any():
        return v * (y * x ** (y - 1))
    if constant.all() and not y.requires_grad:
        return Tensor(np.zeros_like(v.data), copy=False)
    moved = where(constant, 0.0, v) * (y * where(constant, 1.0, x) ** (y - 1))
    return where(constant, 0.0, moved)  # 0 before and after the product, which of infinite factors would be NaN


def along_exponent(v: Tensor, x: Tensor, y: Tensor, out: Tensor) -> Tensor:
    """v x^y log x: 0 at x = 0 for y >= 0, where 0^y does not fall any further."""
    constant = (x == 0) & (y >= 0)
    return v * (out * log(where(constant, 1.0, x) if constant.any() else x))
