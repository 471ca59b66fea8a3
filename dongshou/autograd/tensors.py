"""The tensor: values that know how they came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dongshou.autograd.values import Array, Values, array_of


class Tensor(Values):
    """Values with arithmetic: every operation leaves a record, by which it is derived.

    See `Values` for what a tensor holds, `dongshou.autograd.operators` for what each operation does.
    """

    __slots__ = ()

    def __iter__(self) -> Iterator[Tensor]:
        return (self[row] for row in range(len(self)))

    def detach(self) -> Tensor:
        """The same values without their history."""
        return Tensor(self.data, copy=False)

    def backward(self, seed: Value | None = None, *, create_graph: bool = False) -> None:
        """Add to the `grad` of every leaf the gradient of this tensor; see `dongshou.autograd.reverse`."""
        reverse.backward(self, seed, create_graph=create_graph)

    # NumPy's functions of tensors

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        return numpy_functions.ufunc(ufunc, method, inputs, settings)

    def __array_function__(self, function: Any, types: Any, inputs: Any, settings: Any) -> Any:
        return numpy_functions.function(function, inputs, settings)

    # Arithmetic

    def __add__(self, other: Value) -> Tensor:
        return arithmetic.add(self, other)

    def __radd__(self, other: Value) -> Tensor:
        return arithmetic.add(other, self)

    def __sub__(self, other: Value) -> Tensor:
        return arithmetic.subtract(self, other)

    def __rsub__(self, other: Value) -> Tensor:
        return arithmetic.subtract(other, self)

    def __mul__(self, other: Value) -> Tensor:
        return arithmetic.multiply(self, other)

    def __rmul__(self, other: Value) -> Tensor:
        return arithmetic.multiply(other, self)

    def __truediv__(self, other: Value) -> Tensor:
        return arithmetic.divide(self, other)

    def __rtruediv__(self, other: Value) -> Tensor:
        return arithmetic.divide(other, self)

    def __pow__(self, other: Value) -> Tensor:
        return arithmetic.power(self, other)

    def __rpow__(self, other: Value) -> Tensor:
        return arithmetic.power(other, self)

    def __matmul__(self, other: Value) -> Tensor:
        return linear.matmul(self, other)

    def __rmatmul__(self, other: Value) -> Tensor:
        return linear.matmul(other, self)

    def __neg__(self) -> Tensor:
        return arithmetic.negative(self)

    def __abs__(self) -> Tensor:
        return choice.absolute(self)

    # Comparisons: arrays of booleans, which no derivative passes

    def __lt__(self, other: Value) -> Array:
        return self.data < array_of(other)

    def __le__(self, other: Value) -> Array:
        return self.data <= array_of(other)

    def __gt__(self, other: Value) -> Array:
        return self.data > array_of(other)

    def __ge__(self, other: Value) -> Array:
        return self.data >= array_of(other)

    def __eq__(self, other: Any) -> Array:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.data == array_of(other)

    def __ne__(self, other: Any) -> Array:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.data != array_of(other)

    __hash__ = object.__hash__  # by identity: two tensors of equal values are two nodes of the graph

    # Functions of one tensor

    def exp(self) -> Tensor:
        return functions.exp(self)

    def log(self) -> Tensor:
        return functions.log(self)

    def sqrt(self) -> Tensor:
        return functions.sqrt(self)

    def tanh(self) -> Tensor:
        return functions.tanh(self)

    def abs(self) -> Tensor:
        return choice.absolute(self)

    def clip(self, min: Value | None = None, max: Value | None = None) -> Tensor:
        return choice.clip(self, min, max)

    def sum(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return reduction.sum(self, axis, keepdims)

    def mean(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return reduction.mean(self, axis, keepdims)

    def var(self, axis: Axes = None, keepdims: bool = False, *, correction: float = 1) -> Tensor:
        return reduction.var(self, axis, keepdims, correction=correction)

    def std(self, axis: Axes = None, keepdims: bool = False, *, correction: float = 1) -> Tensor:
        return reduction.std(self, axis, keepdims, correction=correction)

    def prod(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return reduction.prod(self, axis, keepdims)

    def cumsum(self, axis: int | None = None) -> Tensor:
        return reduction.cumsum(self, axis)

    def max(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return extremes.max(self, axis, keepdims)

    def min(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return extremes.min(self, axis, keepdims)

    # Shapes

    def __getitem__(self, index: Any) -> Tensor:
        return indexing.getitem(self, index)

    def reshape(self, *sizes: int | Sequence[int]) -> Tensor:
        return shape.reshape(self, shape=unpacked(sizes))

    def transpose(self, *axes: int | Sequence[int]) -> Tensor:
        """The axes in another order; without an argument reversed."""
        return shape.transpose(self, axes=unpacked(axes) or tuple(reversed(range(self.ndim))))

    def squeeze(self, axis: Axes = None) -> Tensor:
        return shape.squeeze(self, axis)

    @property
    def T(self) -> Tensor:
        return self.transpose()

    @property
    def mT(self) -> Tensor:
        """Every matrix, in the last two axes, transposed."""
        return self.transpose(*range(self.ndim - 2), self.ndim - 1, self.ndim - 2)


Value = Tensor | ArrayLike  # what operators accept beside tensors: numbers, lists, arrays
Axes = int | Sequence[int] | None


def unpacked(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """The same for x.reshape(2, 3) and x.reshape((2, 3))."""
    return tuple(sizes[0]) if len(sizes) == 1 and hasattr(sizes[0], "__iter__") else sizes


# Last, because they need Tensor as its methods need them.
from dongshou.autograd import numpy_functions, reverse  # noqa: E402
from dongshou.autograd.operators import (  # noqa: E402
    arithmetic,
    choice,
    extremes,
    functions,
    indexing,
    linear,
    reduction,
    shape,
)
