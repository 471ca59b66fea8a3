"""Lazy batch and instance normalisation: they learn the number of their features from the first batch.

The waiting is torch's bookkeeping (`LazyModuleMixin`); what is computed is the layer's. The order of the bases is
explained in `lazy.py`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from dongshou.scratch.nn.batch_normalization import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    RunningNormalization,
)
from dongshou.scratch.nn.container import torch_nn
from dongshou.scratch.nn.convolution import Device


class LazyRunningNormalization(LazyModuleMixin, RunningNormalization):
    """A normalisation with num_features from the channels of the first batch."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        settings: dict[str, Any] = dict(device=device, dtype=dtype)
        LazyModuleMixin.__init__(self, 0, eps, momentum, False, False, bias=False)  # pyright: ignore[reportAttributeAccessIssue]
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self._parameters["weight"] = UninitializedParameter(**settings)  # pyright: ignore[reportArgumentType]
            self._parameters["bias"] = UninitializedParameter(**settings) if bias else None  # pyright: ignore
        if track_running_stats:
            self.running_mean = UninitializedBuffer(**settings)
            self.running_var = UninitializedBuffer(**settings)
            self.num_batches_tracked = torch.tensor(0, dtype=torch.long, device=device)

    def reset_parameters(self) -> None:
        """weight <- 1, bias <- 0, and the batches are forgotten, once there is something to set."""
        if self.num_features != 0:
            RunningNormalization.reset_parameters(self)

    _check_input_dim = RunningNormalization._check_input_dim

    def initialize_parameters(self, input: Tensor) -> None:
        """Makes weight, bias and running statistics for this batch."""
        if not self.has_uninitialized_params():  # pyright: ignore[reportAttributeAccessIssue]
            return
        self.num_features = input.size(1)
        for waiting in (self.weight, self.bias, self.running_mean, self.running_var):
            if isinstance(waiting, (UninitializedParameter, UninitializedBuffer)):
                waiting.materialize((self.num_features,))
        self.reset_parameters()


class LazyBatchNorm1d(LazyRunningNormalization, torch_nn.LazyBatchNorm1d, BatchNorm1d):
    """BatchNorm1d with num_features from the first batch."""

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(LazyRunningNormalization, torch_nn.LazyBatchNorm2d, BatchNorm2d):
    """BatchNorm2d with num_features from the first batch."""

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(LazyRunningNormalization, torch_nn.LazyBatchNorm3d, BatchNorm3d):
    """BatchNorm3d with num_features from the first batch."""

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(LazyRunningNormalization, torch_nn.LazyInstanceNorm1d, InstanceNorm1d):
    """InstanceNorm1d with num_features from the first batch."""

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(LazyRunningNormalization, torch_nn.LazyInstanceNorm2d, InstanceNorm2d):
    """InstanceNorm2d with num_features from the first batch."""

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(LazyRunningNormalization, torch_nn.LazyInstanceNorm3d, InstanceNorm3d):
    """InstanceNorm3d with num_features from the first batch."""

    cls_to_become = InstanceNorm3d
