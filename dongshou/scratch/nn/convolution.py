"""Convolutional layers; the formula stands in `functional/convolution.py`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.functional.convolution import Sizes, convolution, same_padding
from dongshou.scratch.nn.container import Layer, Parameter, torch_nn

Device = torch.device | str | int | None
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class Convolution(Layer):
    """What all convolutions have: channels, groups, a kernel for each pair of channels, a bias for each output.

    weight (out_channels, in_channels / groups, *kernel), with in and out exchanged when transposed; weight and
    bias start uniform between -1 / sqrt(fan_in) and 1 / sqrt(fan_in). Raises ValueError when channels do not
    divide into groups, or the padding is none we know.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...],
        padding: tuple[int, ...] | str,
        dilation: tuple[int, ...],
        transposed: bool,
        output_padding: tuple[int, ...],
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        _require_groups(in_channels, out_channels, groups)
        _require_padding(padding, padding_mode, stride)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = _both_sides(padding, kernel_size, dilation)
        first, second = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        self.weight = Parameter(torch.empty(first, second // groups, *kernel_size, device=device, dtype=dtype))
        bias_start = torch.empty(out_channels, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", None if bias_start is None else Parameter(bias_start))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init.fan_in_and_fan_out(self.weight)
            if fan_in > 0:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def extra_repr(self) -> str:
        axes = len(self.kernel_size)
        shown = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        shown += f", padding={self.padding}" if self.padding != (0,) * axes else ""
        shown += f", dilation={self.dilation}" if self.dilation != (1,) * axes else ""
        shown += f", output_padding={self.output_padding}" if self.output_padding != (0,) * axes else ""
        shown += f", groups={self.groups}" if self.groups != 1 else ""
        shown += ", bias=False" if self.bias is None else ""
        return shown + (f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else "")


class ForwardConvolution(Convolution):
    """Convolutions that look at their input: Conv1d to Conv3d, which differ by the number of axes alone."""

    axes: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            sizes(kernel_size, self.axes),
            sizes(stride, self.axes),
            padding if isinstance(padding, str) else sizes(padding, self.axes),
            sizes(dilation, self.axes),
            transposed=False,
            output_padding=(0,) * self.axes,
            groups=groups,
            bias=bias,
            padding_mode=padding_mode,
            device=device,
            dtype=dtype,
        )

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        # apart from forward because subclasses call it with a weight of their making
        padding = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._reversed_padding_repeated_twice, self.padding_mode)
            padding = 0
        settings = self.stride, padding, self.dilation, self.groups
        return convolution(self.axes, input, weight, bias, *settings)


class Conv1d(ForwardConvolution, torch_nn.Conv1d):
    """Convolution along a sequence. (batch, in_channels, length) -> (batch, out_channels, positions)."""

    axes = 1


class Conv2d(ForwardConvolution, torch_nn.Conv2d):
    """y[n, o, i, j] = b[o] + sum over c, k, l of w[o, c, k, l] x[n, c, stride i + dilation k, stride j + dilation l].

    input (batch, in_channels, height, width) -> (batch, out_channels, *positions), where an axis has
    (size + 2 padding - dilation (kernel - 1) - 1) // stride + 1 positions. LeCun et al., 1989.
    """

    axes = 2


class Conv3d(ForwardConvolution, torch_nn.Conv3d):
    """Convolution in space, or in space and time. input (batch, in_channels, depth, height, width)."""

    axes = 3


def sizes(value: Sizes, axes: int) -> tuple[int, ...]:
    """The number for every axis; a sequence is taken as it stands."""
    return tuple(value) if isinstance(value, Sequence) else (value,) * axes


def _both_sides(
    padding: tuple[int, ...] | str, kernel_size: tuple[int, ...], dilation: tuple[int, ...]
) -> Sequence[int]:
    """The padding as `functional.pad` wants it: two numbers an axis, the last axis first."""
    if padding == "same":
        return same_padding(kernel_size, dilation)
    if isinstance(padding, str):
        return [0, 0] * len(kernel_size)
    return tuple(side for side in reversed(padding) for _ in range(2))


def _require_groups(in_channels: int, out_channels: int, groups: int) -> None:
    if groups <= 0:
        raise ValueError(f"groups must be a positive integer; got {groups}")
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if channels % groups != 0:
            raise ValueError(f"{name} must be divisible by groups; got {channels} and {groups}")


def _require_padding(padding: tuple[int, ...] | str, padding_mode: str, stride: tuple[int, ...]) -> None:
    if isinstance(padding, str) and padding not in ("same", "valid"):
        raise ValueError(f"Invalid padding string {padding!r}, should be 'same' or 'valid'")
    if padding == "same" and any(step != 1 for step in stride):
        raise ValueError(f"padding='same' is not supported for strided convolutions; got stride={stride}")
    if padding_mode not in PADDING_MODES:
        raise ValueError(f"padding_mode must be one of {PADDING_MODES}, but got padding_mode={padding_mode!r}")
