"""Mirror images: a cat that looks left is still a cat; a 2 is no longer a 2."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dongshou.data.augment.chance import check_probability, happens
from dongshou.data.augment.together import T, diagonal, moved_target


@dataclass(frozen=True)
class RandomHorizontalFlip:
    """Left and right exchanged with probability p: x'[i, j] = x[i, width - 1 - j] (Krizhevsky et al., 2012)."""

    p: float = 0.5

    def __post_init__(self) -> None:
        check_probability(self.p)

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        return flipped(images, happens(generator, len(images), self.p), axis=3)

    def together(self, images: Tensor, target: T, generator: torch.Generator) -> tuple[Tensor, T]:
        is_flipped = happens(generator, len(images), self.p)
        return flipped(images, is_flipped, axis=3), flipped_target(target, is_flipped, 3, images.shape)


@dataclass(frozen=True)
class RandomVerticalFlip:
    """Above and below exchanged with probability p: x'[i, j] = x[height - 1 - i, j]."""

    p: float = 0.5

    def __post_init__(self) -> None:
        check_probability(self.p)

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        return flipped(images, happens(generator, len(images), self.p), axis=2)

    def together(self, images: Tensor, target: T, generator: torch.Generator) -> tuple[Tensor, T]:
        is_flipped = happens(generator, len(images), self.p)
        return flipped(images, is_flipped, axis=2), flipped_target(target, is_flipped, 2, images.shape)


def flipped(images: Tensor, is_flipped: Tensor, axis: int) -> Tensor:
    """The images, with those mirrored along the axis that is_flipped (batch,) says."""
    which = is_flipped.nonzero().squeeze(1).to(images.device)
    return images.index_copy(0, which, images.index_select(0, which).flip(axis))


def flipped_target(target: T, is_flipped: Tensor, axis: int, shape: torch.Size) -> T:
    """x' = width - x or y' = height - y, for boxes; masks as the images of this shape."""
    sign, side = 1 - 2 * is_flipped.double(), is_flipped.double() * shape[axis]
    same, zero = torch.ones_like(sign), torch.zeros_like(side)
    linear = diagonal(sign, same) if axis == 3 else diagonal(same, sign)
    shift = torch.stack([side, zero] if axis == 3 else [zero, side], -1)
    return moved_target(target, lambda mask, _: flipped(mask, is_flipped, axis), linear, shift, (shape[2], shape[3]))
