"""Labelled images by name: Fashion-MNIST, MNIST, CIFAR-10, and the digits that need no download."""

from __future__ import annotations

import importlib
from functools import lru_cache
from types import ModuleType
from typing import Literal

import torch
from torch import Tensor

from dongshou.data.batches import Augmentation, Batches, seeded_generator
from dongshou.data.files import FilesNotFound
from dongshou.data.splits import Splits
from dongshou.errors import UsageError, did_you_mean

IMAGE_SETS = {
    "fashion-mnist": "fashion_mnist",
    "mnist": "mnist",
    "digits": "digits",
    "cifar10": "cifar10",
    "cifar10-tiny": "cifar10_tiny",
}
USUAL_SIZE = 28  # pixels: smaller images are enlarged to it
EVALUATION_BATCH = 2000  # examples; no gradients are kept, so a large batch costs little memory
KEPT_PIXELS = 300_000_000  # of a split: 60,000 images of 64x64. Larger ones are enlarged a batch at a time
EVALUATION_PIXELS = 6_400_000  # of a batch: beyond that, even one layer of large images fills the memory

Normalize = tuple[float, float] | tuple[tuple[float, ...], tuple[float, ...]]


def load_images(
    name: str = "fashion-mnist",
    batch_size: int = 256,
    *,
    size: int | None = None,
    normalize: Normalize | None = None,
    augment: Augmentation | None = None,
) -> Splits:
    """Labelled images, scaled to size x size: (batch, channels, size, size) in [0, 1] and labels (batch,).

    size       of the images; without it they stay as they are, but for those that are smaller than 28x28
    normalize  (mean, std) of the pixels in [0, 1], which are standardised: two numbers, or two tuples with
               a number for each channel
    augment    changes each training batch at random, before that (see dongshou.data.augment)

    Nothing is read before the first batch is asked for. Raises UsageError for an unknown name, a size below 1, or a
    number of channels that the images do not have.
    """
    images = image_set(name)
    size = max(USUAL_SIZE, images.SHAPE[-1]) if size is None else size
    check_size(size)
    generator = seeded_generator()
    transform = ToFloat(normalize, channels=images.SHAPE[0], size=size)

    def split(which: Literal["train", "test"]) -> Batches:
        pixels, labels = read_images(name, which, size)
        if which == "train":
            return Batches(
                pixels,
                labels,
                batch_size=batch_size,
                shuffle=True,
                transform=transform,
                augment=augment,
                generator=generator,
            )
        return Batches(pixels, labels, batch_size=evaluation_batch(size, len(labels)), transform=transform)

    return Splits(
        train=lambda: split("train"),
        test=lambda: split("test"),
        name=name,
        classes=images.CLASSES,
        shape=(images.SHAPE[0], size, size),
        transform=transform,
        files=name,
    )


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
    """Raises UsageError for a side of images that is below 1 pixel."""
    if size < 1:
        raise UsageError(f"size is the side of the images in pixels, at least 1; got size={size}.")


def evaluation_batch(size: int, num_examples: int) -> int:
    """How many images of size x size are measured at once."""
    return min(EVALUATION_BATCH, max(1, EVALUATION_PIXELS // size**2), num_examples)


def image_set(name: str) -> ModuleType:
    """The module of an image set, by its name."""
    if name not in IMAGE_SETS:
        known = ", ".join(IMAGE_SETS)
        raise UsageError(f'No image set is called "{name}"; there are {known}.{did_you_mean(name, IMAGE_SETS)}')
    return importlib.import_module(f"dongshou.data.{IMAGE_SETS[name]}")


@lru_cache(maxsize=4)
def read_images(name: str, split: Literal["train", "test"], size: int) -> tuple[Tensor, Tensor]:
    """The uint8 pixels (n, channels, size, size) and labels (n,) of one split.

    Pixels that would not fit into memory so are left at their own size, for `ToFloat` to scale each batch.
    """
    try:
        pixels, labels = image_set(name).read(split)
    except FilesNotFound as error:
        raise FilesNotFound(f"{error} Or begin with `dongshou run mlp:digits`, which needs no files.") from None
    num_images, channels = pixels.shape[:2]
    return scaled(pixels, size) if num_images * channels * size**2 <= KEPT_PIXELS else pixels, labels


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
