"""New tensors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from dongshou.autograd.tensors import Tensor
from dongshou.errors import UsageError


def tensor(data: ArrayLike, *, dtype: DTypeLike | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor of a copy of the data; the name that torch has for it. See `Tensor`.

    dtype  of NumPy's, such as "float32"; None keeps that of the data, whole numbers as float64

    Raises UsageError for a dtype that holds neither floating-point numbers nor booleans.
    """
    if dtype is None:
        return Tensor(data, requires_grad)
    if np.dtype(dtype).kind not in "fb":
        raise UsageError(f"A tensor holds floating-point numbers or booleans; got dtype={np.dtype(dtype)}.")
    return Tensor(np.array(data, dtype), requires_grad, copy=False)


def zeros(*shape: int, requires_grad: bool = False) -> Tensor:
    return Tensor(np.zeros(shape), requires_grad, copy=False)


def ones(*shape: int, requires_grad: bool = False) -> Tensor:
    return Tensor(np.ones(shape), requires_grad, copy=False)


def randn(*shape: int, generator: np.random.Generator, requires_grad: bool = False) -> Tensor:
    """Normal, with mean 0 and standard deviation 1."""
    return Tensor(generator.standard_normal(shape), requires_grad, copy=False)
