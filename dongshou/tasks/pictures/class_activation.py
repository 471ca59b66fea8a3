"""Class activation maps: where in an image a network saw the class that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.tasks.pictures.images import Picture, Titled, as_picture, draw_rows, in_color

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STRONGEST = 0.7  # opacity of the colour where the map is highest


def activation_images(images: Tensor, maps: Tensor, guesses: list[str]) -> Figure:
    """Images (n, channels, height, width), and below each, over it, the map (n, height', width') of its guess."""
    pictures = [as_picture(image) for image in images]
    above = [Titled(picture, guess) for picture, guess in zip(pictures, guesses, strict=True)]
    below = [Titled(heated(picture, heat)) for picture, heat in zip(pictures, maps, strict=True)]
    return draw_rows([above, below], "what the network sees, and where (Grad-CAM)")


def heated(picture: Picture, heat: Tensor) -> Picture:
    """The picture in grey, coloured where the map (height', width') is high: (height, width, 3)."""
    gray = torch.from_numpy(picture).float()
    gray = (gray.mean(2) if gray.dim() == 3 else gray)[..., None]  # (height, width, 1)
    share = stretched(heat, gray.shape[:2])  # (height, width)
    color = torch.from_numpy(in_color(share, "turbo"))  # (height, width, 3)
    opacity = STRONGEST * share[..., None]
    return ((1 - opacity) * gray + opacity * color).numpy()


def stretched(heat: Tensor, size: tuple[int, ...]) -> Tensor:
    """The map at another size, bilinear, its highest value 1; all 0 where nothing speaks for the class."""
    heat = heat.detach().float().cpu()[None, None]
    heat = torch.nn.functional.interpolate(heat, size=tuple(size), mode="bilinear", align_corners=False)[0, 0]
    return heat / heat.max().clamp(min=1e-12)
