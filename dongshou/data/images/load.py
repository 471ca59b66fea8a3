"""Labelled images by name: Fashion-MNIST, MNIST, CIFAR-10, and the digits that need no download."""

from __future__ import annotations

import importlib
from functools import lru_cache
from types import ModuleType
from typing import Literal

from torch import Tensor

from dongshou.data.batches import Augmentation, Batches, seeded_generator
from dongshou.data.images.photos import photos_for
from dongshou.data.images.pixels import Normalize, ToFloat, check_size, evaluation_batch, scaled
from dongshou.data.sources.files import FilesNotFound
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
KEPT_PIXELS = 300_000_000  # of a split: 60,000 images of 64x64. Larger ones are enlarged a batch at a time


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
        photos=photos_for(images, size),
        files=name,
    )


def image_set(name: str) -> ModuleType:
    """The module of an image set, by its name."""
    if name not in IMAGE_SETS:
        known = ", ".join(IMAGE_SETS)
        raise UsageError(f'No image set is called "{name}"; there are {known}.{did_you_mean(name, IMAGE_SETS)}')
    return importlib.import_module(f"dongshou.data.sets.{IMAGE_SETS[name]}")


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
