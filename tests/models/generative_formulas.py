"""Second writings of the networks that draw, and of those that judge what was drawn."""

from __future__ import annotations

import torch
from torch import Tensor

from tests.models.second_writing import Weights


def point_discriminator(w: Weights, x: Tensor, widths: tuple[int, ...]) -> Tensor:
    for width in widths:
        x = torch.tanh(w.linear(x, width))
    return w.linear(x, 1)


def dcgan_generator(w: Weights, z: Tensor, channels: int, widths: tuple[int, ...]) -> Tensor:
    """widths: from 4x4 up; the side is doubled as often as there are widths."""
    x = z[:, :, None, None]
    for level, width in enumerate(widths):
        place = dict(stride=2, padding=1) if level else dict(stride=1, padding=0)
        x = torch.relu(w.norm(w.enlarged(x, width, 4, bias=False, **place)))
    return torch.tanh(w.enlarged(x, channels, 4, stride=2, padding=1))


def dcgan_discriminator(w: Weights, x: Tensor, widths: tuple[int, ...], norm: str = "", first: bool = False) -> Tensor:
    for level, width in enumerate(widths):
        is_normalized = norm != "" and (level > 0 or first)
        x = w.conv(x, width, 4, bias=not is_normalized, stride=2, padding=1)
        if is_normalized:
            x = w.norm(x) if norm == "batch" else of_each(w, x)
        x = torch.maximum(x, 0.2 * x)
    return w.conv(x, 1, 4).flatten(1)


def of_each(w: Weights, x: Tensor) -> Tensor:
    """Each example is normalised by itself, over channels and pixels."""
    layer = w.take(x.size(1))
    mean, variance = x.mean((1, 2, 3), keepdim=True), x.var((1, 2, 3), keepdim=True, correction=0)
    return (x - mean) / (variance + 1e-5).sqrt() * layer.weight[:, None, None] + layer.bias[:, None, None]
