"""Anybody's photo as pictures of a data set: what a network is shown of it, and which part of it that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from dongshou.data.images.placement import Placement

if TYPE_CHECKING:
    from dongshou.data.images.photo_frame import Thing


LONGEST = 8  # of the longer side of a photo, as many times its shorter one


class Photos(Protocol):
    """How a photo is made to look like the pictures that a network was trained on."""

    def things(self, path: str | Path) -> list[Thing]:
        """What is on the photo, at least one thing, in reading order.

        Raises DongshouError for what is not a picture, or shows nothing.
        """
        ...


@dataclass(frozen=True)
class InColor:
    """The middle square, red, green and blue, as it is."""

    size: int

    def things(self, path: str | Path) -> list[Thing]:
        from dongshou.data.images.files import read_color
        from dongshou.data.images.photo_frame import Thing, middle_frame

        frame = middle_frame(path)
        left, top, right, bottom = (round(edge) for edge in (frame.left, frame.top, frame.right, frame.bottom))
        return [Thing(read_color(path, self.size), frame, (left, top, right, bottom))]


@dataclass(frozen=True)
class Whole:
    """The whole photo in color, its shorter side scaled to `size` pixels, for networks that take any size.

    Of one that is longer than eight times its shorter side, the longer side is scaled to 8 size.
    """

    size: int

    def things(self, path: str | Path) -> list[Thing]:
        from PIL import Image

        from dongshou.data.images.files import on_white, open_picture, pixels_of
        from dongshou.data.images.photo_frame import Frame, Thing

        photo = on_white(open_picture(path))
        width, height = photo.size
        scale = min(self.size / min(width, height), LONGEST * self.size / max(width, height))
        scaled = photo.resize((max(1, round(scale * width)), max(1, round(scale * height))), Image.Resampling.BILINEAR)
        return [Thing(pixels_of(scaled), Frame(photo, 0, 0, width, height), (0, 0, width, height))]


@dataclass(frozen=True)
class Letterboxed:
    """All of it, red, green and blue, as large as it fits into height x width, with grey beside it."""

    height: int
    width: int

    def things(self, path: str | Path) -> list[Thing]:
        from dongshou.data.images.files import on_white, open_picture
        from dongshou.data.images.letterbox import fitted
        from dongshou.data.images.photo_frame import Frame, Thing

        photo = on_white(open_picture(path))
        pixels, fit = fitted(photo, (self.height, self.width))
        left, top = -fit.left / fit.x, -fit.top / fit.y
        frame = Frame(photo, left, top, left + self.width / fit.x, top + self.height / fit.y)
        return [Thing(pixels, frame, (0, 0, photo.width, photo.height))]


@dataclass(frozen=True)
class OneThing:
    """The thing on the photo, grey, bright on black, as in a set of images of side x side."""

    placement: Placement
    side: int
    size: int

    def things(self, path: str | Path) -> list[Thing]:
        from dongshou.data.images.photo import thing_on

        return [thing_on(path, self.placement, self.side, self.size)]


@dataclass(frozen=True)
class Written:
    """Every digit on the photo, bright on black, as in a set of images of side x side."""

    placement: Placement
    side: int
    size: int

    def things(self, path: str | Path) -> list[Thing]:
        from dongshou.data.images.handwriting.read import written_on

        return written_on(path, self.placement, self.side, self.size)


COLORS = 3  # channels: red, green, blue


def photos_for(pictures: ModuleType, size: int) -> Photos:
    """How photos are read for a set of images, which says by its SHAPE and PLACEMENT what they show."""
    channels, side = pictures.SHAPE[0], pictures.SHAPE[-1]
    if channels == COLORS:
        return InColor(size)
    placement = getattr(pictures, "PLACEMENT", Placement())
    return (Written if placement.is_written else OneThing)(placement, side, size)
