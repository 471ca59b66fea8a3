"""Adaptive pooling layers; the formulas stand in `functional/adaptive_pooling.py`."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from dongshou.scratch.functional.adaptive_pooling import OutputSize, adaptive_avg_pool, adaptive_max_pool
from dongshou.scratch.nn.container import Layer, torch_nn


class AdaptiveAvgPool(Layer):
    """The mean of each of output_size windows that divide an axis among themselves; None keeps the size."""

    axes: ClassVar[int]

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return adaptive_avg_pool(self.axes, input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(AdaptiveAvgPool, torch_nn.AdaptiveAvgPool1d):
    """The mean of each of output_size windows: (batch, channels, length) -> (batch, channels, output_size)."""

    axes = 1


class AdaptiveAvgPool2d(AdaptiveAvgPool, torch_nn.AdaptiveAvgPool2d):
    """AdaptiveAvgPool1d along two axes; with output_size 1 the mean of the whole picture, channel by channel.

    (batch, channels, height, width) -> (batch, channels, *output_size). Lin et al., Network in network, 2014.
    """

    axes = 2


class AdaptiveAvgPool3d(AdaptiveAvgPool, torch_nn.AdaptiveAvgPool3d):
    """AdaptiveAvgPool1d along three axes: (batch, channels, depth, height, width)."""

    axes = 3


class AdaptiveMaxPool(Layer):
    """The maximum of each of output_size windows; with return_indices also where it was found."""

    axes: ClassVar[int]

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        return adaptive_max_pool(self.axes, input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(AdaptiveMaxPool, torch_nn.AdaptiveMaxPool1d):
    """The maximum of each of output_size windows: (batch, channels, length) -> (batch, channels, output_size)."""

    axes = 1


class AdaptiveMaxPool2d(AdaptiveMaxPool, torch_nn.AdaptiveMaxPool2d):
    """AdaptiveMaxPool1d along two axes: (batch, channels, height, width)."""

    axes = 2


class AdaptiveMaxPool3d(AdaptiveMaxPool, torch_nn.AdaptiveMaxPool3d):
    """AdaptiveMaxPool1d along three axes: (batch, channels, depth, height, width)."""

    axes = 3
