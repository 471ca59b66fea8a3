"""Batch and instance normalisation: the layers that remember what they have seen.

The formulas stand in `functional/normalization.py`.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.container import Layer, Parameter, torch_nn
from dongshou.scratch.nn.convolution import Device
from dongshou.scratch.nn.normalization import add_affine, reset_affine


class RunningNormalization(Layer):
    """What batch and instance normalisation share: weight, bias and running statistics, (num_features) each.

    In training, running <- (1 - momentum) running + momentum batch; momentum None keeps the plain average.
    """

    _version = 2  # since num_batches_tracked is in the state_dict
    dims: ClassVar[tuple[int, ...]]  # how many axes an input may have
    weight: Parameter  # None where it is built without
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        add_affine(self, (num_features,), affine, bias, device, dtype)
        start: dict[str, Tensor | None] = dict(running_mean=None, running_var=None, num_batches_tracked=None)
        if track_running_stats:
            start["running_mean"] = torch.zeros(num_features, device=device, dtype=dtype)
            start["running_var"] = torch.ones(num_features, device=device, dtype=dtype)
            start["num_batches_tracked"] = torch.tensor(0, dtype=torch.long, device=device)
        for name, value in start.items():
            self.register_buffer(name, value)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forgets the batches: mean 0, variance 1."""
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """weight <- 1, bias <- 0, and the batches are forgotten."""
        self.reset_running_stats()
        if self.affine:
            reset_affine(self.weight, self.bias)

    def extra_repr(self) -> str:
        affine = f"affine={self.affine}, bias={self.bias is not None}"
        memory = f"momentum={self.momentum}, {affine}, track_running_stats={self.track_running_stats}"
        return f"{self.num_features}, eps={self.eps}, {memory}"

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() not in self.dims:
            expected = " or ".join(f"{dim}D" for dim in self.dims)
            raise ValueError(f"expected {expected} input (got {input.dim()}D input)")

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Takes state_dicts from before there was a num_batches_tracked as well."""
        key = f"{prefix}num_batches_tracked"
        if (local_metadata.get("version") or 1) < 2 and self.num_batches_tracked is not None:
            state_dict.setdefault(key, self.num_batches_tracked)
        messages = missing_keys, unexpected_keys, error_msgs
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, *messages)


class BatchNormalization(RunningNormalization):
    """BatchNorm1d to 3d, which differ by the axes of their input alone."""

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        has_memory = self.running_mean is not None and self.running_var is not None
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / self.num_batches_tracked.item()
        remembers = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if remembers else None,
            self.running_var if remembers else None,
            self.weight,
            self.bias,
            self.training or not has_memory,
            momentum,
            self.eps,
        )


class BatchNorm1d(BatchNormalization, torch_nn.BatchNorm1d):
    """(x - mean) / sqrt(variance + eps) * weight + bias, for every feature of the batch.

    input (batch, features) or (batch, channels, length). Ioffe and Szegedy, 2015.
    """

    dims = (2, 3)


class BatchNorm2d(BatchNormalization, torch_nn.BatchNorm2d):
    """(x - mean) / sqrt(variance + eps) * weight + bias, for every channel of the batch.

    In training, mean and variance are taken over batch, height and width, and remembered; in evaluation
    they are the remembered ones. input (batch, channels, height, width). Ioffe and Szegedy, 2015.
    """

    dims = (4,)


class BatchNorm3d(BatchNormalization, torch_nn.BatchNorm3d):
    """BatchNorm2d over depth, too. input (batch, channels, depth, height, width)."""

    dims = (5,)


class InstanceNormalization(RunningNormalization):
    """InstanceNorm1d to 3d, which differ by the axes of their input alone: (batch, channels, ...) or one example."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Device = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        is_single = input.dim() == min(self.dims)
        return self._handle_no_batch_input(input) if is_single else self._apply_instance_norm(input)

    def _handle_no_batch_input(self, input: Tensor) -> Tensor:
        return self._apply_instance_norm(input.unsqueeze(0)).squeeze(0)

    def _apply_instance_norm(self, input: Tensor) -> Tensor:
        self._require_channels(input.size(1))  # (batch, channels, ...)
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )

    def _require_channels(self, channels: int) -> None:
        if channels == self.num_features:
            return
        if self.affine:
            raise ValueError(f"expected num_features ({self.num_features}) channels, but got: {channels}.")
        warnings.warn(f"{channels} channels are not num_features={self.num_features}; leave it out.", stacklevel=4)


class InstanceNorm1d(InstanceNormalization, torch_nn.InstanceNorm1d):
    """(x - mean) / sqrt(variance + eps), for every channel of each example. input (batch, channels, length)."""

    dims = (2, 3)


class InstanceNorm2d(InstanceNormalization, torch_nn.InstanceNorm2d):
    """(x - mean) / sqrt(variance + eps), for every channel of each example: the contrast of an image is taken out.

    input (batch, channels, height, width). Ulyanov et al., 2016.
    """

    dims = (3, 4)


class InstanceNorm3d(InstanceNormalization, torch_nn.InstanceNorm3d):
    """InstanceNorm2d over depth, too. input (batch, channels, depth, height, width)."""

    dims = (4, 5)
