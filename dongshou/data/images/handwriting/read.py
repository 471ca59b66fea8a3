"""Every digit on a photo as an image of a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import ndimage

from dongshou.data.images.files import on_plain, open_picture
from dongshou.data.images.handwriting.ink import Gray, contrast, on_black
from dongshou.data.images.handwriting.marks import SURE, TOUCHING, Mark, components, in_reading_order, joined
from dongshou.data.images.photo_frame import Thing, framed, small_photo
from dongshou.data.images.placement import Placement, as_image
from dongshou.errors import DongshouError

LARGEST = 1024  # pixels: digits may be small on a large sheet
LEAST_CONTRAST = 0.1  # averaged over SMOOTH pixels: less is a shade of the paper, or noise
SMOOTH = 3  # pixels
OVER_NOISE = 8.0  # standard deviations of the smoothed paper
FRINGE = 2  # pixels around a stroke that its soft edge takes
MOST_STROKES, MOST_DIGITS = 1000, 60  # of a photo: more is a page of print, or no paper at all
LARGE = 0.6  # of the photo's shorter side: what reaches in from the edge so far is the edge of the paper


def written_on(path: str | Path, placement: Placement, side: int, size: int) -> list[Thing]:
    """The digits on a photo, line by line from left to right, as images of size x size.

    side  of the images of the data set that they are made to look like, in pixels

    Raises DongshouError when the file is missing, no image or cut off, when there is nothing on it, or far too much.
    """
    photo = small_photo(path, LARGEST)
    picture = np.asarray(on_plain(open_picture(path), LARGEST), dtype=np.float32)
    if (ink := on_black(picture)) is None:
        ink = contrast(picture)
        check_ink(ink, path)
    numbers, strokes = components(ink)
    marks = joined(inside(strokes, ink.shape)) if len(strokes) <= MOST_STROKES else strokes
    if len(marks) > MOST_DIGITS:
        raise DongshouError(
            f"{path} shows {len(marks)} separate marks, as a page of print does: photograph at most {MOST_DIGITS} "
            "digits at a time."
        )
    level = np.median(ink[ink >= SURE * ink.max()])
    things = []
    for mark in in_reading_order(marks):
        digit = cut(ink / level, numbers, mark)
        frame = framed(photo, digit, mark.top, mark.left, placement)
        box = (mark.left, mark.top, mark.right, mark.bottom)
        things.append(Thing(as_image(digit, placement, side, size), frame, box))
    return things


def check_ink(ink: Gray, path: str | Path) -> None:
    """Raise DongshouError where nothing stands out from the paper."""
    smooth = ndimage.uniform_filter(ink, SMOOTH)
    noise = 1.48 * float(np.median(smooth))  # of half a normal distribution, the other half being cut off at 0
    if smooth.max() < max(LEAST_CONTRAST, OVER_NOISE * noise):
        raise DongshouError(f"{path} is blank: there is nothing on it that stands out from the background.")


def inside(strokes: list[Mark], shape: tuple[int, ...]) -> list[Mark]:
    """Without what is no writing but the edge of the paper, where there is anything else."""
    height, width = shape
    kept = [
        stroke
        for stroke in strokes
        if stroke.extent < LARGE * min(shape)
        or (stroke.top > 0 and stroke.left > 0 and stroke.bottom < height and stroke.right < width)
    ]
    return kept or strokes


def cut(ink: Gray, numbers: np.ndarray, mark: Mark) -> Gray:
    """The strokes of a mark alone with their soft edges, 0..255 (height, width), the box of the mark."""
    rows, columns = slice(mark.top, mark.bottom), slice(mark.left, mark.right)
    strokes = np.isin(numbers[rows, columns], mark.strokes)
    strokes = ndimage.binary_dilation(strokes, TOUCHING, iterations=FRINGE)
    return np.where(strokes, 255 * ink[rows, columns].clip(0, 1), 0).astype(np.float32)
