"""Pixels as a picture, each of them a square that can be seen."""

from __future__ import annotations

from PIL import Image
from torch import Tensor

SIDE = 224  # pixels: up to that a picture is enlarged


def enlarged(pixels: Tensor, side: int = SIDE) -> Image.Image:
    """uint8 (channels, height, width), grey or in colour: as many times as large as fits into `side`, at least once."""
    _, height, width = pixels.shape
    times = max(1, side // max(height, width))
    picture = Image.fromarray(pixels.permute(1, 2, 0).squeeze(2).numpy())  # (height, width, 3) or (height, width)
    return picture.resize((times * width, times * height), Image.Resampling.NEAREST)
