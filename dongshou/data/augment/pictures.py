"""What an augmentation does, to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from dongshou.data.augment.augment import Augment
from dongshou.data.targets import Boxes, Mask
from dongshou.drawing.sheet import Picture, Titled, draw_rows
from dongshou.drawing.style import PALETTE

if TYPE_CHECKING:
    from matplotlib.figure import Figure


OPACITY = 0.5  # of the color of a class over its pixels
LINE = 1 / 60  # of the longer side of a picture: the edge of a box


def grid(
    images: Tensor,
    augment: Augment,
    samples: int = 4,
    seed: int = 0,
    heading: str = "Augmentation",
    target: Boxes | Mask | tuple[Any, ...] | None = None,
) -> Figure:
    """A picture with the images (batch, channels, height, width) in the first row, changed ones in `samples` rows.

    target  boxes or a mask of the images, or a tuple of both, which move with them and are drawn over them, a color
            for each class. Plain labels play no part: mixing steps are shown by their images.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.zeros(len(images), dtype=torch.int64, device=images.device) if target is None else target
    rows = [(images, labels), *(augment(images, labels, generator) for _ in range(samples))]
    above = ["original", *(f"augmented, {number} of {samples}" for number in range(1, samples + 1))]
    return draw_rows([[Titled(one) for one in pictures_of(*row)] for row in rows], heading, above=above)


def pictures_of(images: Tensor, target: Any) -> list[Picture]:
    """Each image, with what the target has for it drawn over it: masks first, for boxes to be seen."""
    several = target if isinstance(target, tuple) else (target,)
    pictures = [as_picture(image) for image in images]
    for mask in (one for one in several if isinstance(one, Mask)):
        each = zip(pictures, mask.classes.cpu().numpy(), strict=True)
        pictures = [over(picture, classes, mask.void) for picture, classes in each]
    for boxes in (one for one in several if isinstance(one, Boxes)):
        pictures = [framed(picture, *listed) for picture, listed in zip(pictures, boxes.listed(), strict=True)]
    return pictures


def over(picture: Picture, classes: np.ndarray, void: int) -> Picture:
    """The picture in colour, its pixels of a class above 0 in part in the color of that class."""
    is_shown = (classes > 0) & (classes != void)
    colors = palette()[np.where(is_shown, classes, 0) % len(PALETTE)]  # (height, width, 3)
    opacity = OPACITY * is_shown[..., None]
    return (1 - opacity) * in_color(picture) + opacity * colors


def framed(picture: Picture, corners: Tensor, labels: Tensor) -> Picture:
    """The picture in colour, with the edge of each box in the color of its class."""
    framed = in_color(picture).copy()
    line = max(1, round(LINE * max(framed.shape[:2])))
    for box, label in zip(corners.round().int().tolist(), labels.tolist(), strict=True):
        left, top, right, bottom = box
        inside = framed[top + line : bottom - line, left + line : right - line].copy()
        framed[top:bottom, left:right] = palette()[label % len(PALETTE)]
        if inside.size:
            framed[top + line : bottom - line, left + line : right - line] = inside
    return framed


def palette() -> np.ndarray:
    """(colors, 3) of values 0..1."""
    return np.array([[int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)] for color in PALETTE])


def in_color(picture: Picture) -> Picture:
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)


def as_picture(image: Tensor) -> Picture:
    """(channels, height, width) of levels 0..255 -> (height, width) or (height, width, 3) of values 0..1."""
    image = image.round().clamp(0, 255).cpu() / 255
    return image[0].numpy() if image.shape[0] == 1 else image.permute(1, 2, 0).numpy()
