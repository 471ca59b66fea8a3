"""Fractional max pooling as a layer; the formula stands in `functional/fractional_pooling.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor

from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.functional.fractional_pooling import fractional_max_pool
from dongshou.scratch.nn.container import Layer, torch_nn
from dongshou.scratch.nn.convolution import sizes


class FractionalMaxPool(Layer):
    """The maximum of windows that begin at random, output_size of them or output_ratio times the input's size.

    Raises ValueError unless one of the two is given, and for a ratio that is not between 0 and 1.
    """

    axes: ClassVar[int]
    _random_samples: Tensor | None

    def __init__(
        self,
        kernel_size: Sizes,
        output_size: Sizes | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.kernel_size = sizes(kernel_size, self.axes)
        if min(self.kernel_size) <= 0 and self.axes == 3:  # torch asks in three dimensions alone
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else sizes(output_size, self.axes)
        self.output_ratio = None if output_ratio is None else _ratios(output_ratio, self.axes)
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError(f"{name}: only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        outputs = self.output_size, self.output_ratio
        return fractional_max_pool(
            self.axes, input, self.kernel_size, *outputs, self.return_indices, self._random_samples
        )


class FractionalMaxPool2d(FractionalMaxPool, torch_nn.FractionalMaxPool2d):
    """Shrinks a picture by any factor between 1 and the kernel's size. Graham, 2014."""

    axes = 2


class FractionalMaxPool3d(FractionalMaxPool, torch_nn.FractionalMaxPool3d):
    """FractionalMaxPool2d along three axes."""

    axes = 3


def _ratios(output_ratio: float | Sequence[float], axes: int) -> tuple[float, ...]:
    return tuple(output_ratio) if isinstance(output_ratio, Sequence) else (output_ratio,) * axes
