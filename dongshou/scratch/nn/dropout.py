"""Dropout as a layer: at work in training, out of the way in evaluation."""

from __future__ import annotations

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.container import Module


class Dropout(Module):
    """y = x m / (1 - p), m ~ Bernoulli(1 - p) for every element; y = x in evaluation.

    Any shape. Srivastava et al., Dropout, 2014. Raises ValueError when p is no probability.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
