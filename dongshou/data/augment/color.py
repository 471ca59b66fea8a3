"""Other light: the same thing at noon, at dusk, under a lamp."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dongshou.data.augment.blend import brightness_, color_, contrast_
from dongshou.data.augment.blocks import blocks
from dongshou.data.augment.chance import per_image, uniform
from dongshou.data.augment.together import T
from dongshou.errors import UsageError


@dataclass(frozen=True)
class ColorJitter:
    """Brightness, contrast and saturation times a factor of 1 - f .. 1 + f, hue turned by -h .. h of the circle.

    A factor for each image; the order of the four is drawn for each batch (Howard, 2013, section 3.1). Gives
    float32. Grey images have neither saturation nor hue.
    Raises UsageError for a negative range, and for a hue beyond half the circle.
    """

    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0

    def __post_init__(self) -> None:
        if min(self.brightness, self.contrast, self.saturation) < 0:
            raise UsageError(f"brightness, contrast and saturation are ranges, at least 0; got {self}.")
        if not 0 <= self.hue <= 0.5:
            raise UsageError(f"hue is a part of the colour circle, from 0 to 0.5; got {self.hue}.")

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        changes = (
            (brightness_, *around_one(self.brightness)),
            (contrast_, *around_one(self.contrast)),
            (color_, *around_one(self.saturation)),
            (turn_hue_, -self.hue, self.hue),
        )
        changed = images.to(torch.float32, copy=True)
        order = torch.randperm(len(changes), generator=generator).tolist()
        steps = [changes[index] for index in order if changes[index][1] < changes[index][2]]
        amounts = [uniform(generator, len(images), low=low, high=high) for _, low, high in steps]
        for block, *amounts_of_block in blocks(changed, *amounts):
            for (change, _, _), amount in zip(steps, amounts_of_block, strict=True):
                change(block, amount)
        return changed

    def together(self, images: Tensor, target: T, generator: torch.Generator) -> tuple[Tensor, T]:
        return self(images, generator), target


def around_one(extent: float) -> tuple[float, float]:
    return max(0.0, 1 - extent), 1 + extent


def turn_hue_(images: Tensor, turn: Tensor) -> Tensor:
    """The colours turned around the circle of hues by `turn` (batch,) of a circle, in place (Smith, 1978).

    With V = max(R, G, B), m = min(R, G, B) and the hue h in sixths of the circle, red lying at 0, green at 2
    and blue at 4, the channel at p is m + (V - m) clamp(||h - p| - 3| - 1, 0, 1): full as far as one sixth
    from p, gone from two sixths on. V and m stay as they are.
    """
    if images.shape[1] == 1:
        return images
    value, least = images.amax(1, keepdim=True), images.amin(1, keepdim=True)
    chroma = value - least
    turned = hue(images, value, least) + per_image(6 * turn, images)  # (batch, 1, height, width)
    turned -= 6 * (turned / 6).floor()  # within 0..6
    places = torch.tensor([0.0, 2.0, 4.0], device=images.device).view(3, 1, 1)
    fullness = torch.sub(turned, places, out=images).abs_().sub_(3).abs_().sub_(1).clamp_(0, 1)
    return torch.addcmul(least, fullness, chroma, out=images)  # (batch, 3, height, width)


def hue(images: Tensor, value: Tensor, least: Tensor) -> Tensor:
    """The hue in sixths of the circle, -3..3 (batch, 1, height, width); 0 where there is no colour.

    How far it is from red grows by one in each sixth, as first G (or B) rises, then R falls, then the third
    channel rises: |h| = (V - R + G + B - 2 m) / (V - m). It lies on green's side where G >= B.
    """
    red, green, blue = images.split(1, dim=1)
    from_red = (green + blue).sub_(red).add_(value).sub_(least, alpha=2).div_((value - least).clamp_(min=1e-6))
    return from_red.copysign_(green - blue)
