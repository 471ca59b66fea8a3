"""The layer that multiplies two inputs with each other."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.nn.container import Layer, Parameter, torch_nn
from dongshou.scratch.nn.convolution import Device


class Bilinear(Layer, torch_nn.Bilinear):
    """y_k = a^T W_k b + bias_k: every output is a weighted sum of all products of an a with a b.

    weight (out_features, in1_features, in2_features), bias (out_features);
    a (..., in1_features), b (..., in2_features) -> (..., out_features).
    Both start uniform between -1 / sqrt(in1_features) and 1 / sqrt(in1_features). Raises ValueError without a's.
    """

    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(torch.empty(out_features, in1_features, in2_features, device=device, dtype=dtype))
        bias_start = torch.empty(out_features, device=device, dtype=dtype)
        self.register_parameter("bias", Parameter(bias_start) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias anew."""
        if self.in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got (in1_features={self.in1_features})")
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        inputs = f"in1_features={self.in1_features}, in2_features={self.in2_features}"
        return f"{inputs}, out_features={self.out_features}, bias={self.bias is not None}"
