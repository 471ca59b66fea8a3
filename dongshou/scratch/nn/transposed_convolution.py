"""Transposed convolutional layers; the formula stands in `functional/transposed_convolution.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.functional.transposed_convolution import transposed_convolution
from dongshou.scratch.functional.windows import extent
from dongshou.scratch.nn.container import torch_nn
from dongshou.scratch.nn.convolution import Convolution, Device, sizes


class TransposedConvolution(Convolution):
    """ConvTranspose1d to 3d, which differ by the number of axes alone."""

    axes: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}; got {padding_mode!r}')
        super().__init__(
            in_channels,
            out_channels,
            sizes(kernel_size, self.axes),
            sizes(stride, self.axes),
            sizes(padding, self.axes),
            sizes(dilation, self.axes),
            transposed=True,
            output_padding=sizes(output_padding, self.axes),
            groups=groups,
            bias=bias,
            padding_mode=padding_mode,
            device=device,
            dtype=dtype,
        )

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        extra = self.output_padding if output_size is None else _output_padding(self, input, output_size)
        assert not isinstance(self.padding, str)
        settings = self.stride, self.padding, extra, self.groups, self.dilation
        return transposed_convolution(self.axes, input, self.weight, self.bias, *settings)


class ConvTranspose1d(TransposedConvolution, torch_nn.ConvTranspose1d):
    """The transpose of Conv1d. (batch, in_channels, length) -> (batch, out_channels, longer)."""

    axes = 1


class ConvTranspose2d(TransposedConvolution, torch_nn.ConvTranspose2d):
    """y[n, o, stride i + dilation k, stride j + dilation l] += w[c, o, k, l] x[n, c, i, j], beginning with b[o].

    input (batch, in_channels, height, width) -> (batch, out_channels, *larger), where a size becomes
    (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
    A Conv2d with stride gives several sizes the same number of positions: output_padding, or output_size in
    the call, says which of them to return to. Zeiler et al., 2010.
    """

    axes = 2


class ConvTranspose3d(TransposedConvolution, torch_nn.ConvTranspose3d):
    """The transpose of Conv3d. input (batch, in_channels, depth, height, width)."""

    axes = 3


def _output_padding(layer: TransposedConvolution, input: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
    """What is missing to output_size. Raises ValueError when no output_padding can reach it."""
    axes, others = layer.axes, input.dim() - layer.axes
    wanted = output_size[others:] if len(output_size) == axes + others else output_size
    if len(wanted) != axes:
        lengths = f"output_size must have {axes} or {axes + others} elements (got {len(output_size)})"
        raise ValueError(f"ConvTranspose{axes}D: for {input.dim()}D input, {lengths}")
    smallest = [_smallest(layer, input.size(others + axis), axis) for axis in range(axes)]
    largest = [size + step - 1 for size, step in zip(smallest, layer.stride, strict=True)]
    missing = tuple(size - least for size, least in zip(wanted, smallest, strict=True))
    if any(not 0 <= extra < step for extra, step in zip(missing, layer.stride, strict=True)):
        raise ValueError(
            f"requested an output size of {tuple(wanted)}, but valid sizes range from {smallest} to {largest} "
            f"(for an input of {list(input.shape[others:])})"
        )
    return missing


def _smallest(layer: TransposedConvolution, size: int, axis: int) -> int:
    """The size that the axis becomes without output_padding."""
    assert not isinstance(layer.padding, str)
    cropped = (size - 1) * layer.stride[axis] - 2 * layer.padding[axis]
    return cropped + extent(layer.kernel_size[axis], layer.dilation[axis])
