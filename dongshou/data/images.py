"""Labelled images by name: Fashion-MNIST, MNIST, and the digits that need no download."""

from __future__ import annotations

import importlib
from functools import lru_cache
from types import ModuleType
from typing import Literal

import torch
from torch import Tensor

from dongshou.data.batches import Batches, seeded_generator
from dongshou.data.files import FilesNotFound
from dongshou.data.splits import Splits
from dongshou.errors import UsageError, did_you_mean

IMAGE_SETS = {"fashion-mnist": "fashion_mnist", "mnist": "mnist", "digits": "digits"}
EVALUATION_BATCH = 2000  # examples; no gradients are kept, so a large batch costs little memory


def load_images(
    name: str = "fashion-mnist",
    batch_size: int = 256,
    *,
    size: int = 28,
    normalize: tuple[float, float] | None = None,
) -> Splits:
    """Labelled grey images, scaled to size x size: (batch, 1, size, size) in [0, 1] and labels (batch,).

    `normalize=(mean, std)` standardises the pixels. Nothing is read before the first batch is asked for.
    Raises UsageError for an unknown name.
    """
    images = image_set(name)
    generator = seeded_generator()
    transform = ToFloat(normalize)

    def split(which: Literal["train", "test"]) -> Batches:
        pixels, labels = read_images(name, which, size)
        if which == "train":
            return Batches(
                pixels, labels, batch_size=batch_size, shuffle=True, transform=transform, generator=generator
            )
        return Batches(pixels, labels, batch_size=min(EVALUATION_BATCH, len(labels)), transform=transform)

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
    """Pixels 0..255 -> 0..1, and on to mean 0 and standard deviation 1 where those are given."""

    def __init__(self, normalize: tuple[float, float] | None = None) -> None:
        mean, std = normalize or (0.0, 1.0)
        self.mean, self.std = 255 * mean, 255 * std

    def __call__(self, pixels: Tensor) -> Tensor:
        values = pixels.to(torch.float32, copy=True)  # (batch, channels, height, width), ours to change in place
        return (values.sub_(self.mean) if self.mean else values).mul_(1 / self.std)


def image_set(name: str) -> ModuleType:
    """The module of an image set, by its name."""
    if name not in IMAGE_SETS:
        known = ", ".join(IMAGE_SETS)
        raise UsageError(f'No image set is called "{name}"; there are {known}.{did_you_mean(name, IMAGE_SETS)}')
    return importlib.import_module(f"dongshou.data.{IMAGE_SETS[name]}")


@lru_cache(maxsize=4)
def read_images(name: str, split: Literal["train", "test"], size: int) -> tuple[Tensor, Tensor]:
    """The uint8 pixels (n, 1, size, size) and labels (n,) of one split."""
    try:
        pixels, labels = image_set(name).read(split)
    except FilesNotFound as error:
        raise FilesNotFound(f"{error} Or begin with `dongshou run mlp:digits`, which needs no files.") from None
    return scaled(pixels, size), labels


def scaled(pixels: Tensor, size: int) -> Tensor:
    """uint8 images (n, channels, height, width) at size x size, bilinear."""
    if pixels.shape[-2:] == (size, size):
        return pixels
    chunks = pixels.split(EVALUATION_BATCH)  # a chunk at a time: the floats of a whole set would be large
    return torch.cat([_interpolated(chunk, size) for chunk in chunks])


def _interpolated(pixels: Tensor, size: int) -> Tensor:
    resized = torch.nn.functional.interpolate(
        pixels.float(), size=(size, size), mode="bilinear", align_corners=False, antialias=True
    )
    return resized.round_().clamp_(0, 255).to(torch.uint8)
