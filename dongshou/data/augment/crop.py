"""Crops: the same thing a little to the side, or nearer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from dongshou.data.augment.chance import whole_numbers
from dongshou.data.augment.rectangle import check_rectangles, is_between, random_rectangles
from dongshou.errors import UsageError


@dataclass(frozen=True)
class RandomCrop:
    """A crop of the image's own size from the image with a border of `padding` pixels (He et al., 2016, section 4.2).

    x'[i, j] = padded[i + top, j + left], top and left uniform in 0..2 padding.
    Raises UsageError for a negative padding.
    """

    padding: int = 4
    fill: int = 0

    def __post_init__(self) -> None:
        if self.padding < 0:
            raise UsageError(f"padding is a number of pixels, at least 0; got {self.padding}.")

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        top, left = whole_numbers(generator, 2, len(images), below=2 * self.padding + 1)
        padded = pad(images, [self.padding] * 4, value=self.fill)
        return cropped(padded, top, left, *images.shape[-2:])


def cropped(images: Tensor, top: Tensor, left: Tensor, height: int, width: int) -> Tensor:
    """height x width pixels of each image, from its top and left (batch,) on.

    Every row of a crop is one run of `width` numbers in memory: they are copied, all together, by where they start.
    """
    num_images, channels, full_height, full_width = images.shape
    plane = torch.arange(num_images * channels).view(num_images, channels, 1)
    row = top.view(-1, 1, 1) + torch.arange(height)  # (batch, 1, height)
    start = (plane * full_height + row) * full_width + left.view(-1, 1, 1)  # (batch, channels, height)
    runs = images.flatten().unfold(0, width, 1)  # (starts, width), a view
    return runs.index_select(0, start.flatten().to(images.device)).view(num_images, channels, height, width)


@dataclass(frozen=True)
class RandomResizedCrop:
    """A random part of the image, scaled to the image's size (Szegedy et al., 2015, section 6).

    scale  share of the area that is kept, uniform between the two
    ratio  width / height of the part, uniform in its logarithm between the two
    Gives float32. Raises UsageError when these are no such ranges.
    """

    scale: tuple[float, float] = (0.08, 1.0)
    ratio: tuple[float, float] = (3 / 4, 4 / 3)

    def __post_init__(self) -> None:
        check_rectangles(self.scale, self.ratio)

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        height, width = images.shape[-2:]
        part = random_rectangles(images, self.scale, self.ratio, generator)
        rows = interpolation(part.top, part.height, height).to(images.device)[:, None]
        columns = interpolation(part.left, part.width, width).to(images.device)[:, None]
        return rows @ images.float() @ columns.mT  # (batch, channels, height, width)


def interpolation(start: Tensor, length: Tensor, size: int) -> Tensor:
    """Bilinear scaling of the pixels start .. start + length - 1 to `size` pixels, as a matrix (batch, size, size).

    The new pixel i lies at c_i = start + (i + 1/2) length / size - 1/2 of the old ones and sees the old pixel j
    of the part with weight max(0, 1 - |j - c_i|), divided by the sum of its weights.
    """
    pixels = torch.arange(float(size))
    centres = start[:, None] + (pixels + 0.5) * (length[:, None] / size) - 0.5  # (batch, size)
    weights = (1 - (pixels - centres[:, :, None]).abs_()).clamp_(min=0)  # (batch, size, size)
    weights *= is_between(pixels, start, length)[:, None]
    return weights / weights.sum(2, keepdim=True)
