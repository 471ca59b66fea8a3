"""Tensors as pictures."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from dongshou.drawing.sheet import Picture


def as_picture(image: Tensor) -> Picture:
    """(channels, height, width) -> (height, width) or (height, width, 3), values stretched to 0..1."""
    image = image.detach().float().cpu()
    image = (image - image.min()) / (image.max() - image.min()).clamp(min=1e-6)
    return image.permute(1, 2, 0).numpy() if image.shape[0] == 3 else image[0].numpy()


def in_color(values: Tensor | np.ndarray, colors: str) -> Picture:
    """Values 0..1 (...) -> (..., 3) on one of matplotlib's scales of colours."""
    import matplotlib

    return matplotlib.colormaps[colors](np.asarray(values))[..., :3]


def scale_of(colors: str, num: int = 64) -> np.ndarray:
    """A whole scale of colours, from its lowest to its highest: (num, 3)."""
    return in_color(np.linspace(0, 1, num), colors)
