"""What a tensor holds, and how Python and NumPy may read it and change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dongshou.autograd.recording import recording
from dongshou.errors import UsageError

if TYPE_CHECKING:
    from dongshou.autograd.operator import Record
    from dongshou.autograd.tensors import Tensor, Value

Array = np.ndarray[Any, Any]


class Values:
    """A NumPy array of floating-point numbers (or of booleans), and the record of the operator that made it.

    data           the array; NumPy refuses to change it in place
    requires_grad  whether derivatives with respect to this tensor, or to one it was computed from, are wanted
    grad           the gradient that `backward` left here, in leaves only: tensors no operator made
    name           how the tensor is called in the picture of a graph
    record         which operator made this from what; None in a leaf
    version        how often the values were replaced, by `x[index] = values`; `x += y` makes a new tensor

    The data are copied; with copy=False the tensor takes the array over, and nobody may change it any more.
    Raises UsageError for complex numbers, and for booleans that are to have a gradient.
    """

    __slots__ = ("data", "grad", "name", "record", "requires_grad", "version")

    def __init__(self, data: ArrayLike, requires_grad: bool = False, *, name: str = "", copy: bool = True) -> None:
        array = real(np.array(data) if copy else np.asarray(data))
        if requires_grad and array.dtype.kind == "b":
            raise UsageError("Booleans have no derivative. Make the tensor of numbers, or without requires_grad.")
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

    def __format__(self, specification: str) -> str:
        """A single number as Python formats one: f"{loss:.3f}"."""
        return format(self.item(), specification) if specification or self.ndim == 0 else repr(self)

    def __len__(self) -> int:
        return len(self.data)

    # A tensor of one element as a number of Python's

    def item(self) -> float:
        """The one number of a tensor of one element. Raises UsageError for any other size."""
        if self.size != 1:
            raise UsageError(
                f"Only a tensor of one element is a number or a truth value; this one has the shape {self.shape}. "
                "Reduce it with sum() or max(), or take its array, `data`."
            )
        return self.data.item()

    # A number has no derivative: float(x), and so array[0] = x[0] for an array of NumPy's, is an end as item() is.

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return int(whole(np.asarray(self.item())))

    def __bool__(self) -> bool:
        return bool(self.item())

    # As an array of NumPy's

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """The values as an array. Raises UsageError where that would lose a derivative that is wanted."""
        if self.requires_grad and recording.get():
            raise UsageError(
                f"A tensor of shape {self.shape} that requires a gradient would lose it as an array of NumPy. "
                "Ask for its values, x.data or x.detach(), or compute with tensors throughout."
            )
        return np.array(self.data, dtype=dtype, copy=copy)

    # Changing values

    def __setitem__(self, index: Any, values: Value) -> None:
        """Replace values. Views and copies made before keep theirs: the change is written to a fresh array.

        Raises UsageError, while operators are recorded, where this tensor or the values require a gradient: a
        change in place is not recorded.
        """
        if recording.get() and (self.requires_grad or getattr(values, "requires_grad", False)):
            raise UsageError(
                f"A tensor of shape {self.shape} cannot be changed in place while operators are recorded and it, or "
                "what is assigned, requires a gradient. Compute a new tensor with where(), concatenate() or stack(), "
                "or change it within no_grad()."
            )
        changed = self.data.copy()
        try:
            changed[owned(index)] = real(np.asarray(array_of(values)))
        except (ValueError, IndexError) as error:
            raise UsageError(f"Assignment to a tensor of shape {self.shape}: {error}") from error
        changed.flags.writeable = False
        self.data = changed
        self.version += 1


def real(array: Array) -> Array:
    """Floating-point numbers and booleans as they are, integers in double precision."""
    if array.dtype.kind in "fb":
        return array
    if array.dtype.kind == "c":
        raise UsageError(
            f"A tensor holds real numbers; got {array.dtype}, of which a conversion would cut the imaginary part. "
            "Compute with .real and .imag."
        )
    if array.dtype.kind not in "iu":
        raise UsageError(f"A tensor holds numbers; got an array of {array.dtype}.")
    return array.astype(np.float64)


def array_of(value: Value) -> Any:
    return value.data if isinstance(value, Values) else value


def owned(index: Any) -> Any:
    """The index with arrays of its own: whoever gave it may use theirs again. Tensors, too, may count."""
    return tuple(map(owned_part, index)) if isinstance(index, tuple) else owned_part(index)


def owned_part(part: Any) -> Any:
    if isinstance(part, Values):
        return part.data if part.dtype.kind == "b" else whole(part.data)
    if isinstance(part, list | np.ndarray):
        array = np.array(part)
        return array if array.size else array.astype(bool if array.dtype.kind == "b" else int)
    return part


def whole(array: Array) -> Array:
    """Numbers that count something, as integers."""
    counts = array.astype(np.intp)
    if not np.array_equal(counts, array):
        raise UsageError("An index needs whole numbers or booleans; got a tensor of numbers with fractions.")
    return counts
