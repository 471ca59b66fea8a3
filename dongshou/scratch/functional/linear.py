"""The affine map: what a layer of neurons computes before its activation."""

from __future__ import annotations

from torch import Tensor


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y = x W^T + b, one weighted sum of the inputs for every output.

    input (..., in_features), weight (out_features, in_features), bias (out_features) -> (..., out_features)
    """
    output = input @ weight.t()  # (..., out_features)
    if bias is None:
        return output
    return output + bias.to(output.dtype)  # under autocast the product is shorter than the bias
