"""Fashion-MNIST: clothing in the format of MNIST, but harder (Xiao, Rasul, Vollgraf, 2017)."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from dongshou.data.sets.mnist import read_pair

CLASSES: tuple[str, ...] = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
CLASSES_ZH: tuple[str, ...] = (
    "T恤/上衣",
    "裤子",
    "套头衫",
    "连衣裙",
    "外套",
    "凉鞋",
    "衬衫",
    "运动鞋",
    "包",
    "短靴",
)
SHAPE = (1, 28, 28)  # channels, height, width
MEAN, STD = 0.2860, 0.3530  # of the training pixels, scaled to 0..1


def read(split: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
    """The images, uint8 (n, 1, 28, 28), 0 black to 255 white, and their labels, int64 (n,).

    n is 60,000 for training and 10,000 for the test. Raises UsageError for another split,
    DongshouError when the files are not found and cannot be fetched.
    """
    return read_pair("fashion-mnist", split)
