"""Unfolding as a layer, and its transpose; the formulas stand in `functional/unfold.py`."""

from __future__ import annotations

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.nn.container import Layer, torch_nn


class Unfold(Layer, torch_nn.Unfold):
    """Every patch as a column: (batch, channels, height, width) -> (batch, channels * kernel, positions)."""

    def __init__(self, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        steps = f"padding={self.padding}, stride={self.stride}"
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, {steps}"


class Fold(Layer, torch_nn.Fold):
    """Columns laid back as patches, added where they overlap: the transpose of Unfold.

    (batch, channels * kernel, positions) -> (batch, channels, *output_size).
    """

    def __init__(
        self, output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        sizes = f"output_size={self.output_size}, kernel_size={self.kernel_size}"
        return f"{sizes}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
