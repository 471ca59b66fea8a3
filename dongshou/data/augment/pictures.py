"""What an augmentation does, to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.data.augment.augment import Augment
from dongshou.drawing import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def grid(images: Tensor, augment: Augment, samples: int = 4, seed: int = 0) -> Figure:
    """A picture with the images (batch, channels, height, width) in the first row, changed ones in `samples` rows.

    Labels play no part: mixing steps are shown by their images.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.zeros(len(images), dtype=torch.int64, device=images.device)
    rows = [images, *(augment(images, labels, generator)[0] for _ in range(samples))]
    figure = new_figure(1.1 * len(images) + 0.4, 1.1 * len(rows) + 0.4)
    axes = figure.subplots(len(rows), len(images), squeeze=False)
    for row_of_axes, row in zip(axes, rows, strict=True):
        for place, image in zip(row_of_axes, row, strict=True):
            place.imshow(as_picture(image), cmap="gray", vmin=0, vmax=255)
            place.set(xticks=[], yticks=[])
    axes[0, 0].set_ylabel("original", fontsize=8)
    axes[1, 0].set_ylabel("augmented", fontsize=8)
    return figure


def as_picture(image: Tensor):
    """(channels, height, width) of levels -> uint8 (height, width) or (height, width, 3)."""
    image = image.round().to(torch.uint8).cpu()
    return image[0].numpy() if image.shape[0] == 1 else image.permute(1, 2, 0).numpy()
