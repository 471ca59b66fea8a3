"""All of a picture at the size of a network's input, its proportions kept: no box is cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

FILL = 114  # level of what lies beside the picture: a middling grey


@dataclass(frozen=True)
class Fit:
    """Where a picture lies in a larger one: scaled by (x, y), then moved by (left, top) pixels."""

    x: float
    y: float
    left: int
    top: int

    def moved(self, corners: Tensor) -> Tensor:
        """Boxes (n, 4) in pixels of the picture, in those of the larger one."""
        scale = corners.new_tensor([self.x, self.y, self.x, self.y])
        return corners * scale + corners.new_tensor([self.left, self.top] * 2)


class Fitted(NamedTuple):
    """uint8 (3, height, width), and where in it the picture lies."""

    pixels: Tensor
    fit: Fit


def fitted(picture: Image.Image, size: tuple[int, int]) -> Fitted:
    """An RGB picture, as large as it fits into (height, width) and in its middle, on grey."""
    height, width = size
    scale = min(width / picture.width, height / picture.height)
    new = max(1, round(scale * picture.width)), max(1, round(scale * picture.height))
    left, top = (width - new[0]) // 2, (height - new[1]) // 2
    pixels = torch.full((3, height, width), FILL, dtype=torch.uint8)
    scaled = torch.from_numpy(np.array(picture.resize(new, Image.Resampling.BILINEAR))).permute(2, 0, 1)
    pixels[:, top : top + new[1], left : left + new[0]] = scaled
    return Fitted(pixels, Fit(new[0] / picture.width, new[1] / picture.height, left, top))
