"""Where a network saw what it says, over what it was given and over the photo itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor, from_numpy

from dongshou.data.images.photo_frame import Frame, Thing
from dongshou.drawing.sheet import SIDE, Titled, draw_rows, in_rows
from dongshou.tasks.pictures.class_activation import heated, key, stretched
from dongshou.tasks.pictures.pixels import enlarged

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SEEN, PHOTO = 3.2, 5.2  # inches of the longer side


def explained_photo(things: Sequence[Thing], heat: Tensor, labels: Sequence[str]) -> Iterator[tuple[str, Figure]]:
    """The class activation maps over both, and what their colours mean.

    things  on one photo, in reading order
    heat    the map of each, (things, height, width)
    labels  the class that each map speaks for
    """
    where = f'Where the network saw "{" ".join(labels)}"'
    seen = [heated(in_color(enlarged(thing.pixels)), one) for thing, one in zip(things, heat, strict=True)]
    is_one = len(things) == 1
    rows = in_rows([Titled(picture, "" if is_one else label) for picture, label in zip(seen, labels, strict=True)])
    side = SEEN if is_one else SIDE
    yield "as-seen", draw_rows(rows, f"{where} in what it was given (Grad-CAM)", key=key(), side=side)
    whole = torch.stack([in_frame(one, thing.frame) for thing, one in zip(things, heat, strict=True)])
    yield "photo", warmed(things[0].frame.photo, whole.amax(0), f"{where} (Grad-CAM)", PHOTO)


def in_frame(heat: Tensor, frame: Frame) -> Tensor:
    """The map at the size of the photo, in its place there; 0 around it, and cut off at the edges."""
    left, top, right, bottom = (round(edge) for edge in (frame.left, frame.top, frame.right, frame.bottom))
    inside = Image.fromarray(stretched(heat, (bottom - top, right - left)).numpy())
    whole = Image.new("F", frame.photo.size)
    whole.paste(inside, (left, top))
    return from_numpy(np.array(whole))


def warmed(picture: Image.Image, heat: Tensor, heading: str, side: float) -> Figure:
    """The picture in grey, its longer side of so many inches, in colour where the map is high."""
    return draw_rows([[Titled(heated(in_color(picture), heat))]], heading, key=key(), side=side)


def in_color(picture: Image.Image) -> np.ndarray:
    """(height, width, 3), 0..1"""
    return np.asarray(picture.convert("RGB"), dtype=np.float32) / 255
