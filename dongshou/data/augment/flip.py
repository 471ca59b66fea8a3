"""Mirror images: a cat that looks left is still a cat; a 2 is no longer a 2."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dongshou.data.augment.chance import check_probability, happens


@dataclass(frozen=True)
class RandomHorizontalFlip:
    """Left and right exchanged with probability p: x'[i, j] = x[i, width - 1 - j] (Krizhevsky et al., 2012)."""

    p: float = 0.5

    def __post_init__(self) -> None:
        check_probability(self.p)

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        return flipped(images, happens(generator, len(images), self.p), axis=3)


@dataclass(frozen=True)
class RandomVerticalFlip:
    """Above and below exchanged with probability p: x'[i, j] = x[height - 1 - i, j]."""

    p: float = 0.5

    def __post_init__(self) -> None:
        check_probability(self.p)

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        return flipped(images, happens(generator, len(images), self.p), axis=2)


def flipped(images: Tensor, is_flipped: Tensor, axis: int) -> Tensor:
    """The images, with those mirrored along the axis that is_flipped (batch,) says."""
    which = is_flipped.nonzero().squeeze(1).to(images.device)
    return images.index_copy(0, which, images.index_select(0, which).flip(axis))
