"""The affine map: what a layer of neurons computes before its activation."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.scratch.functional.precision import without_autocast


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y = x W^T + b, one weighted sum of the inputs for every output.

    input (..., in_features), weight (out_features, in_features), bias (out_features) -> (..., out_features)
    """
    output = input @ weight.t()  # (..., out_features)
    if bias is None:
        return output
    return output + bias.to(output.dtype)  # under autocast the product is shorter than the bias


@without_autocast
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y_k = a^T W_k b + bias_k, a weighted sum of all products of an element of a with one of b.

    a (..., in1_features), b (..., in2_features), weight (out_features, in1_features, in2_features)
    -> (..., out_features). Raises RuntimeError when the shapes do not fit.
    """
    if input1.shape[:-1] != input2.shape[:-1]:
        raise RuntimeError(f"bilinear(): all axes but the last must agree; got {input1.shape} and {input2.shape}")
    output = torch.einsum("...i,kij,...j->...k", input1, weight, input2)
    return output if bias is None else output + bias
