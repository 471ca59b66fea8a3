"""MNIST: handwritten digits, the first data set that a convolutional network read (LeCun et al., 1998)."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from dongshou.data.images.idx import read_idx
from dongshou.data.images.placement import Placement
from dongshou.data.sources.files import path_of
from dongshou.errors import UsageError

CLASSES: tuple[str, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
SHAPE = (1, 28, 28)  # channels, height, width
# a digit fills a box of 20x20, its center of mass in the middle (LeCun et al., 1998)
PLACEMENT = Placement(box=20, by_mass=True, is_written=True)
MEAN, STD = 0.1307, 0.3081  # of the training pixels, scaled to 0..1

FILE_PREFIXES = {"train": "train", "test": "t10k"}


def read(split: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
    """The images, uint8 (n, 1, 28, 28), 0 black to 255 white, and their labels, int64 (n,).

    n is 60,000 for training and 10,000 for the test. Raises UsageError for another split,
    DongshouError when the files are not found and cannot be fetched.
    """
    return read_pair("mnist", split)


def read_pair(dataset: str, split: str) -> tuple[Tensor, Tensor]:
    """The images and labels of any data set published in MNIST's four files, under MNIST's names."""
    if split not in FILE_PREFIXES:
        raise UsageError(f'{dataset} has no split "{split}". Its splits: {", ".join(FILE_PREFIXES)}.')
    prefix = FILE_PREFIXES[split]
    images = read_idx(path_of(dataset, f"{prefix}-images-idx3-ubyte.gz"))  # (n, 28, 28)
    labels = read_idx(path_of(dataset, f"{prefix}-labels-idx1-ubyte.gz"))  # (n,)
    return images.unsqueeze(1), labels.long()
