"""Digits: 1,797 handwritten digits of 8x8 pixels that come with scikit-learn (Alpaydin, Kaynak, 1998).

Nothing to download: the data set that always works.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from dongshou.data.images.placement import Placement
from dongshou.errors import UsageError

CLASSES: tuple[str, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
SHAPE = (1, 8, 8)  # channels, height, width
PLACEMENT = Placement(is_written=True)

BRIGHTEST = 16  # a pixel counts the inked dots of a 4x4 block
TEST_PART = 0.2


def read(split: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
    """The images, uint8 (n, 1, 8, 8), 0 black to 255 white, and their labels, int64 (n,).

    n is 1,437 for training and 360 for the test: one in five of every class, always the same ones.
    Raises UsageError for another split.
    """
    if split not in ("train", "test"):
        raise UsageError(f'digits has no split "{split}". Its splits: train, test.')
    from sklearn.datasets import load_digits  # here: importing scikit-learn takes a second
    from sklearn.model_selection import train_test_split

    pixels, labels = load_digits(return_X_y=True)  # (n, 64), (n,)
    rows = train_test_split(range(len(labels)), test_size=TEST_PART, stratify=labels, random_state=0)
    chosen = torch.tensor(rows[0] if split == "train" else rows[1])
    images = torch.tensor(pixels).mul(255 / BRIGHTEST).round().to(torch.uint8).reshape(-1, *SHAPE)
    return images[chosen], torch.tensor(labels, dtype=torch.int64)[chosen]
