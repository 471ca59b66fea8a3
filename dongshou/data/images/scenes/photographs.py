"""What the digits are pasted on: parts of the two photographs that come with scikit-learn."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor

from dongshou.data.augment.chance import happens, uniform
from dongshou.data.images.pixels import scaled

TRAIN_SHARE = 0.7  # of the width of each photograph, from the left; the rest is what the test is drawn on
SMALLEST = 96  # pixels of the side of a part, as the photograph has them


def grounds(num: int, size: int, part: Literal["train", "test"], generator: torch.Generator) -> Tensor:
    """Random square parts of the photographs, mirrored or not: uint8 (num, 3, size, size)."""
    which = happens(generator, num, 0.5).tolist()
    is_flipped = happens(generator, num, 0.5).tolist()
    places = uniform(generator, num, 3).tolist()
    return torch.cat([_ground(part, *row, size) for row in zip(which, is_flipped, places, strict=True)])


def _ground(part: Literal["train", "test"], is_second: bool, is_flipped: bool, place: list[float], size: int) -> Tensor:
    """(1, 3, size, size); place: how far the side is to its largest, then left and top to theirs, each 0..1."""
    photo = photographs(part)[is_second]
    _, height, width = photo.shape
    side = round(SMALLEST + place[0] * (min(height, width) - SMALLEST))
    left, top = round(place[1] * (width - side)), round(place[2] * (height - side))
    square = photo[None, :, top : top + side, left : left + side]
    return scaled(square.flip(3) if is_flipped else square, size)


@lru_cache
def photographs(part: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
    """The temple and the flower, uint8 (3, height, width): the left of each to learn from, the right to test on."""
    from sklearn.datasets import load_sample_image  # here: importing scikit-learn takes a second

    whole = [torch.tensor(load_sample_image(name)).permute(2, 0, 1) for name in ("china.jpg", "flower.jpg")]
    edge = round(TRAIN_SHARE * whole[0].shape[2])
    temple, flower = (photo[..., :edge] if part == "train" else photo[..., edge:] for photo in whole)
    return temple, flower
