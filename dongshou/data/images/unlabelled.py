"""Any folder of pictures without labels as a data set, for networks that learn to draw such pictures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from dongshou.data.batches import Batches, seeded_generator
from dongshou.data.images.folder import ImageFolder, hash_of_pictures, read_image_folder
from dongshou.data.images.photos import InColor
from dongshou.data.images.pixels import Normalize, ToFloat, check_size, evaluation_batch
from dongshou.data.set_aside import rows_set_aside
from dongshou.data.splits import Splits
from dongshou.errors import UsageError

FEWEST = 2  # pictures: one to learn from, one to compare with


def load_pictures(
    images: str | Path,
    batch_size: int = 64,
    *,
    size: int,
    test: float = 0.1,
    normalize: Normalize | None = None,
    seed: int = 0,
) -> Splits:
    """The pictures of a folder, or of the folders inside it: (batch, 3, size, size) in [0, 1], in train and test.

    test       share of the pictures that is set aside, at least one, drawn by `seed`
    normalize  see `load_images`

    The pictures are read when the first batch is asked for. Raises UsageError for a folder of fewer than two pictures
    or a size below 1, DongshouError for a file that is no picture.
    """
    check_size(size)
    transform, generator = ToFloat(normalize, channels=3), seeded_generator()
    folder = cache(lambda: read_image_folder(images))

    def batches(part: str) -> Batches:
        chosen = folder().rows(rows_of(folder(), images, test, seed)[part])
        pixels = chosen.read(size)  # (n, 3, size, size)
        if part == "test":
            return Batches(pixels, batch_size=evaluation_batch(size, len(chosen)), transform=transform)
        few = min(batch_size, len(chosen))
        return Batches(pixels, batch_size=few, shuffle=True, transform=transform, generator=generator)

    return Splits(
        train=lambda: batches("train"),
        test=lambda: batches("test"),
        name=Path(images).name,
        shape=(3, size, size),
        transform=transform,
        photos=InColor(size),
        files=lambda: {"pictures": hash_of_pictures(folder())},
    )


def rows_of(folder: ImageFolder, images: str | Path, test: float, seed: int) -> dict[str, Tensor]:
    """Which pictures are of which split. Raises UsageError where there are too few."""
    num = len(folder)
    if num < FEWEST:
        raise UsageError(
            f"{images} holds {num} picture: a network learns to draw from many, and is measured on others. Name a"
            " folder of more of them."
        )
    stay, aside = rows_set_aside(num, test, seed)
    return {"test": torch.tensor(aside), "train": torch.tensor(stay)}
