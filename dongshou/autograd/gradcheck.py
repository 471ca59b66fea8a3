"""The test of a derivative: move each input a little and see what the output does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dongshou.autograd.forward import jvp
from dongshou.autograd.reverse import grad
from dongshou.autograd.tensors import Array, Tensor
from dongshou.errors import DongshouError, UsageError


def gradcheck(
    func: Callable[..., Tensor],
    inputs: Tensor | Sequence[Tensor],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
) -> bool:
    """True when the Jacobian, by reverse and by forward mode, is that of central differences.

    (f(x + eps e_j) - f(x - eps e_j)) / 2 eps for every number x_j of the inputs that require a gradient.
    Raises DongshouError naming mode, input and largest difference; UsageError for inputs in single precision.
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if not any(x.requires_grad for x in inputs):
        raise UsageError("gradcheck has nothing to check: none of its inputs requires a gradient.")
    for position, x in enumerate(inputs):
        if not x.requires_grad:
            continue
        if x.dtype != np.float64:
            raise UsageError(f"gradcheck needs float64, finer than its differences; input {position} is {x.dtype}.")
        expected = by_differences(func, inputs, position, eps)
        for mode, found in {"reverse": by_reverse, "forward": by_forward}.items():
            difference = np.abs(found(func, inputs, position) - expected)
            if not np.all(difference <= atol + rtol * np.abs(expected)):
                raise DongshouError(
                    f"gradcheck: {mode} mode differs from finite differences by up to {difference.max():.2g}, "
                    f"for input {position} of shape {x.shape}. Check that mode's rules of the operators in func."
                )
    return True


# The Jacobian three times: outputs by inputs


def by_differences(func: Callable[..., Tensor], inputs: list[Tensor], position: int, eps: float) -> Array:
    """A column for each number that moves."""

    def moved(direction: Array) -> Array:
        x = Tensor(inputs[position].data + direction, requires_grad=True)  # func may take gradients itself
        return func(*replaced(inputs, position, x)).data

    columns = [(moved(eps * e) - moved(-eps * e)) / (2 * eps) for e in basis(inputs[position])]
    return side_by_side(columns, func, inputs)


def by_reverse(func: Callable[..., Tensor], inputs: list[Tensor], position: int) -> Array:
    """A row for each number of the output."""
    output = func(*inputs)
    rows = [grad(output, inputs[position], seed)[0] for seed in basis(output)]
    return side_by_side([row.data for row in rows], lambda *_: inputs[position], inputs).T


def by_forward(func: Callable[..., Tensor], inputs: list[Tensor], position: int) -> Array:
    """A column for each number of the input."""

    def of_one(x: Tensor) -> Tensor:
        return func(*replaced(inputs, position, x))

    columns = [jvp(of_one, [inputs[position]], [direction])[1] for direction in basis(inputs[position])]
    return side_by_side([column.data for column in columns], func, inputs)


def side_by_side(columns: list[Array], func: Callable[..., Tensor], inputs: list[Tensor]) -> Array:
    """A matrix of columns; without any, of the height that they would have had."""
    if not columns:
        return np.zeros((func(*inputs).size, 0))
    return np.stack([column.ravel() for column in columns], axis=1)


def basis(x: Tensor) -> Array:
    """Every array of the shape of x that is 1 in one place and 0 elsewhere."""
    return np.eye(x.size).reshape(x.size, *x.shape)


def replaced(inputs: list[Tensor], position: int, x: Tensor) -> list[Tensor]:
    return [*inputs[:position], x, *inputs[position + 1 :]]
