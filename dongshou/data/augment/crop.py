"""Crops: the same thing a little to the side, or nearer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from dongshou.data.augment.chance import whole_numbers
from dongshou.data.augment.rectangle import Rectangles, check_rectangles, is_between, random_rectangles
from dongshou.data.augment.together import T, diagonal, moved_target
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
        top, left = self._draw(len(images), generator)
        return self._crop(images, top, left, self.fill)

    def together(self, images: Tensor, target: T, generator: torch.Generator) -> tuple[Tensor, T]:
        top, left = self._draw(len(images), generator)
        shift = self.padding - torch.stack([left, top], -1)
        same = torch.eye(2).expand(len(images), 2, 2)
        size = (images.shape[2], images.shape[3])
        moved = moved_target(target, lambda mask, void: self._crop(mask, top, left, void), same, shift, size)
        return self._crop(images, top, left, self.fill), moved

    def _draw(self, num_images: int, generator: torch.Generator) -> Tensor:
        """Top and left (2, batch)."""
        return whole_numbers(generator, 2, num_images, below=2 * self.padding + 1)

    def _crop(self, images: Tensor, top: Tensor, left: Tensor, fill: int) -> Tensor:
        padded = pad(images, [self.padding] * 4, value=fill)
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
        return resized(images, random_rectangles(images, self.scale, self.ratio, generator))

    def together(self, images: Tensor, target: T, generator: torch.Generator) -> tuple[Tensor, T]:
        height, width = images.shape[-2:]
        part = random_rectangles(images, self.scale, self.ratio, generator)
        linear = diagonal(width / part.width, height / part.height)
        shift = -(linear @ torch.stack([part.left, part.top], -1).double()[..., None])[..., 0]
        moved = moved_target(target, lambda mask, _: resized_by_nearest(mask, part), linear, shift, (height, width))
        return resized(images, part), moved


def resized(images: Tensor, part: Rectangles) -> Tensor:
    """The part of each image at the size of the image, bilinear, float32."""
    height, width = images.shape[-2:]
    rows = interpolation(part.top, part.height, height).to(images.device)[:, None]
    columns = interpolation(part.left, part.width, width).to(images.device)[:, None]
    return rows @ images.float() @ columns.mT  # (batch, channels, height, width)


def resized_by_nearest(images: Tensor, part: Rectangles) -> Tensor:
    """The part of each image at the size of the image, each new pixel the old one that its middle lies in."""
    height, width = images.shape[-2:]
    rows = nearest(part.top, part.height, height).to(images.device)[:, None, :, None]
    columns = nearest(part.left, part.width, width).to(images.device)[:, None, None, :]
    across = images.gather(2, rows.expand(-1, images.shape[1], -1, width))
    return across.gather(3, columns.expand(-1, images.shape[1], height, -1))


def nearest(start: Tensor, length: Tensor, size: int) -> Tensor:
    """The old pixel of each of `size` new ones: start + floor((i + 1/2) length / size), int64 (batch, size)."""
    return start[:, None] + (2 * torch.arange(size) + 1) * length[:, None] // (2 * size)


def interpolation(start: Tensor, length: Tensor, size: int) -> Tensor:
    """Bilinear scaling of the pixels start .. start + length - 1 to `size` pixels, as a matrix (batch, size, size).

    The new pixel i lies at c_i = start + (i + 1/2) length / size - 1/2 of the old ones and sees the old pixel j
    of the part with weight max(0, 1 - |j - c_i|), divided by the sum of its weights.
    """
    pixels = torch.arange(float(size))
    centers = start[:, None] + (pixels + 0.5) * (length[:, None] / size) - 0.5  # (batch, size)
    weights = (1 - (pixels - centers[:, :, None]).abs_()).clamp_(min=0)  # (batch, size, size)
    weights *= is_between(pixels, start, length)[:, None]
    return weights / weights.sum(2, keepdim=True)
