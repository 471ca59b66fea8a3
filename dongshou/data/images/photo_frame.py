"""Which part of a photo a network was shown, to draw on the photo what it saw there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from torch import Tensor

from dongshou.data.images.files import on_white, open_picture
from dongshou.data.images.placement import SIDE, Gray, Placement, fitted

LARGEST = 512  # pixels of the longer side of a photo that is drawn on


@dataclass(frozen=True)
class Frame:
    """A photo, upright and in color, and the square of it that became the image for the network.

    left, top, right, bottom in pixels of the photo; the square may reach beyond its edges.
    scale  pixels of the photo as it was given for one of these
    """

    photo: Image.Image
    left: float
    top: float
    right: float
    bottom: float
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class Thing:
    """Something on a photo.

    pixels  the image for the network, uint8 (channels, size, size)
    frame   the square that became it
    box     left, top, right and bottom of the thing itself, in pixels of the frame's photo
    """

    pixels: Tensor
    frame: Frame
    box: tuple[int, int, int, int]

    @property
    def place(self) -> tuple[int, int, int, int]:
        """The box in pixels of the photo as it was given."""
        left, top, right, bottom = (round(edge * self.frame.scale) for edge in self.box)
        return left, top, right, bottom


def middle_frame(path: str | Path) -> Frame:
    """As `read_color` takes it: the middle square. Raises DongshouError as that does."""
    photo, scale = small_photo(path)
    side = min(photo.size)
    left, top = (photo.width - side) / 2, (photo.height - side) / 2
    return Frame(photo, left, top, left + side, top + side, scale)


def framed(photo: tuple[Image.Image, float], thing: Gray, top: int, left: int, placement: Placement) -> Frame:
    """The square around a thing that was cut out of a photo, and scaled down with it, at this corner."""
    fit = fitted(thing, placement.box)
    down, along = thing.shape[0] / fit.shape[0], thing.shape[1] / fit.shape[1]  # pixels of the photo for one of SIDE
    rows, columns = placement.corner(thing)
    first_row, first_column = top + rows, left + columns
    return Frame(photo[0], first_column, first_row, first_column + SIDE * along, first_row + SIDE * down, photo[1])


def small_photo(path: str | Path, largest: int = LARGEST) -> tuple[Image.Image, float]:
    """The photo upright and in color, reduced, and by how much. Raises DongshouError as `open_picture`."""
    photo = on_white(open_picture(path))
    width = photo.width
    photo.thumbnail((largest, largest))
    return photo, width / photo.width
