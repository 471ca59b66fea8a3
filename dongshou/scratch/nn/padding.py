"""Padding layers; what each mode imagines beyond the edge stands in `functional/padding.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.container import Layer, torch_nn


class Padding(Layer):
    """Widens the last axes by padding = (left, right, top, bottom, front, back), or one number for all sides."""

    axes: ClassVar[int]
    mode: ClassVar[str]

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__()
        self.padding = tuple(padding) if isinstance(padding, Sequence) else (padding,) * (2 * self.axes)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ConstantPadding(Padding):
    """v v | a b c | v v."""

    def __init__(self, padding: int | Sequence[int], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(ConstantPadding, torch_nn.ConstantPad1d):
    """v v | a b c | v v: (..., length)."""

    axes = 1


class ConstantPad2d(ConstantPadding, torch_nn.ConstantPad2d):
    """ConstantPad1d along two axes: (..., height, width)."""

    axes = 2


class ConstantPad3d(ConstantPadding, torch_nn.ConstantPad3d):
    """ConstantPad1d along three axes: (..., depth, height, width)."""

    axes = 3


class ZeroPadding(ConstantPadding):
    """0 0 | a b c | 0 0."""

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(ZeroPadding, torch_nn.ZeroPad1d):
    """0 0 | a b c | 0 0: (..., length)."""

    axes = 1


class ZeroPad2d(ZeroPadding, torch_nn.ZeroPad2d):
    """ZeroPad1d along two axes: (..., height, width)."""

    axes = 2


class ZeroPad3d(ZeroPadding, torch_nn.ZeroPad3d):
    """ZeroPad1d along three axes: (..., depth, height, width)."""

    axes = 3


class ReflectionPad1d(Padding, torch_nn.ReflectionPad1d):
    """c b | a b c | b a: the edge is a mirror. (batch, channels, length)."""

    axes, mode = 1, "reflect"


class ReflectionPad2d(Padding, torch_nn.ReflectionPad2d):
    """ReflectionPad1d along two axes: (batch, channels, height, width)."""

    axes, mode = 2, "reflect"


class ReflectionPad3d(Padding, torch_nn.ReflectionPad3d):
    """ReflectionPad1d along three axes: (batch, channels, depth, height, width)."""

    axes, mode = 3, "reflect"


class ReplicationPad1d(Padding, torch_nn.ReplicationPad1d):
    """a a | a b c | c c: the edge goes on. (batch, channels, length)."""

    axes, mode = 1, "replicate"


class ReplicationPad2d(Padding, torch_nn.ReplicationPad2d):
    """ReplicationPad1d along two axes: (batch, channels, height, width)."""

    axes, mode = 2, "replicate"


class ReplicationPad3d(Padding, torch_nn.ReplicationPad3d):
    """ReplicationPad1d along three axes: (batch, channels, depth, height, width)."""

    axes, mode = 3, "replicate"


class CircularPadding(Padding):
    """b c | a b c | a b. Raises ValueError for an input of other than its axes, channels and a batch."""

    mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        return F.pad(input, self.padding, self.mode)

    def _check_input_dim(self, input: Tensor) -> None:
        fewest = self.axes + 1
        if input.dim() not in (fewest, fewest + 1):
            raise ValueError(f"expected {fewest}D or {fewest + 1}D input (got {input.dim()}D input)")


class CircularPad1d(CircularPadding, torch_nn.CircularPad1d):
    """b c | a b c | a b: the axis is a circle. (batch, channels, length)."""

    axes = 1


class CircularPad2d(CircularPadding, torch_nn.CircularPad2d):
    """CircularPad1d along two axes: (batch, channels, height, width)."""

    axes = 2


class CircularPad3d(CircularPadding, torch_nn.CircularPad3d):
    """CircularPad1d along three axes: (batch, channels, depth, height, width)."""

    axes = 3
