"""Levels exchanged for others: images (batch, channels, height, width) of uint8 in, the same out."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.data.augment.chance import per_image


def invert(images: Tensor) -> Tensor:
    """255 - x."""
    return 255 - images


def solarize(images: Tensor, threshold: Tensor) -> Tensor:
    """255 - x where x is at least the threshold 0..256 (batch,), as an over-exposed film does."""
    is_over = images >= per_image(threshold.ceil().to(torch.int16), images)
    return images ^ is_over.to(torch.uint8).mul_(255)  # 255 - x is x with every bit turned


def posterize(images: Tensor, bits: Tensor) -> Tensor:
    """The highest `bits` (batch,) of the 8 bits of each level."""
    return images & per_image(256 - 2 ** (8 - bits.long()), images).to(torch.uint8)


def autocontrast(images: Tensor) -> Tensor:
    """255 (x - least) / (largest - least) in every channel, rounded down: the darkest black, the brightest white."""
    least, largest = images.amin((2, 3), keepdim=True), images.amax((2, 3), keepdim=True)
    is_flat = least == largest  # one level only: left as it is
    start = least.masked_fill(is_flat, 0)
    extent = (largest - start).masked_fill(is_flat, 255)
    return (images - start).float().mul_(255).div_(extent).to(torch.uint8)


def equalize(images: Tensor) -> Tensor:
    """Every level as common as any other, as far as possible: x' = (step / 2 + the pixels darker than x) / step.

    step is a 255th of the pixels darker than the largest level of the channel; divisions are rounded down, and
    a channel without a step stays as it is.
    """
    levels = images.flatten(2).long()  # (batch, channels, pixels)
    one = torch.ones((), dtype=torch.int32, device=images.device)
    counts = one.new_zeros(*levels.shape[:2], 256).scatter_add_(2, levels, one.expand_as(levels))
    darker = counts.cumsum(2, dtype=torch.int32) - counts  # (batch, channels, 256)
    step = darker.gather(2, images.amax((2, 3)).long()[..., None]) // 255
    table = (step // 2 + darker).float().div_(step).clamp_(max=255)
    table = torch.where(step > 0, table, torch.arange(256.0, device=images.device)).to(torch.uint8)
    return table.gather(2, levels).view_as(images)


def as_levels(images: Tensor) -> Tensor:
    """Whole levels in uint8, rounded where they lie between."""
    return images if images.dtype == torch.uint8 else images.round().to(torch.uint8)
