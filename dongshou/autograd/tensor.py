"""The tensor: an array that knows how it came about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dongshou.errors import UsageError

if TYPE_CHECKING:
    from dongshou.autograd.operator import Record

Array = np.ndarray[Any, Any]


class Tensor:
    """A NumPy array of floating-point numbers (or of booleans), and the record of the operator that made it.

    data           the array; NumPy refuses to change it in place
    requires_grad  whether derivatives with respect to this tensor, or to one it was computed from, are wanted
    grad           the gradient that `backward` left here, in leaves only: tensors no operator made
    name           how the tensor is called in the picture of a graph
    record         which operator made this from what; None in a leaf
    version        how often the values were replaced, by `x[index] = values`; `x += y` makes a new tensor

    The data are copied; with copy=False the tensor takes the array over, and nobody may change it any more.
    """

    __slots__ = ("data", "grad", "name", "record", "requires_grad", "version")
    __array_ufunc__ = None  # so that array * tensor is left to the tensor

    def __init__(self, data: ArrayLike, requires_grad: bool = False, *, name: str = "", copy: bool = True) -> None:
        array = np.array(data) if copy else np.asarray(data)
        if array.dtype.kind not in "fb":
            array = array.astype(np.float64)
        array.flags.writeable = False
        self.data: Array = array
        self.requires_grad = requires_grad
        self.grad: Tensor | None = None
        self.name = name
        self.record: Record | None = None
        self.version = 0

    # What it looks like

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)
    dtype = property(lambda self: self.data.dtype)

    def __repr__(self) -> str:
        values = np.array2string(self.data, separator=", ", prefix="Tensor(")
        return f"Tensor({values}{', requires_grad=True' if self.requires_grad else ''})"

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[row] for row in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """The values, for functions of NumPy: what they compute is not recorded."""
        return np.array(self.data, dtype=dtype, copy=copy)

    def item(self) -> float:
        """The one number of a tensor of one element."""
        return self.data.item()

    def detach(self) -> Tensor:
        """The same values without their history."""
        return Tensor(self.data, copy=False)

    # Derivatives

    def backward(self, seed: Value | None = None, *, create_graph: bool = False) -> None:
        """Add to the `grad` of every leaf the gradient of this tensor; see `dongshou.autograd.reverse`."""
        reverse.backward(self, seed, create_graph=create_graph)

    # Changing values

    def __setitem__(self, index: Any, values: Value) -> None:
        """Replace values. Views and copies made before keep theirs: the change is written to a fresh array.

        Raises UsageError while operators are recorded and this tensor requires a gradient.
        """
        if self.requires_grad and operator.recording.get():
            raise UsageError(
                f"A tensor of shape {self.shape} that requires a gradient cannot be changed in place while operators "
                "are recorded. Change it within no_grad(), or compute a new tensor with where()."
            )
        changed = self.data.copy()
        changed[index] = values
        changed.flags.writeable = False
        self.data = changed
        self.version += 1

    # Arithmetic

    def __add__(self, other: Value) -> Tensor:
        return elementwise.add(self, other)

    def __radd__(self, other: Value) -> Tensor:
        return elementwise.add(other, self)

    def __sub__(self, other: Value) -> Tensor:
        return elementwise.subtract(self, other)

    def __rsub__(self, other: Value) -> Tensor:
        return elementwise.subtract(other, self)

    def __mul__(self, other: Value) -> Tensor:
        return elementwise.multiply(self, other)

    def __rmul__(self, other: Value) -> Tensor:
        return elementwise.multiply(other, self)

    def __truediv__(self, other: Value) -> Tensor:
        return elementwise.divide(self, other)

    def __rtruediv__(self, other: Value) -> Tensor:
        return elementwise.divide(other, self)

    def __pow__(self, other: Value) -> Tensor:
        return elementwise.power(self, other)

    def __rpow__(self, other: Value) -> Tensor:
        return elementwise.power(other, self)

    def __matmul__(self, other: Value) -> Tensor:
        return linear.matmul(self, other)

    def __rmatmul__(self, other: Value) -> Tensor:
        return linear.matmul(other, self)

    def __neg__(self) -> Tensor:
        return elementwise.negative(self)

    def __abs__(self) -> Tensor:
        return elementwise.absolute(self)

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
        return elementwise.exp(self)

    def log(self) -> Tensor:
        return elementwise.log(self)

    def tanh(self) -> Tensor:
        return elementwise.tanh(self)

    def sum(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return reduction.sum(self, axis, keepdims)

    def mean(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return reduction.mean(self, axis, keepdims)

    def max(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return reduction.max(self, axis, keepdims)

    def min(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return reduction.min(self, axis, keepdims)

    # Shapes

    def __getitem__(self, index: Any) -> Tensor:
        return shape.getitem(self, index=index)

    def reshape(self, *sizes: int | tuple[int, ...]) -> Tensor:
        return shape.reshape(self, shape=unpacked(sizes))

    def transpose(self, *axes: int | tuple[int, ...]) -> Tensor:
        """The axes in another order; without an argument reversed."""
        return shape.transpose(self, axes=unpacked(axes) or tuple(reversed(range(self.ndim))))

    @property
    def T(self) -> Tensor:
        return self.transpose()

    @property
    def mT(self) -> Tensor:
        """Every matrix, in the last two axes, transposed."""
        return self.transpose(*range(self.ndim - 2), self.ndim - 1, self.ndim - 2)


Value = Tensor | ArrayLike  # what operators accept beside tensors: numbers, lists, arrays
Axes = int | tuple[int, ...] | None


def array_of(value: Value) -> Any:
    return value.data if isinstance(value, Tensor) else value


def unpacked(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """The same for x.reshape(2, 3) and x.reshape((2, 3))."""
    return tuple(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes


# Last, because they need Tensor as its methods need them.
from dongshou.autograd import operator, reverse  # noqa: E402
from dongshou.autograd.operators import elementwise, linear, reduction, shape  # noqa: E402
