"""The last layer of a classifier and its loss in one."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.container import Layer, Module, torch_nn
from dongshou.scratch.nn.convolution import Device
from dongshou.scratch.nn.linear import Linear

TorchLayer: Any = getattr(torch_nn, "LinearCrossEntropyLoss", Module)  # torch 2.9 has none yet


class LinearCrossEntropyLoss(Layer, TorchLayer):
    """CrossEntropyLoss of the logits W x + b. input (batch, in_features) or (in_features).

    target: class indices (batch, *out_features), or probabilities (batch, num_classes, *out_features).
    options tell torch how to save memory, and have no effect here. Raises RuntimeError for a weight or
    label_smoothing that does not fit.
    """

    weight: Tensor | None

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Device = None,
        dtype: torch.dtype | None = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: object = None,
    ) -> None:
        if weight is not None and weight.shape != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}")
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__()
        self.reduction = reduction
        self.register_buffer("weight", weight)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        num_logits = num_classes * math.prod(out_features)
        self.linear = Linear(in_features, num_logits, bias=bias, device=device, dtype=dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        logits, bias = (self.num_classes, *self.out_features), self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape(*logits, self.linear.in_features),
            target,
            linear_bias=None if bias is None else bias.reshape(logits),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        sizes = f"in_features={self.linear.in_features}, num_classes={self.num_classes}"
        layer = f"{sizes}, out_features={self.out_features}, bias={self.linear.bias is not None}"
        loss = f"reduction={self.reduction}, ignore_index={self.ignore_index}, label_smoothing={self.label_smoothing}"
        return f"{layer}, {loss}, options={self.options}"
