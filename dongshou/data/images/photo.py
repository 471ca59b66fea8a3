"""The one thing on a picture of any kind, bright on black: as the grey images of clothing show it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dongshou.data.images.files import on_plain, open_picture
from dongshou.data.images.photo_frame import Thing, framed, small_photo
from dongshou.data.images.placement import Gray, Placement, as_image, stretched
from dongshou.errors import DongshouError

LARGEST = 512  # pixels: more than that of a photograph is noise
LEAST_CONTRAST = 24  # grey levels between the background and the thing
DEEPEST_SHADE = 64  # grey levels between a corner and the border as a whole
FAINT = 0.25  # of the brightest pixel: what is darker belongs to the background


def thing_on(path: str | Path, placement: Placement, side: int, size: int) -> Thing:
    """The thing as an image of a data set whose own images are side x side, at size x size.

    Cut to the thing and scaled with its aspect kept, as the data set was made. Raises DongshouError when the file is
    missing, no image or cut off, or when there is nothing on it.
    """
    gray = on_black(read_gray(path), path)
    top, left, bottom, right = edges(gray)
    thing = gray[top:bottom, left:right]
    frame = framed(small_photo(path, LARGEST), thing, top, left, placement)
    return Thing(as_image(thing, placement, side, size), frame, (left, top, right, bottom))


def read_gray(path: str | Path) -> Gray:
    """The picture upright, without color, on a plain ground where it is transparent. Raises as `open_picture`."""
    return np.asarray(on_plain(open_picture(path), LARGEST).convert("L"), dtype=np.float32)


def on_black(gray: Gray, path: str | Path) -> Gray:
    """Background 0, the brightest pixel of the thing 255.

    The picture is inverted when it departs from its background towards black rather than white.
    Raises DongshouError for a picture that hardly departs from its background at all.
    """
    departure = gray - background_of(gray)
    if abs(departure).max() < LEAST_CONTRAST:
        raise DongshouError(f"{path} is blank: there is nothing on it that stands out from the background.")
    return stretched((departure if departure.max() > -departure.min() else -departure).clip(min=0))


def background_of(gray: Gray) -> Gray:
    """The level of the background at each pixel: the median of the border, tilted as light falls on paper.

    Interpolated between the four corners, as far as those are a shade of the border and nothing drawn there.
    """
    height, width = gray.shape
    top, left = slice(0, 1 + height // 16), slice(0, 1 + width // 16)
    bottom, right = slice(-1 - height // 16, None), slice(-1 - width // 16, None)
    border = np.median(np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]]))
    corners = [[np.median(gray[rows, columns]) for columns in (left, right)] for rows in (top, bottom)]
    shades = np.clip(corners, border - DEEPEST_SHADE, border + DEEPEST_SHADE)  # (2, 2)
    down, along = np.linspace(0, 1, height), np.linspace(0, 1, width)
    return np.stack([1 - down, down], axis=1) @ shades @ np.stack([1 - along, along])  # (height, width)


def edges(image: Gray) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of what is not faint."""
    seen = image >= FAINT * 255
    rows, columns = seen.any(axis=1).nonzero()[0], seen.any(axis=0).nonzero()[0]
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
