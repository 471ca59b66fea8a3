"""The fully connected layer, and the layers that only change the shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.nn.container import Layer, Parameter, torch_nn


class Identity(Layer, torch_nn.Identity):
    """y = x, whatever it is built with: holds the place of a layer that is not there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Flatten(Layer, torch_nn.Flatten):
    """One axis in place of start_dim to end_dim: (batch, channels, height, width) -> (batch, features)."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Layer, torch_nn.Unflatten):
    """Flatten undone: makes the axes of unflattened_size of the axis dim.

    Raises TypeError unless unflattened_size is a tuple or list of ints.
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        sizes_are_ints = isinstance(unflattened_size, (tuple, list)) and all(
            isinstance(size, int) for size in unflattened_size
        )
        if not sizes_are_ints:
            raise TypeError(f"unflattened_size must be a tuple of ints, but got {unflattened_size!r}")
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class Linear(Layer, torch_nn.Linear):
    """y = x W^T + b: every output is a weighted sum of all inputs.

    weight (out_features, in_features), bias (out_features);
    input (..., in_features) -> (..., out_features).
    Both start uniform between -1 / sqrt(in_features) and 1 / sqrt(in_features).
    """

    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: torch.device | str | int | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(torch.empty(out_features, in_features, device=device, dtype=dtype))
        bias_start = torch.empty(out_features, device=device, dtype=dtype)
        self.register_parameter("bias", Parameter(bias_start) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias anew."""
        # a = sqrt(5) makes the bound sqrt(3) * sqrt(2 / (1 + 5)) / sqrt(in_features) = 1 / sqrt(in_features)
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class NonDynamicallyQuantizableLinear(Linear, torch_nn.modules.linear.NonDynamicallyQuantizableLinear):
    """Linear, under the name by which torch's quantiser knows the one that it must leave as it is."""
