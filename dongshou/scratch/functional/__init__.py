"""The arithmetic behind every layer and loss, under the names of `torch.nn.functional`."""

from __future__ import annotations

from dongshou.scratch.functional.activation import (
    gelu,
    leaky_relu,
    log_softmax,
    logsigmoid,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from dongshou.scratch.functional.cross_entropy import cross_entropy, nll_loss
from dongshou.scratch.functional.dropout import dropout
from dongshou.scratch.functional.linear import linear
from dongshou.scratch.functional.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    l1_loss,
    mse_loss,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "dropout",
    "gelu",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "logsigmoid",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]
