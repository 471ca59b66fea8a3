"""CrossMapLRN2d, the local response normalisation of an earlier torch, kept for old models."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.container import Layer, torch_nn


class CrossMapLRN2d(Layer, torch_nn.CrossMapLRN2d):
    """x / (k + alpha / size * sum x'^2)^beta over neighbouring channels; LocalResponseNorm is what to take instead.

    input (batch, channels, height, width). Gives the numbers of torch's, which are not those of the formula: the
    first channel stays in every sum, and the gradient looks at other neighbours than the output does.
    Krizhevsky et al., 2012. Raises ValueError for an input without 4 axes.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() != 4:
            raise ValueError(f"CrossMapLRN2d: Expected input to be 4D, got {input.dim()}D instead.")
        return _CrossMapLRN.apply(input, self.size, self.alpha, self.beta, self.k)  # pyright: ignore[reportReturnType]

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class _CrossMapLRN(torch.autograd.Function):
    """With s = k + alpha / size * sum x'^2: y = x s^-beta, and dy/dx as torch takes it.

    For g, the gradient by y, the gradient by x is g s^-beta - 2 alpha beta / size x sum(g' y' / s').
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(input: Tensor, size: int, alpha: float, beta: float, k: float) -> Tensor:
        return input * _scale(input, size, alpha, k) ** -beta

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        input, *ctx.settings = inputs
        ctx.save_for_backward(input, output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None, None]:
        (input, output), (size, alpha, beta, k) = ctx.saved_tensors, ctx.settings
        if size == 1:
            raise RuntimeError("CrossMapLRN2d has no derivative for size=1, as torch's: use LocalResponseNorm.")
        before = (size + 1) // 2  # for an odd size one more than the output looks at
        scale = _scale(input, size, alpha, k)
        sums = _over_channels(gradients[0] * output / scale, before, size - 1 - before)
        to_input = gradients[0] * scale**-beta - 2 * alpha * beta / size * input * sums
        return to_input, None, None, None, None


def _scale(input: Tensor, size: int, alpha: float, k: float) -> Tensor:
    """k + alpha / size * sum x'^2, where the first channel stays in every sum."""
    reach, squares = (size - 1) // 2, input.square()
    sums = _over_channels(squares, reach, reach)
    near, far = sums[:, : reach + 1], sums[:, reach + 1 :] + squares[:, :1]
    return k + alpha / size * torch.cat([near, far], 1)


def _over_channels(values: Tensor, before: int, after: int) -> Tensor:
    """The sum of each channel, those `before` it and those `after` it: (batch, channels, height, width)."""
    padded = F.pad(values, (0, 0, 0, 0, before, after))
    channels = values.size(1)
    return torch.stack([padded[:, shift : shift + channels] for shift in range(before + after + 1)]).sum(0)
