"""Dropout as a layer: at work in training, out of the way in evaluation."""

from __future__ import annotations

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.container import Layer, torch_nn


class RandomDropout(Layer):
    """What all kinds of dropout share: the probability p. Raises ValueError when it is none."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(RandomDropout, torch_nn.Dropout):
    """y = x m / (1 - p), m ~ Bernoulli(1 - p) for every element; y = x in evaluation.

    Any shape. Srivastava et al., Dropout, 2014.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(RandomDropout, torch_nn.Dropout1d):
    """Dropout of whole channels. input (batch, channels, length) or (channels, length). Tompson et al., 2015."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(RandomDropout, torch_nn.Dropout2d):
    """Dropout of whole channels, because neighbouring pixels say the same. input (batch, channels, height, width)."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(RandomDropout, torch_nn.Dropout3d):
    """Dropout of whole channels. input (batch, channels, depth, height, width) or one example."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(RandomDropout, torch_nn.AlphaDropout):
    """Dropout that keeps mean 0 and variance 1 behind a SELU. Never in place. Klambauer et al., 2017."""

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(RandomDropout, torch_nn.FeatureAlphaDropout):
    """AlphaDropout of whole channels. input (batch, channels, ...)."""

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)
