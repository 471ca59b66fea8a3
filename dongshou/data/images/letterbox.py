"""All of a picture at the size of a network's input, its proportions kept: nothing is cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image
from torch import Tensor

from dongshou.data.images.files import pixels_of

FILL = 114  # level of what lies beside the picture: a middling grey


@dataclass(frozen=True)
class Fit:
    """Where a picture of width x height lies in a larger one: scaled to `scaled`, then moved by (left, top) pixels."""

    width: int
    height: int
    scaled: tuple[int, int]  # width, height
    left: int
    top: int

    @property
    def x(self) -> float:
        return self.scaled[0] / self.width

    @property
    def y(self) -> float:
        return self.scaled[1] / self.height

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
    fit = fit_into(picture.size, size)
    return Fitted(pixels_of(framed(picture, fit, size, (FILL, FILL, FILL), Image.Resampling.BILINEAR)), fit)


def fit_into(sides: tuple[int, int], size: tuple[int, int]) -> Fit:
    """Where a picture of (width, height) lies in (height, width), as large as it fits and in the middle."""
    height, width = size
    scale = min(width / sides[0], height / sides[1])
    scaled = max(1, round(scale * sides[0])), max(1, round(scale * sides[1]))
    return Fit(*sides, scaled, left=(width - scaled[0]) // 2, top=(height - scaled[1]) // 2)


def framed(
    picture: Image.Image,
    fit: Fit,
    size: tuple[int, int],
    fill: int | tuple[int, int, int],
    resampling: Image.Resampling,
) -> Image.Image:
    """The picture where `fit` says, filled up to (height, width)."""
    height, width = size
    frame = Image.new(picture.mode, (width, height), fill)
    frame.paste(picture.resize(fit.scaled, resampling), (fit.left, fit.top))
    return frame
