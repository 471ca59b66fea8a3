"""How the images of a data set were made of things: scaled to a box, which was put into a black square."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from dongshou.data.images.pixels import scaled

Gray = np.ndarray  # float32 (height, width), 0 black to 255 white

SIDE = 28  # pixels of the square


@dataclass(frozen=True)
class Placement:
    """How the things of a data set lie in its images, and what kind of things they are.

    box         pixels of 28 that the longer side of a thing fills
    by_mass     its centre of mass lies in the middle, rather than its box
    is_written  strokes of a pen, one image for each character, of which a photo may show several
    """

    box: int = SIDE
    by_mass: bool = False
    is_written: bool = False

    def square(self, thing: Gray) -> Gray:
        """Cut to its edges, bright on black (height, width) -> (28, 28)."""
        fit = fitted(thing, self.box)
        return centered_by_mass(fit) if self.by_mass else centered(fit)

    def corner(self, thing: Gray) -> tuple[float, float]:
        """Row and column of the square's corner, counted from the thing's, in pixels of the thing."""
        fit = fitted(thing, self.box)
        row, column = (int(self.square(thing).any(axis=axis).argmax() - fit.any(axis=axis).argmax()) for axis in (1, 0))
        return -row * thing.shape[0] / fit.shape[0], -column * thing.shape[1] / fit.shape[1]


def as_image(thing: Gray, placement: Placement, side: int, size: int) -> Tensor:
    """The thing as an image of a data set whose own images are side x side, uint8 (1, size, size)."""
    pixels = torch.from_numpy(placement.square(thing)).round().to(torch.uint8)[None, None]  # (1, 1, 28, 28)
    seen = scaled(scaled(pixels, side), size)[0]
    return torch.from_numpy(stretched(seen.numpy())).round().to(torch.uint8)  # thin strokes were scaled to grey


def stretched(image: Gray) -> Gray:
    """The brightest pixel at 255."""
    return image * (255 / image.max())


def fitted(image: Gray, side: int) -> Gray:
    """Scaled so that its longer side is `side`, and its brightest pixel 255 again."""
    scale = side / max(image.shape)
    height, width = (max(1, round(length * scale)) for length in image.shape)
    smaller = Image.fromarray(image.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    return stretched(np.asarray(smaller))


def centered(image: Gray) -> Gray:
    """In the middle of a black square; an odd row or column is left over above and on the left."""
    height, width = image.shape
    return placed(image, (SIDE - height + 1) // 2, (SIDE - width + 1) // 2)


def centered_by_mass(image: Gray) -> Gray:
    """On a black square, the centre of mass in its middle as far as the image stays inside."""
    mass = image.sum()
    row = (image.sum(axis=1) @ np.arange(image.shape[0])) / mass
    column = (image.sum(axis=0) @ np.arange(image.shape[1])) / mass
    middle = SIDE // 2  # MNIST has it at pixel 14, not between 13 and 14: a network notices the half pixel
    top, left = round(middle - row), round(middle - column)
    height, width = image.shape
    return placed(image, min(max(top, 0), SIDE - height), min(max(left, 0), SIDE - width))


def placed(image: Gray, top: int, left: int) -> Gray:
    """On a black square of 28x28, at this corner."""
    square = np.zeros((SIDE, SIDE), dtype=np.float32)
    square[top : top + image.shape[0], left : left + image.shape[1]] = image
    return square
