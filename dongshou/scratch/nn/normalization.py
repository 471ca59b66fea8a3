"""Normalisation layers; the formulas stand in `functional/normalization.py`."""

from __future__ import annotations

import numbers
from collections.abc import Sequence

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.nn.container import Layer, Module, Parameter, torch_nn
from dongshou.scratch.nn.convolution import Device


class LayerNorm(Layer, torch_nn.LayerNorm):
    """(x - mean) / sqrt(variance + eps) * weight + bias, over the last axes of each example.

    normalized_shape: the sizes of those axes. weight and bias (*normalized_shape), 1 and 0 at the start.
    input (..., *normalized_shape), the output too. Ba et al., Layer Normalization, 2016.
    """

    weight: Parameter  # None where it is built without
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        add_affine(self, self.normalized_shape, elementwise_affine, bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """weight <- 1, bias <- 0."""
        if self.elementwise_affine:
            reset_affine(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        affine = f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        return f"{self.normalized_shape}, eps={self.eps}, {affine}"


class RMSNorm(Layer, torch_nn.RMSNorm):
    """x / sqrt(mean(x^2) + eps) * weight over the last axes: LayerNorm without mean and bias.

    normalized_shape: the sizes of those axes. weight (*normalized_shape), 1 at the start.
    Zhang and Sennrich, Root Mean Square Layer Normalization, 2019.
    """

    weight: Parameter  # None where it is built without

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        weight = torch.empty(self.normalized_shape, device=device, dtype=dtype)
        self.register_parameter("weight", Parameter(weight) if elementwise_affine else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """weight <- 1."""
        if self.elementwise_affine:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Layer, torch_nn.GroupNorm):
    """(x - mean) / sqrt(variance + eps) * weight + bias, over each group of channels of each example.

    weight and bias (num_channels), 1 and 0 at the start. input (batch, num_channels, ...), the output too.
    Wu and He, Group Normalization, 2018. Raises ValueError when the groups do not divide the channels.
    """

    weight: Parameter  # None where it is built without
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        add_affine(self, (num_channels,), affine, bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """weight <- 1, bias <- 0."""
        if self.affine:
            reset_affine(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        affine = f"affine={self.affine}, bias={self.bias is not None}"
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, {affine}"


class LocalResponseNorm(Layer, torch_nn.LocalResponseNorm):
    """x / (k + alpha / size * sum x'^2)^beta over `size` neighbouring channels: AlexNet's. Krizhevsky et al., 2012."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


def add_affine(
    layer: Module, shape: tuple[int, ...], affine: bool, bias: bool, device: Device, dtype: torch.dtype | None
) -> None:
    """Gives the layer its weight and bias, or None in place of what it is built without."""
    for name, wanted in (("weight", affine), ("bias", affine and bias)):
        values = torch.empty(shape, device=device, dtype=dtype)
        layer.register_parameter(name, Parameter(values) if wanted else None)


def reset_affine(weight: Tensor, bias: Tensor | None) -> None:
    """weight <- 1, bias <- 0."""
    init.ones_(weight)
    if bias is not None:
        init.zeros_(bias)


def _shape(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    return (int(normalized_shape),) if isinstance(normalized_shape, numbers.Integral) else tuple(normalized_shape)  # pyright: ignore
