"""Differentiation itself, on NumPy arrays: what a `Tensor` computes is recorded, and derived in both directions.

`operator` says what an operator is, `operators` is the table of all of them. `reverse` walks the record from the
end (`backward`, `grad`), `forward` from the start (`jvp`). `nn` and `optim` train networks with it.

>>> x = Tensor(3.0, requires_grad=True)
>>> (dx,) = grad(x**2 + exp(2 * x).log(), x)
>>> dx
Tensor(8.)
"""

from __future__ import annotations

from dongshou.autograd.tensors import Tensor  # first: it and the operators need each other

# isort: split
from dongshou.autograd.creation import ones, randn, tensor, zeros
from dongshou.autograd.forward import jvp
from dongshou.autograd.gradcheck import gradcheck
from dongshou.autograd.graph import graph
from dongshou.autograd.operators.choice import absolute, clip, maximum, minimum, relu, sign, where
from dongshou.autograd.operators.convolution import avg_pool2d, conv2d, max_pool2d
from dongshou.autograd.operators.einsum import einsum
from dongshou.autograd.operators.extremes import logsumexp, max, min
from dongshou.autograd.operators.functions import (
    arccos,
    arcsin,
    arctan,
    cos,
    cosh,
    exp,
    expm1,
    log,
    log1p,
    sigmoid,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from dongshou.autograd.operators.indexing import flip, pad, repeat
from dongshou.autograd.operators.join import concatenate, split, stack, tile
from dongshou.autograd.operators.linear import matmul, outer
from dongshou.autograd.operators.reduction import cumsum, mean, prod, std, sum, var
from dongshou.autograd.operators.shape import squeeze
from dongshou.autograd.recording import no_grad
from dongshou.autograd.reverse import grad

__all__ = ["Tensor", "grad", "gradcheck", "graph", "jvp", "no_grad", "ones", "randn", "tensor", "zeros"]
__all__ += ["arccos", "arcsin", "arctan", "cos", "cosh", "exp", "expm1", "log", "log1p", "sigmoid", "sin", "sinh"]
__all__ += ["sqrt", "tan", "tanh", "absolute", "clip", "maximum", "minimum", "relu", "sign", "where"]
__all__ += ["cumsum", "logsumexp", "max", "mean", "min", "prod", "std", "sum", "var"]
__all__ += ["concatenate", "flip", "pad", "repeat", "split", "squeeze", "stack", "tile"]
__all__ += ["avg_pool2d", "conv2d", "einsum", "matmul", "max_pool2d", "outer"]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)
