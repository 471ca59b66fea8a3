"""Lazy layers: they learn the number of their inputs from the first batch, and then are the layer itself.

The waiting is torch's bookkeeping (`LazyModuleMixin`); what is computed is the layer's. torch's lazy class stands
before the layer among the bases, because it is older than what it becomes: `super()` would lead to it, so the next
constructor and method are called by name.
"""

# pyright: reportAttributeAccessIssue=false, reportCallIssue=false
# (torch types its mixin by a protocol that no Module fits)

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.functional.windows import require_axes
from dongshou.scratch.nn.container import torch_nn
from dongshou.scratch.nn.convolution import Conv1d, Conv2d, Conv3d, Convolution, Device, ForwardConvolution
from dongshou.scratch.nn.linear import Linear
from dongshou.scratch.nn.transposed_convolution import (
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    TransposedConvolution,
)


class LazyLinear(torch_nn.LazyLinear, Linear):
    """Linear with in_features from the last axis of the first batch."""

    cls_to_become = Linear

    def __init__(
        self, out_features: int, bias: bool = True, device: Device = None, dtype: torch.dtype | None = None
    ) -> None:
        LazyModuleMixin.__init__(self, 0, 0, False)
        self.out_features = out_features
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.bias = UninitializedParameter(device=device, dtype=dtype) if bias else None

    def reset_parameters(self) -> None:
        """Draws weight and bias anew, once there is something to draw."""
        if self.in_features != 0:
            Linear.reset_parameters(self)

    def initialize_parameters(self, input: Tensor) -> None:
        """Makes weight and bias for this batch. Raises AssertionError when loaded ones do not fit it."""
        if self.has_uninitialized_params():
            self.in_features = input.size(-1)
            _materialize(self, (self.out_features, self.in_features))
            self.reset_parameters()
        if self.in_features == 0:
            self.in_features = self.weight.size(-1)
            if input.size(-1) != self.in_features:
                raise AssertionError(f"weight is for {self.in_features} features, the input has {input.size(-1)}")


class LazyConvolution(LazyModuleMixin, Convolution):
    """A convolution with in_channels from the channels of the first batch."""

    axes: int

    def _wait(self, out_channels: int, bias: bool, device: Device, dtype: torch.dtype | None) -> None:
        self.out_channels = out_channels
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.bias = UninitializedParameter(device=device, dtype=dtype) if bias else None

    def reset_parameters(self) -> None:
        """Draws weight and bias anew, once there is something to draw."""
        if self.in_channels != 0:
            Convolution.reset_parameters(self)

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        """Makes weight and bias for this batch. Raises ValueError when its channels do not divide into groups."""
        if not self.has_uninitialized_params():
            return
        require_axes(input, self.axes, type(self).__name__)
        self.in_channels = input.size(-self.axes - 1)
        if self.in_channels % self.groups != 0:
            raise ValueError(f"in_channels must be divisible by groups; got {self.in_channels} and {self.groups}")
        channels = self.out_channels, self.in_channels
        first, second = reversed(channels) if self.transposed else channels
        _materialize(self, (first, second // self.groups, *self.kernel_size))
        self.reset_parameters()


class LazyForwardConvolution(LazyConvolution, ForwardConvolution):
    """LazyConv1d to 3d, which differ by the number of axes alone."""

    def __init__(
        self,
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
        settings = stride, padding, dilation, groups, False, padding_mode, device, dtype
        LazyModuleMixin.__init__(self, 0, 0, kernel_size, *settings)
        self._wait(out_channels, bias, device, dtype)


class LazyConv1d(LazyForwardConvolution, torch_nn.LazyConv1d, Conv1d):
    """Conv1d with in_channels from the first batch."""

    cls_to_become = Conv1d


class LazyConv2d(LazyForwardConvolution, torch_nn.LazyConv2d, Conv2d):
    """Conv2d with in_channels from the first batch."""

    cls_to_become = Conv2d


class LazyConv3d(LazyForwardConvolution, torch_nn.LazyConv3d, Conv3d):
    """Conv3d with in_channels from the first batch."""

    cls_to_become = Conv3d


class LazyTransposedConvolution(LazyConvolution, TransposedConvolution):
    """LazyConvTranspose1d to 3d, which differ by the number of axes alone."""

    def __init__(
        self,
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
        steps = stride, padding, output_padding, groups
        settings = *steps, False, dilation, padding_mode, device, dtype
        LazyModuleMixin.__init__(self, 0, 0, kernel_size, *settings)
        self._wait(out_channels, bias, device, dtype)


class LazyConvTranspose1d(LazyTransposedConvolution, torch_nn.LazyConvTranspose1d, ConvTranspose1d):
    """ConvTranspose1d with in_channels from the first batch."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(LazyTransposedConvolution, torch_nn.LazyConvTranspose2d, ConvTranspose2d):
    """ConvTranspose2d with in_channels from the first batch."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(LazyTransposedConvolution, torch_nn.LazyConvTranspose3d, ConvTranspose3d):
    """ConvTranspose3d with in_channels from the first batch."""

    cls_to_become = ConvTranspose3d


def _materialize(layer: Linear | Convolution, shape: tuple[int, ...]) -> None:
    """Gives the parameters that wait their shape, one bias for each output."""
    outputs = layer.out_features if isinstance(layer, Linear) else layer.out_channels
    for parameter, size in ((layer.weight, shape), (layer.bias, (outputs,))):
        if isinstance(parameter, UninitializedParameter):
            parameter.materialize(size)
