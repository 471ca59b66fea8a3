"""Pooling layers; the formulas stand in `functional/pooling.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor

from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.functional.pooling import avg_pool, lp_pool, max_pool, max_unpool
from dongshou.scratch.nn.container import Layer, torch_nn
from dongshou.scratch.nn.convolution import sizes


class MaxPool(Layer):
    """The largest element of every window; windows lie side by side where no stride is given.

    With return_indices also where it was found: what MaxUnpool needs.
    """

    axes: ClassVar[int]

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        windows = self.kernel_size, self.stride, self.padding, self.dilation
        return max_pool(self.axes, input, *windows, self.ceil_mode, self.return_indices)

    def extra_repr(self) -> str:
        windows = f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
        return f"{windows}, dilation={self.dilation}, ceil_mode={self.ceil_mode}"


class MaxPool1d(MaxPool, torch_nn.MaxPool1d):
    """The largest element of every window. (batch, channels, length) -> (batch, channels, positions)."""

    axes = 1


class MaxPool2d(MaxPool, torch_nn.MaxPool2d):
    """y[n, c, i, j] = max over k, l of x[n, c, stride i + dilation k, stride j + dilation l].

    input (batch, channels, height, width) -> (batch, channels, *positions). Riesenhuber and Poggio, 1999.
    """

    axes = 2


class MaxPool3d(MaxPool, torch_nn.MaxPool3d):
    """MaxPool2d along three axes: (batch, channels, depth, height, width)."""

    axes = 3


class AvgPool1d(Layer, torch_nn.AvgPool1d):
    """The mean of every window. (batch, channels, length) -> (batch, channels, positions)."""

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = sizes(kernel_size, 1)
        self.stride = self.kernel_size if stride is None else sizes(stride, 1)
        self.padding = sizes(padding, 1)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        windows = self.kernel_size, self.stride, self.padding
        return avg_pool(1, input, *windows, self.ceil_mode, self.count_include_pad)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool(Layer):
    """The mean of every window, in two and three dimensions.

    divisor_override: what to divide a window's sum by, in place of the number of its elements.
    """

    axes: ClassVar[int]

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        windows = self.kernel_size, self.stride, self.padding
        return avg_pool(self.axes, input, *windows, self.ceil_mode, self.count_include_pad, self.divisor_override)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(AvgPool, torch_nn.AvgPool2d):
    """y[n, c, i, j] = mean over k, l of x[n, c, stride i + k, stride j + l].

    input (batch, channels, height, width) -> (batch, channels, *positions). LeCun et al., 1989.
    """

    axes = 2


class AvgPool3d(AvgPool, torch_nn.AvgPool3d):
    """AvgPool2d along three axes: (batch, channels, depth, height, width)."""

    axes = 3


class LPPool(Layer):
    """The p-norm of every window, p = norm_type: (sum of x^p)^(1/p)."""

    axes: ClassVar[int]

    def __init__(
        self, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        return lp_pool(self.axes, input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        windows = f"kernel_size={self.kernel_size}, stride={self.stride}, ceil_mode={self.ceil_mode}"
        return f"norm_type={self.norm_type}, {windows}"


class LPPool1d(LPPool, torch_nn.LPPool1d):
    """The p-norm of every window: (batch, channels, length)."""

    axes = 1


class LPPool2d(LPPool, torch_nn.LPPool2d):
    """LPPool1d along two axes: (batch, channels, height, width)."""

    axes = 2


class LPPool3d(LPPool, torch_nn.LPPool3d):
    """LPPool1d along three axes: (batch, channels, depth, height, width)."""

    axes = 3


class MaxUnpool(Layer):
    """Every maximum back in the place it was taken from, 0 elsewhere.

    Max pooling gives several sizes the same number of positions; output_size says which to return to.
    """

    axes: ClassVar[int]

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> None:
        super().__init__()
        self.kernel_size = sizes(kernel_size, self.axes)
        self.stride = self.kernel_size if stride is None else sizes(stride, self.axes)
        self.padding = sizes(padding, self.axes)

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        windows = self.kernel_size, self.stride, self.padding
        return max_unpool(self.axes, input, indices, *windows, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(MaxUnpool, torch_nn.MaxUnpool1d):
    """MaxPool1d undone as far as it can be: (batch, channels, positions) -> (batch, channels, length)."""

    axes = 1


class MaxUnpool2d(MaxUnpool, torch_nn.MaxUnpool2d):
    """MaxPool2d undone as far as it can be. Zeiler et al., 2011."""

    axes = 2


class MaxUnpool3d(MaxUnpool, torch_nn.MaxUnpool3d):
    """MaxPool3d undone as far as it can be."""

    axes = 3
