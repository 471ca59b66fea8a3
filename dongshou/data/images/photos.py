"""Anybody's photo as a picture of a data set: what a network is shown of it, and which part of it that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from dongshou.data.images.photo_frame import Frame


class Photos(Protocol):
    """How a photo is made to look like the pictures that a network was trained on."""

    def pixels(self, path: str | Path) -> Tensor:
        """uint8 (channels, size, size). Raises DongshouError for what is not a picture, or shows nothing."""
        ...

    def frame(self, path: str | Path) -> Frame:
        """The part of the photo that the pixels are made of. Raises as `pixels`."""
        ...


@dataclass(frozen=True)
class InColor:
    """The middle square, red, green and blue, as it is."""

    size: int

    def pixels(self, path: str | Path) -> Tensor:
        from dongshou.data.images.files import read_color

        return read_color(path, self.size)

    def frame(self, path: str | Path) -> Frame:
        from dongshou.data.images.photo_frame import middle_frame

        return middle_frame(path)


@dataclass(frozen=True)
class LikeSet:
    """The thing on the photo, grey, bright on black, as in this set of images."""

    name: str
    size: int

    def pixels(self, path: str | Path) -> Tensor:
        from dongshou.data.images.photo import read_photo  # here: it asks the image sets, which name their photos

        return read_photo(path, self.name, self.size)

    def frame(self, path: str | Path) -> Frame:
        from dongshou.data.images.photo_frame import thing_frame

        return thing_frame(path, self.name)


COLORS = 3  # channels: red, green, blue


def photos_for(name: str, channels: int, size: int) -> Photos:
    """How photos are read for a set of images: in colour, or like the grey images of that set."""
    return InColor(size) if channels == COLORS else LikeSet(name, size)
