"""Class activation maps: where in an image a network saw the class that it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from dongshou.drawing import HEAT
from dongshou.drawing.sheet import Key, Picture, Titled, draw_rows
from dongshou.tasks.pictures.images import in_color

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STRONGEST = 0.75  # opacity of the colour where the map is highest


def activation_images(images: Sequence[Titled], maps: Tensor) -> Figure:
    """Images under what they are and what they were taken for, and below each, over it, the map (n, height, width)
    of its predicted class."""
    below = [Titled(heated(image.picture, heat)) for image, heat in zip(images, maps, strict=True)]
    return draw_rows([images, below], "Where the network saw the class that it predicts (Grad-CAM)", key=key())


def key() -> Key:
    """The colours as they are over a grey of medium brightness."""
    ramp = torch.linspace(0, 1, 64)[:, None]  # (64, 1)
    return Key(heated(np.full((64, 1), 0.5), ramp)[:, 0], "part in the decision", "none", "most")


def heated(picture: Picture, heat: Tensor) -> Picture:
    """The picture in grey, coloured where the map (height', width') is high: (height, width, 3)."""
    gray = torch.from_numpy(picture).float()
    gray = (gray.mean(2) if gray.dim() == 3 else gray)[..., None]  # (height, width, 1)
    share = stretched(heat, gray.shape[:2])  # (height, width)
    color = torch.from_numpy(in_color(share, HEAT))  # (height, width, 3)
    opacity = STRONGEST * share[..., None]
    return ((1 - opacity) * gray + opacity * color).numpy()


def stretched(heat: Tensor, size: tuple[int, ...]) -> Tensor:
    """The map at another size, bilinear, its highest value 1; all 0 where nothing speaks for the class."""
    heat = heat.detach().float().cpu()[None, None]
    heat = torch.nn.functional.interpolate(heat, size=tuple(size), mode="bilinear", align_corners=False)[0, 0]
    return heat / heat.max().clamp(min=1e-12)
