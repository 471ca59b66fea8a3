"""What an augmentation does, to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.data.augment.augment import Augment
from dongshou.drawing.sheet import Picture, Titled, draw_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def grid(images: Tensor, augment: Augment, samples: int = 4, seed: int = 0, heading: str = "Augmentation") -> Figure:
    """A picture with the images (batch, channels, height, width) in the first row, changed ones in `samples` rows.

    Labels play no part: mixing steps are shown by their images.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.zeros(len(images), dtype=torch.int64, device=images.device)
    rows = [images, *(augment(images, labels, generator)[0] for _ in range(samples))]
    above = ["original", *(f"augmented, {number} of {samples}" for number in range(1, samples + 1))]
    return draw_rows([[Titled(as_picture(image)) for image in row] for row in rows], heading, above=above)


def as_picture(image: Tensor) -> Picture:
    """(channels, height, width) of levels 0..255 -> (height, width) or (height, width, 3) of values 0..1."""
    image = image.round().clamp(0, 255).cpu() / 255
    return image[0].numpy() if image.shape[0] == 1 else image.permute(1, 2, 0).numpy()
