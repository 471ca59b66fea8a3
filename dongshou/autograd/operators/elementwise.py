"""Operators on each number by itself. J is diagonal, so g^T J and J t are the same product with the derivative."""

from __future__ import annotations

import numpy as np

from dongshou.autograd.operator import Rule, operator
from dongshou.autograd.operators.shape import broadcast
from dongshou.autograd.tensor import Array, Tensor, Value, array_of


@operator(
    broadcast,
    x=Rule(vjp=lambda g: g, jvp=lambda t: t),
    y=Rule(vjp=lambda g: g, jvp=lambda t: t),
)
def add(x: Array, y: Array) -> Array:
    return x + y


@operator(
    broadcast,
    x=Rule(vjp=lambda g: g, jvp=lambda t: t),
    y=Rule(vjp=lambda g: -g, jvp=lambda t: -t),
)
def subtract(x: Array, y: Array) -> Array:
    return x - y


@operator(
    broadcast,
    x=Rule(vjp=lambda g, y: g * y, jvp=lambda t, y: t * y),
    y=Rule(vjp=lambda g, x: g * x, jvp=lambda t, x: t * x),
)
def multiply(x: Array, y: Array) -> Array:
    return x * y


@operator(
    broadcast,
    x=Rule(vjp=lambda g, y: g / y, jvp=lambda t, y: t / y),
    y=Rule(vjp=lambda g, out, y: -g * out / y, jvp=lambda t, out, y: -t * out / y),
)
def divide(x: Array, y: Array) -> Array:
    return x / y


@operator(x=Rule(vjp=lambda g: -g, jvp=lambda t: -t))
def negative(x: Array) -> Array:
    return -x


@operator(
    broadcast,
    x=Rule(vjp=lambda g, x, y: g * power_slope(x, y), jvp=lambda t, x, y: t * power_slope(x, y)),
    y=Rule(vjp=lambda g, out, x: g * out * log_base(x), jvp=lambda t, out, x: t * out * log_base(x)),
)
def power(x: Array, y: Array) -> Array:
    return x**y


def power_slope(x: Tensor, y: Tensor) -> Tensor:
    """d x^y / dx = y x^(y-1); x^0 is constant, even at x = 0, where x^-1 is infinite."""
    return y * x ** where(y == 0, 1.0, y - 1)


def log_base(x: Tensor) -> Tensor:
    """d x^y / dy = x^y log x, of which this is log x; 0 at x = 0, because 0^y is constant for y > 0."""
    return log(where(x == 0, 1.0, x))


@operator(x=Rule(vjp=lambda g, out: g * out, jvp=lambda t, out: t * out))
def exp(x: Array) -> Array:
    return np.exp(x)


@operator(x=Rule(vjp=lambda g, x: g / x, jvp=lambda t, x: t / x))
def log(x: Array) -> Array:
    return np.log(x)


@operator(x=Rule(vjp=lambda g, x: g * cos(x), jvp=lambda t, x: t * cos(x)))
def sin(x: Array) -> Array:
    return np.sin(x)


@operator(x=Rule(vjp=lambda g, x: -g * sin(x), jvp=lambda t, x: -t * sin(x)))
def cos(x: Array) -> Array:
    return np.cos(x)


@operator(x=Rule(vjp=lambda g, out: g * (1 - out * out), jvp=lambda t, out: t * (1 - out * out)))
def tanh(x: Array) -> Array:
    return np.tanh(x)


@operator(x=Rule(vjp=lambda g, out: g * out * (1 - out), jvp=lambda t, out: t * out * (1 - out)))
def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), written so that no exponential overflows."""
    return 0.5 * (1 + np.tanh(0.5 * x))


@operator(x=Rule(vjp=lambda g, out: g * (out > 0), jvp=lambda t, out: t * (out > 0)))
def relu(x: Array) -> Array:
    """max(x, 0), with the derivative 0 at 0."""
    return np.maximum(x, 0)


@operator(x=Rule(vjp=lambda g, x: g * np.sign(x.data), jvp=lambda t, x: t * np.sign(x.data)))
def absolute(x: Array) -> Array:
    """|x|, with the derivative 0 at 0."""
    return np.abs(x)


@operator(
    broadcast,
    x=Rule(vjp=lambda g, x, y: g * larger(x, y), jvp=lambda t, x, y: t * larger(x, y)),
    y=Rule(vjp=lambda g, x, y: g * larger(y, x), jvp=lambda t, x, y: t * larger(y, x)),
)
def maximum(x: Array, y: Array) -> Array:
    """The larger of two."""
    return np.maximum(x, y)


def larger(x: Tensor, y: Tensor) -> Array:
    """1 where x is the larger one, 1/2 where both are equal: they share the gradient."""
    return ((x > y) + 0.5 * (x == y)).astype(x.dtype)


@operator(
    broadcast,
    x=Rule(vjp=lambda g, condition: _where(condition, g, 0.0), jvp=lambda t, condition: _where(condition, t, 0.0)),
    y=Rule(vjp=lambda g, condition: _where(condition, 0.0, g), jvp=lambda t, condition: _where(condition, 0.0, t)),
)
def _where(condition: Array, x: Array, y: Array) -> Array:
    """x where the condition, an array of booleans, holds, else y."""
    return np.where(condition, x, y)


# Composed of the above


def where(condition: Value, x: Value, y: Value) -> Tensor:
    """x where the condition holds, else y; no gradient passes the condition."""
    return _where(np.asarray(array_of(condition), bool), x, y)


def minimum(x: Value, y: Value) -> Tensor:
    """The smaller of two."""
    return negative(maximum(negative(x), negative(y)))


def sqrt(x: Value) -> Tensor:
    return power(x, 0.5)
