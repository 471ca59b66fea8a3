"""Differentiation itself, on NumPy arrays: what a `Tensor` computes is recorded, and derived in both directions.

`operator` says what an operator is, `operators` is the table of all of them. `reverse` walks the record from the
end (`backward`, `grad`), `forward` from the start (`jvp`). `nn` and `optim` train networks with it.

>>> x = Tensor(3.0, requires_grad=True)
>>> (dx,) = grad(x**2 + exp(2 * x).log(), x)
>>> dx
Tensor(8.)
"""

from __future__ import annotations

from dongshou.autograd.tensor import Tensor  # first: it and the operators need each other

# isort: split
from dongshou.autograd.creation import ones, randn, zeros
from dongshou.autograd.forward import jvp
from dongshou.autograd.gradcheck import gradcheck
from dongshou.autograd.graph import graph
from dongshou.autograd.operator import no_grad
from dongshou.autograd.operators.convolution import avg_pool2d, conv2d, max_pool2d
from dongshou.autograd.operators.elementwise import (
    absolute,
    cos,
    exp,
    log,
    maximum,
    minimum,
    relu,
    sigmoid,
    sin,
    sqrt,
    tanh,
    where,
)
from dongshou.autograd.operators.linear import matmul
from dongshou.autograd.operators.reduction import logsumexp
from dongshou.autograd.operators.shape import concatenate, pad
from dongshou.autograd.reverse import grad

__all__ = ["Tensor", "grad", "gradcheck", "graph", "jvp", "no_grad", "ones", "randn", "zeros"]
__all__ += ["absolute", "cos", "exp", "log", "maximum", "minimum", "relu", "sigmoid", "sin", "sqrt", "tanh", "where"]
__all__ += ["avg_pool2d", "concatenate", "conv2d", "logsumexp", "matmul", "max_pool2d", "pad"]
