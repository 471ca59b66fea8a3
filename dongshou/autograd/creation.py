"""New tensors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dongshou.autograd.tensors import Tensor


def tensor(data: ArrayLike, *, requires_grad: bool = False) -> Tensor:
    """A tensor of a copy of the data; the name that torch has for it. See `Tensor`."""
    return Tensor(data, requires_grad)


def zeros(*shape: int, requires_grad: bool = False) -> Tensor:
    return Tensor(np.zeros(shape), requires_grad, copy=False)


def ones(*shape: int, requires_grad: bool = False) -> Tensor:
    return Tensor(np.ones(shape), requires_grad, copy=False)


def randn(*shape: int, generator: np.random.Generator, requires_grad: bool = False) -> Tensor:
    """Normal, with mean 0 and standard deviation 1."""
    return Tensor(generator.standard_normal(shape), requires_grad, copy=False)
