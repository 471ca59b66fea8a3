"""Pixels of a batch of images: scaled, as floats, standardised."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.errors import UsageError

EVALUATION_BATCH = 2000  # examples; no gradients are kept, so a large batch costs little memory
EVALUATION_PIXELS = 6_400_000  # of a batch: beyond that, even one layer of large images fills the memory

Normalize = tuple[float, float] | tuple[tuple[float, ...], tuple[float, ...]]


class ToFloat:
    """Pixels 0..255 -> 0..1, and on to mean 0 and standard deviation 1 where those are given.

    (pixels / 255 - mean) / std, of all pixels or of each channel; images of another size are scaled before.
    Raises UsageError when there are as many numbers as neither one nor the channels.
    """

    def __init__(self, normalize: Normalize | None = None, channels: int = 1, size: int | None = None) -> None:
        mean, std = (by_channel(values, channels) for values in normalize or (0.0, 1.0))
        self.mean = (255 * mean).float()
        self.scale = (1 / (255 * std)).float()
        self.size = size

    def __call__(self, pixels: Tensor) -> Tensor:
        if self.size is not None:
            pixels = scaled(pixels, self.size)
        values = pixels.to(torch.float32, copy=True)  # (batch, channels, height, width), ours to change in place
        self.mean, self.scale = self.mean.to(values.device), self.scale.to(values.device)
        return values.sub_(self.mean).mul_(self.scale)


def by_channel(values: float | tuple[float, ...], channels: int) -> Tensor:
    """One number, or (channels, 1, 1) to stand against (batch, channels, height, width)."""
    numbers = torch.tensor(values, dtype=torch.float64)
    if numbers.dim() == 0:
        return numbers
    if len(numbers) != channels:
        raise UsageError(
            f"normalize takes one mean and one std, or one for each of {channels} channel(s); got {len(numbers)}."
        )
    return numbers.view(-1, 1, 1)


def check_size(size: int) -> None:
    """Raises UsageError for a side of images that is no whole number of pixels, or below 1."""
    if not isinstance(size, int) or size < 1:
        raise UsageError(f"size is the side of the images in pixels, at least 1; got size={size!r}.")


def evaluation_batch(size: int, num_examples: int) -> int:
    """How many images of size x size are measured at once."""
    return min(EVALUATION_BATCH, max(1, EVALUATION_PIXELS // size**2), num_examples)


def scaled(pixels: Tensor, size: int) -> Tensor:
    """Images (n, channels, height, width) at size x size, bilinear; uint8 stays uint8."""
    if pixels.shape[-2:] == (size, size):
        return pixels
    chunks = pixels.split(EVALUATION_BATCH)  # a chunk at a time: the floats of a whole set would be large
    return torch.cat([_interpolated(chunk, size) for chunk in chunks])


def _interpolated(pixels: Tensor, size: int) -> Tensor:
    resized = torch.nn.functional.interpolate(
        pixels.float(), size=(size, size), mode="bilinear", align_corners=False, antialias=True
    )
    return resized if pixels.is_floating_point() else resized.round_().clamp_(0, 255).to(torch.uint8)
