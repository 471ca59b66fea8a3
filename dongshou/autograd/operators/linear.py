"""Products of matrices and vectors."""

from __future__ import annotations

from dongshou.autograd.operator import Rule, as_tensors, operator
from dongshou.autograd.operators.shape import broadcast_to, common_shape
from dongshou.autograd.tensors import Array, Tensor, Value


def broadcast_batch(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The matrices with their leading axes in one common shape."""
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-2]:
        raise ValueError("a product needs matrices of (..., rows, inner) and (..., inner, columns).")
    batch = common_shape(x.shape[:-2], y.shape[:-2])
    x, y = (m if m.shape[:-2] == batch else broadcast_to(m, shape=(*batch, *m.shape[-2:])) for m in (x, y))
    return x, y


@operator(
    broadcast_batch,
    x=Rule(vjp=lambda g, y: g @ y.mT, jvp=lambda t, y: t @ y),
    y=Rule(vjp=lambda g, x: x.mT @ g, jvp=lambda t, x: x @ t),
)
def _matmul(x: Array, y: Array) -> Array:
    """x y: (..., rows, inner), (..., inner, columns) -> (..., rows, columns)."""
    return x @ y


def matmul(x: Value, y: Value) -> Tensor:
    """x @ y, as NumPy has it: a vector is a row on the left and a column on the right."""
    x, y = as_tensors((x, y))
    if x.ndim == 1:
        return matmul(x[None, :], y)[..., 0, :] if y.ndim > 1 else (x * y).sum()
    if y.ndim == 1:
        return matmul(x, y[:, None])[..., 0]
    return _matmul(x, y)


def outer(x: Value, y: Value) -> Tensor:
    """x y^T: every number of one times every number of the other; (rows), (columns) -> (rows, columns)."""
    x, y = as_tensors((x, y))
    return x.reshape(x.size, 1) * y.reshape(1, y.size)
