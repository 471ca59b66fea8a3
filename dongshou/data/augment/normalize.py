"""Standardised pixels: mean 0 and standard deviation 1 in every channel."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dongshou.data.augment.together import T
from dongshou.errors import UsageError


@dataclass(frozen=True)
class Normalize:
    """Levels 0..255 -> (x / 255 - mean_c) / std_c in float32, one mean and one std a channel, or one for all.

    It takes the place of `transform` of Batches, or is the last step of an Augment where there is none.
    Raises UsageError for unequal numbers of means and stds, a std that is not positive, and images with
    another number of channels.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.mean) != len(self.std) or not all(std > 0 for std in self.std):
            raise UsageError(f"Normalize needs a mean and a positive std a channel; got {self.mean} and {self.std}.")

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        if len(self.mean) not in (1, images.shape[1]):
            raise UsageError(
                f"Normalize has means for {len(self.mean)} channels, the images have {images.shape[1]}:"
                " give one mean and one std a channel."
            )
        mean, std = (torch.tensor(values, device=images.device).view(-1, 1, 1) for values in (self.mean, self.std))
        return images.float().sub(255 * mean).div_(255 * std)

    def together(self, images: Tensor, target: T, generator: torch.Generator) -> tuple[Tensor, T]:
        return self(images), target
