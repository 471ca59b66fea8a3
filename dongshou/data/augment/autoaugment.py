"""AutoAugment: a policy of augmentation that was itself learnt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from dongshou.data.augment.chance import signs, uniform, whole_numbers
from dongshou.data.augment.operations import operate, operate_target
from dongshou.data.augment.together import T
from dongshou.data.augment.tone import as_levels

LARGEST_LEVEL = 9  # of ten, 0..9

# The policy found on a part of CIFAR-10 (table 7 of the paper): twenty-five pairs of (operation, probability, level).
CIFAR10_POLICY = (
    (("Invert", 0.1, 7), ("Contrast", 0.2, 6)),
    (("Rotate", 0.7, 2), ("TranslateX", 0.3, 9)),
    (("Sharpness", 0.8, 1), ("Sharpness", 0.9, 3)),
    (("ShearY", 0.5, 8), ("TranslateY", 0.7, 9)),
    (("AutoContrast", 0.5, 8), ("Equalize", 0.9, 2)),
    (("ShearY", 0.2, 7), ("Posterize", 0.3, 7)),
    (("Color", 0.4, 3), ("Brightness", 0.6, 7)),
    (("Sharpness", 0.3, 9), ("Brightness", 0.7, 9)),
    (("Equalize", 0.6, 5), ("Equalize", 0.5, 1)),
    (("Contrast", 0.6, 7), ("Sharpness", 0.6, 5)),
    (("Color", 0.7, 7), ("TranslateX", 0.5, 8)),
    (("Equalize", 0.3, 7), ("AutoContrast", 0.4, 8)),
    (("TranslateY", 0.4, 3), ("Sharpness", 0.2, 6)),
    (("Brightness", 0.9, 6), ("Color", 0.2, 8)),
    (("Solarize", 0.5, 2), ("Invert", 0.0, 3)),
    (("Equalize", 0.2, 0), ("AutoContrast", 0.6, 0)),
    (("Equalize", 0.2, 8), ("Equalize", 0.6, 4)),
    (("Color", 0.9, 9), ("Equalize", 0.6, 6)),
    (("AutoContrast", 0.8, 4), ("Solarize", 0.2, 8)),
    (("Brightness", 0.1, 3), ("Color", 0.7, 0)),
    (("Solarize", 0.4, 5), ("AutoContrast", 0.9, 3)),
    (("TranslateY", 0.9, 9), ("TranslateY", 0.7, 9)),
    (("AutoContrast", 0.9, 2), ("Solarize", 0.8, 3)),
    (("Equalize", 0.8, 8), ("Invert", 0.1, 3)),
    (("TranslateY", 0.7, 9), ("AutoContrast", 0.9, 1)),
)


@dataclass(frozen=True)
class AutoAugment:
    """One of 25 pairs of operations for each image, each of the two with its probability (Cubuk et al., 2019).

    `fill` is the level of what comes from outside the image: mid-grey, or 0 for light things on black.
    Levels are rounded to whole ones, the dtype stays.
    """

    fill: int = 128

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        changed = as_levels(images)
        for choice, strength in draws(len(images), generator):
            changed = operate(NAMES, choice, changed, strength, self.fill)
        return changed.to(images.dtype)

    def together(self, images: Tensor, target: T, generator: torch.Generator) -> tuple[Tensor, T]:
        changed, size = as_levels(images), (images.shape[2], images.shape[3])
        for choice, strength in draws(len(images), generator):
            changed = operate(NAMES, choice, changed, strength, self.fill)
            target = operate_target(NAMES, choice, target, strength, size)
        return changed.to(images.dtype), target


def draws(num_images: int, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """The operation of each image and its strength (batch,), first those of the pairs, then their second ones."""
    pair = whole_numbers(generator, num_images, below=len(CIFAR10_POLICY))
    for place in range(2):
        choice, p, strength = (column[pair] for column in columns_of_policy(place))  # (batch,) each
        is_done = uniform(generator, num_images) < p
        yield choice.where(is_done, IDENTITY), strength * signs(generator, num_images)


NAMES = ("Identity", *sorted({name for pair in CIFAR10_POLICY for name, _, _ in pair}))
IDENTITY = 0


@lru_cache
def columns_of_policy(place: int) -> tuple[Tensor, Tensor, Tensor]:
    """Operation, as its place in NAMES, probability and strength 0..1 of the first or second of every pair (25,)."""
    names, probabilities, levels = zip(*(pair[place] for pair in CIFAR10_POLICY), strict=True)
    return (
        torch.tensor([NAMES.index(name) for name in names]),
        torch.tensor(probabilities),
        torch.tensor(levels) / LARGEST_LEVEL,
    )
