"""RandAugment: all of the search for a policy left out but two numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from dongshou.data.augment.chance import signs, whole_numbers
from dongshou.data.augment.operations import operate, operate_target
from dongshou.data.augment.together import T
from dongshou.data.augment.tone import as_levels
from dongshou.errors import UsageError

LARGEST_MAGNITUDE = 30

NAMES = (
    "Identity",
    "AutoContrast",
    "Equalize",
    "Rotate",
    "Solarize",
    "Color",
    "Posterize",
    "Contrast",
    "Brightness",
    "Sharpness",
    "ShearX",
    "ShearY",
    "TranslateX",
    "TranslateY",
)


@dataclass(frozen=True)
class RandAugment:
    """`num_ops` operations for each image, all equally likely and all at one magnitude of 30 (Cubuk et al., 2020).

    `fill` is the level of what comes from outside the image: mid-grey, or 0 for light things on black.
    Levels are rounded to whole ones, the dtype stays. Raises UsageError for a magnitude outside 0..30.
    """

    num_ops: int = 2
    magnitude: float = 9
    fill: int = 128

    def __post_init__(self) -> None:
        if self.num_ops < 0:
            raise UsageError(f"num_ops is a number of operations, at least 0; got {self.num_ops}.")
        if not 0 <= self.magnitude <= LARGEST_MAGNITUDE:
            raise UsageError(f"magnitude lies between 0 and {LARGEST_MAGNITUDE}; got {self.magnitude}.")

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        changed = as_levels(images)
        for choice, strength in self._draws(len(images), generator):
            changed = operate(NAMES, choice, changed, strength, self.fill)
        return changed.to(images.dtype)

    def together(self, images: Tensor, target: T, generator: torch.Generator) -> tuple[Tensor, T]:
        changed, size = as_levels(images), (images.shape[2], images.shape[3])
        for choice, strength in self._draws(len(images), generator):
            changed = operate(NAMES, choice, changed, strength, self.fill)
            target = operate_target(NAMES, choice, target, strength, size)
        return changed.to(images.dtype), target

    def _draws(self, num_images: int, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        """The operation of each image and its strength (batch,), one after another."""
        for _ in range(self.num_ops):
            choice = whole_numbers(generator, num_images, below=len(NAMES))
            yield choice, self.magnitude / LARGEST_MAGNITUDE * signs(generator, num_images)
