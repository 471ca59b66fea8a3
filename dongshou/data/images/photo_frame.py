"""Which part of a photo a network was shown, to draw on the photo what it saw there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from dongshou.data.images.files import on_white, open_picture
from dongshou.data.images.photo import (
    FAINT,
    LARGEST,
    MNIST_BOX,
    SIDE,
    centered,
    centered_by_mass,
    cropped,
    fitted,
    on_black,
    read_gray,
)


@dataclass(frozen=True)
class Frame:
    """A photo, upright and in colour, and the square of it that became the image for the network.

    left, top, right, bottom in pixels of the photo; the square may reach beyond its edges.
    """

    photo: Image.Image
    left: float
    top: float
    right: float
    bottom: float


def middle_frame(path: str | Path) -> Frame:
    """As `read_color` takes it: the middle square. Raises DongshouError as that does."""
    photo = read_photo_small(path)
    side = min(photo.size)
    left, top = (photo.width - side) / 2, (photo.height - side) / 2
    return Frame(photo, left, top, left + side, top + side)


def thing_frame(path: str | Path, data: str) -> Frame:
    """As `read_photo` takes it: the thing, and the black around it. Raises DongshouError as that does."""
    image = on_black(read_gray(path), path)
    first_row, first_column = (int((image >= FAINT * 255).any(axis=axis).argmax()) for axis in (1, 0))
    thing = cropped(image)
    small = fitted(thing, MNIST_BOX if data == "mnist" else SIDE)
    square = centered_by_mass(small) if data == "mnist" else centered(small)  # (SIDE, SIDE)
    row, column = (int(square.any(axis=axis).argmax() - small.any(axis=axis).argmax()) for axis in (1, 0))
    down, along = thing.shape[0] / small.shape[0], thing.shape[1] / small.shape[1]  # photo's pixels for one of SIDE
    top, left = first_row - row * down, first_column - column * along
    return Frame(read_photo_small(path), left, top, left + SIDE * along, top + SIDE * down)


def read_photo_small(path: str | Path) -> Image.Image:
    """The photo upright and in colour, at the size that `read_gray` gives it."""
    photo = on_white(open_picture(path))
    photo.thumbnail((LARGEST, LARGEST))
    return photo
