"""CIFAR-10: 60,000 small photographs of animals and vehicles (Krizhevsky, 2009), in the binary format."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from dongshou.data.sources.files import more_of, path_of
from dongshou.errors import DongshouError, UsageError

CLASSES: tuple[str, ...] = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
SHAPE = (3, 32, 32)  # channels, height, width
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)  # red, green, blue of the training pixels in 0..1

RECORD = 1 + 3 * 32 * 32  # bytes: the label, then a plane of red, of green and of blue, row by row
BATCH = 10_000  # records in a file


def read(split: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
    """The images, uint8 (n, 3, 32, 32), and their labels, int64 (n,).

    n is 10,000 for the test, and 10,000 for each training batch that is there: the first, and those of the other
    four that lie beside it. Raises UsageError for another split, DongshouError when a file is not found and cannot
    be fetched, or is not a whole batch.
    """
    if split not in ("train", "test"):
        raise UsageError(f'cifar10 has no split "{split}". Its splits: train, test.')
    if split == "test":
        return read_batch(path_of("cifar10", "test_batch.bin"))
    batches = [read_batch(path) for path in (path_of("cifar10", "data_batch_1.bin"), *more_of("cifar10"))]
    images, labels = zip(*batches, strict=True)
    return torch.cat(images), torch.cat(labels)


def read_batch(path: Path) -> tuple[Tensor, Tensor]:
    """The images, uint8 (10000, 3, 32, 32), and labels, int64 (10000,), of one file.

    Raises DongshouError when the file has another length, or unknown labels.
    """
    content = np.fromfile(path, dtype=np.uint8)
    if content.size != BATCH * RECORD:
        fault = "is truncated" if content.size < BATCH * RECORD else "is not a batch of CIFAR-10"
        raise DongshouError(
            f"{path} {fault}: expected {BATCH * RECORD:,} bytes, it holds {content.size:,}."
            " Fetch it again, or delete it."
        )
    records = torch.from_numpy(content).view(BATCH, RECORD)
    labels = records[:, 0].long()
    if (strange := (labels >= len(CLASSES)).nonzero()).numel():
        record = int(strange[0])
        raise DongshouError(
            f"{path} is not a batch of CIFAR-10: expected labels 0 to {len(CLASSES) - 1},"
            f" record {record} has {int(labels[record])}. Fetch it again, or delete it."
        )
    return records[:, 1:].reshape(-1, *SHAPE), labels
