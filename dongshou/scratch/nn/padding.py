"""Padding layers; what each mode imagines beyond the edge stands in `functional/padding.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.container import Module


class Padding(Module):
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


class ConstantPad1d(ConstantPadding):
    """v v | a b c | v v: (..., length)."""

    axes = 1


class ConstantPad2d(ConstantPadding):
    """ConstantPad1d along two axes: (..., height, width)."""

    axes = 2


class ConstantPad3d(ConstantPadding):
    """ConstantPad1d along three axes: (..., depth, height, width)."""

    axes = 3


class ZeroPadding(ConstantPadding):
    """0 0 | a b c | 0 0."""

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(ZeroPadding):
    """0 0 | a b c | 0 0: (..., length)."""

    axes = 1


class ZeroPad2d(ZeroPadding):
    """ZeroPad1d along two axes: (..., height, width)."""

    axes = 2


class ZeroPad3d(ZeroPadding):
    """ZeroPad1d along three axes: (..., depth, height, width)."""

    axes = 3


class ReflectionPad1d(Padding):
    """c b | a b c | b a: the edge is a mirror. (batch, channels, length)."""

    axes, mode = 1, "reflect"


class ReflectionPad2d(Padding):
    """ReflectionPad1d along two axes: (batch, channels, height, width)."""

    axes, mode = 2, "reflect"


class ReflectionPad3d(Padding):
    """ReflectionPad1d along three axes: (batch, channels, depth, height, width)."""

    axes, mode = 3, "reflect"


class ReplicationPad1d(Padding):
    """a a | a b c | c c: the edge goes on. (batch, channels, length)."""

    axes, mode = 1, "replicate"


class ReplicationPad2d(Padding):
    """ReplicationPad1d along two axes: (batch, channels, height, width)."""

    axes, mode = 2, "replicate"


class ReplicationPad3d(Padding):
    """ReplicationPad1d along three axes: (batch, channels, depth, height, width)."""

    axes, mode = 3, "replicate"


class CircularPadding(Padding):
    """b c | a b c | a b. Raises ValueError for an input of other than its axes, channels and a batch."""

    mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        fewest = self.axes + 1
        if input.dim() not in (fewest, fewest + 1):
            raise ValueError(f"expected {fewest}D or {fewest + 1}D input (got {input.dim()}D input)")
        return F.pad(input, self.padding, self.mode)


class CircularPad1d(CircularPadding):
    """b c | a b c | a b: the axis is a circle. (batch, channels, length)."""

    axes = 1


class CircularPad2d(CircularPadding):
    """CircularPad1d along two axes: (batch, channels, height, width)."""

    axes = 2


class CircularPad3d(CircularPadding):
    """CircularPad1d along three axes: (batch, channels, depth, height, width)."""

    axes = 3
