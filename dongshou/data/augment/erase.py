"""Erasing a part of the image, so that a network does not hang on one detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from dongshou.data.augment.chance import check_probability, happens, per_image, whole_numbers
from dongshou.data.augment.rectangle import around, check_rectangles, random_rectangles
from dongshou.errors import UsageError


@dataclass(frozen=True)
class RandomErasing:
    """With probability p, a random rectangle of the image is painted over (Zhong et al., 2017).

    scale  share of the area that is erased
    ratio  width / height of the rectangle
    value  the level it is painted with; None, the best in the paper: a random level for each pixel

    Raises UsageError when p is not a probability, or scale and ratio are not ranges.
    """

    stays: ClassVar[str] = "a thing that is painted over keeps its place in the target"

    p: float = 0.5
    scale: tuple[float, float] = (0.02, 0.4)
    ratio: tuple[float, float] = (0.3, 1 / 0.3)
    value: int | None = None

    def __post_init__(self) -> None:
        check_probability(self.p)
        check_rectangles(self.scale, self.ratio)

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        is_erased = per_image(happens(generator, len(images), self.p), images)
        erased = random_rectangles(images, self.scale, self.ratio, generator).mask(images) & is_erased
        if self.value is not None:
            return images.masked_fill(erased, self.value)
        noise = whole_numbers(generator, *images.shape[1:], below=256)  # one sheet of it for the whole batch
        return torch.where(erased, noise.to(images), images)


@dataclass(frozen=True)
class Cutout:
    """A square around a random pixel is painted over, as far as it lies in the image (DeVries & Taylor, 2017).

    Raises UsageError for a size below 1 pixel.
    """

    stays: ClassVar[str] = "a thing that is painted over keeps its place in the target"

    size: int = 16
    fill: int = 0

    def __post_init__(self) -> None:
        if self.size < 1:
            raise UsageError(f"size is the side of the square, at least 1 pixel; got {self.size}.")

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        return cutout(images, torch.full((len(images),), self.size), generator, self.fill)


def cutout(images: Tensor, size: Tensor, generator: torch.Generator, fill: int = 0) -> Tensor:
    """Squares of `size` pixels (batch,) around random pixels, painted over."""
    num_images, _, height, width = images.shape
    row = whole_numbers(generator, num_images, below=height)
    column = whole_numbers(generator, num_images, below=width)
    return images.masked_fill(around(row, column, size, size, images).mask(images), fill)
