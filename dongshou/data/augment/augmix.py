"""AugMix: several augmentations of an image, mixed with the image itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from dongshou.data.augment.chance import beta, check_alpha, dirichlet, per_image, signs, uniform, whole_numbers
from dongshou.data.augment.operations import operate
from dongshou.data.augment.tone import as_levels
from dongshou.errors import UsageError

LARGEST_SEVERITY = 10

NAMES = (
    "AutoContrast",
    "Equalize",
    "Posterize",
    "Rotate",
    "Solarize",
    "ShearX",
    "ShearY",
    "TranslateX",
    "TranslateY",
    "Identity",  # for images whose chain is done
)
IDENTITY = len(NAMES) - 1


@dataclass(frozen=True)
class AugMix:
    """x' = m x + (1 - m) sum_k w_k chain_k(x) (Hendrycks et al., 2020).

    m of Beta(alpha, alpha) and w of Dirichlet(alpha, ..., alpha) are drawn for each image. A chain is 1 to
    `chain_depth` operations, each at a strength of 0.1 .. `severity` in tenths; there are `mixture_width` chains.
    `fill` is the level of what comes from outside the image. Gives float32.
    (The paper adds to this a loss that holds the answers to x and x' together.)
    Raises UsageError for a severity outside 1..10, and for widths, depths and alphas that are not positive.
    """

    stays: ClassVar[str] = "its chains move one picture to several places at once"

    severity: int = 3
    mixture_width: int = 3
    chain_depth: int = 3
    alpha: float = 1.0
    fill: int = 128

    def __post_init__(self) -> None:
        check_alpha(self.alpha)
        if not 1 <= self.severity <= LARGEST_SEVERITY:
            raise UsageError(f"severity lies between 1 and {LARGEST_SEVERITY}; got {self.severity}.")
        if min(self.mixture_width, self.chain_depth) < 1:
            raise UsageError(f"AugMix needs at least one chain of at least one operation; got {self}.")

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        num_images = len(images)
        weights = dirichlet(generator, num_images, self.alpha, self.mixture_width)  # (batch, chains)
        share = per_image(beta(generator, num_images, self.alpha), images)
        levels = as_levels(images)
        mixed = share * images
        for weight in weights.unbind(1):
            mixed += (1 - share) * per_image(weight, images) * self._chain(levels, generator)
        return mixed.clamp_(0, 255)

    def _chain(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """One to chain_depth operations in turn, as many as each image draws."""
        depth = 1 + whole_numbers(generator, len(images), below=self.chain_depth)
        for position in range(self.chain_depth):
            choice = whole_numbers(generator, len(images), below=IDENTITY)
            strength = uniform(generator, len(images), low=0.1, high=self.severity) / LARGEST_SEVERITY
            strength = strength * signs(generator, len(images))
            images = operate(NAMES, choice.where(position < depth, IDENTITY), images, strength, self.fill)
        return images
