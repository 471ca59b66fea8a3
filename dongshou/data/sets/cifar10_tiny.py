"""CIFAR-10 as the Kaggle competition gives it, cut to 1,000 pictures: a folder of PNG files, their labels in a CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from torch import Tensor

from dongshou.data.images.folder import read_image_folder
from dongshou.data.sets.cifar10 import CLASSES, MEAN, SHAPE, STD
from dongshou.data.sources.files import unzipped
from dongshou.errors import UsageError

__all__ = ["CLASSES", "MEAN", "SHAPE", "STD", "directory", "read"]

TEST_PART = 0.2


def directory() -> Path:
    """The folder that holds train/, test/ (without labels) and trainLabels.csv."""
    return unzipped("cifar10-tiny", "kaggle_cifar10_tiny.zip") / "kaggle_cifar10_tiny"


def read(split: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
    """The images, uint8 (n, 3, 32, 32), and their labels, int64 (n,), of those pictures that have a label.

    n is 800 for training and 200 for the test: one in five of every class, always the same ones.
    Raises UsageError for another split, DongshouError when the file is not found.
    """
    if split not in ("train", "test"):
        raise UsageError(f'cifar10-tiny has no split "{split}". Its splits: train, test.')
    labeled = read_image_folder(directory() / "train", directory() / "trainLabels.csv")
    train, test = labeled.split(TEST_PART)
    chosen = train if split == "train" else test
    return chosen.read(SHAPE[-1]), chosen.labels
