"""Several tensors made one, and one made several."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from dongshou.autograd.operator import Rule, as_tensor, as_tensors, operator
from dongshou.autograd.operators.indexing import part
from dongshou.autograd.operators.shape import axes_of, broadcast_to, clone
from dongshou.autograd.tensors import Array, Tensor, Value
from dongshou.errors import UsageError


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


def concatenate(tensors: Sequence[Value], axis: int = 0) -> Tensor:
    """All tensors one behind the other along an axis: each half by itself, then the two joined."""
    if len(tensors) == 0:
        raise UsageError("concatenate needs at least one tensor; got none.")
    if len(tensors) == 1:
        return clone(tensors[0])
    middle = len(tensors) // 2
    left, right = concatenate(tensors[:middle], axis), concatenate(tensors[middle:], axis)
    (axis,) = axes_of(left, axis, "concatenate")
    return _concatenate(left, right, axis=axis)


def stack(tensors: Sequence[Value], axis: int = 0) -> Tensor:
    """All tensors, of one shape, beside each other along a new axis."""
    if len(tensors) == 0:
        raise UsageError("stack needs at least one tensor; got none.")
    tensors = as_tensors(tensors)
    shapes = {x.shape for x in tensors}
    if len(shapes) > 1:
        raise UsageError(f"stack needs tensors of one shape; got {', '.join(map(str, sorted(shapes)))}.")
    (axis,) = axes_of(tensors[0][None], axis, "stack")
    return concatenate([x.reshape(*x.shape[:axis], 1, *x.shape[axis:]) for x in tensors], axis)


def split(x: Value, size: int | Sequence[int], axis: int = 0) -> tuple[Tensor, ...]:
    """Parts of `size` entries along an axis, the last perhaps smaller; or parts of the sizes in a sequence.

    This is torch's split: NumPy's gets the number of parts, and does so for `numpy.split` of a tensor too.
    """
    x = as_tensor(x)
    (axis,) = axes_of(x, axis, "split")
    whole = x.shape[axis]
    if isinstance(size, int | np.integer):
        fits = size > 0
        sizes = [min(size, whole - start) for start in range(0, whole, size)] or [0] if fits else []
    else:
        sizes = list(size)
        fits = sum(sizes) == whole and min(sizes, default=0) >= 0
    if not fits:
        raise UsageError(f"split needs positive sizes that add up to {whole}, the size of axis {axis}; got {size}.")
    return tuple(part(x, axis, start, stop) for start, stop in pairwise(accumulate(sizes, initial=0)))


def tile(x: Value, times: int | Sequence[int]) -> Tensor:
    """x set side by side, so many times along each axis: [a, b] -> [a, b, a, b]. Missing leading axes count as 1."""
    x = as_tensor(x)
    times = (times,) if isinstance(times, int | np.integer) else tuple(times)
    sizes = (1,) * (len(times) - x.ndim) + x.shape
    times = (1,) * (len(sizes) - len(times)) + times
    apart = x.reshape([n for size in sizes for n in (1, size)])  # (1, rows, 1, columns, ...)
    spread = broadcast_to(apart, shape=tuple(n for pair in zip(times, sizes, strict=True) for n in pair))
    return spread.reshape([count * size for count, size in zip(times, sizes, strict=True)])
