"""Rectangles within images: what is cropped, erased or exchanged."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import torch
from torch import Tensor

from dongshou.data.augment.chance import uniform
from dongshou.errors import UsageError

ATTEMPTS = 10  # rectangles drawn for each image, of which the first that fits is taken


@dataclass(frozen=True)
class Rectangles:
    """One for each image, in whole pixels (batch,)."""

    top: Tensor
    left: Tensor
    height: Tensor
    width: Tensor

    def mask(self, images: Tensor) -> Tensor:
        """True inside (batch, 1, height, width), on the device of the images."""
        height, width = images.shape[-2:]
        rows = is_between(torch.arange(height), self.top, self.height)  # (batch, height)
        columns = is_between(torch.arange(width), self.left, self.width)  # (batch, width)
        rows, columns = rows.to(images.device), columns.to(images.device)
        return (rows[:, :, None] & columns[:, None, :])[:, None]


def is_between(positions: Tensor, start: Tensor, length: Tensor) -> Tensor:
    """Whether each position lies in start .. start + length - 1: (batch, positions)."""
    return (positions >= start[:, None]) & (positions < (start + length)[:, None])


def around(center_row: Tensor, center_column: Tensor, height: Tensor, width: Tensor, images: Tensor) -> Rectangles:
    """Rectangles of that size around pixels, cut off at the border of the image."""
    top, bottom = cut_off(center_row - height // 2, height, images.shape[-2])
    left, right = cut_off(center_column - width // 2, width, images.shape[-1])
    return Rectangles(top, left, bottom - top, right - left)


def cut_off(start: Tensor, length: Tensor, size: int) -> tuple[Tensor, Tensor]:
    return start.clamp(0, size), (start + length).clamp(0, size)


def random_rectangles(
    images: Tensor, scale: tuple[float, float], ratio: tuple[float, float], generator: torch.Generator
) -> Rectangles:
    """Rectangles anywhere in the image, of a share of its area within scale and width / height within ratio.

    The ratio is uniform in its logarithm: twice as wide and twice as high are equally likely. Where none of ten
    fits into the image, the first is cut to its size.
    """
    num_images, _, image_height, image_width = images.shape
    area = uniform(generator, num_images, ATTEMPTS, low=scale[0], high=scale[1]) * image_height * image_width
    aspect = uniform(generator, num_images, ATTEMPTS, low=log(ratio[0]), high=log(ratio[1])).exp()
    height, width = (area / aspect).sqrt().round(), (area * aspect).sqrt().round()  # (batch, attempts)
    fits = (height <= image_height) & (width <= image_width)
    first = fits.int().argmax(1, keepdim=True)
    height = height.gather(1, first).squeeze(1).clamp(1, image_height)  # (batch,)
    width = width.gather(1, first).squeeze(1).clamp(1, image_width)
    top = (uniform(generator, num_images) * (image_height - height + 1)).floor()
    left = (uniform(generator, num_images) * (image_width - width + 1)).floor()
    return Rectangles(top.long(), left.long(), height.long(), width.long())


def check_rectangles(scale: tuple[float, float], ratio: tuple[float, float]) -> None:
    """Raise UsageError unless scale is a range of shares of the area, ratio one of width / height."""
    if not 0 < scale[0] <= scale[1] <= 1:
        raise UsageError(f"scale is the least and the largest share of the area, within 0 to 1; got {scale}.")
    if not 0 < ratio[0] <= ratio[1]:
        raise UsageError(f"ratio is the least and the largest width / height, above 0; got {ratio}.")
