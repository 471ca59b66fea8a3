"""Where a network saw what it says, over what it was given and over the photo itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from torch import Tensor, from_numpy

from dongshou.data.images.photo_frame import Frame
from dongshou.drawing.sheet import Titled, draw_rows
from dongshou.tasks.pictures.class_activation import heated, key, stretched
from dongshou.tasks.pictures.pixels import enlarged

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SEEN, PHOTO = 3.2, 5.2  # inches of the longer side


def explained_photo(seen: Tensor, frame: Frame, heat: Tensor, best: str) -> Iterator[tuple[str, Figure]]:
    """The class activation map (height, width) over both, and what its colours mean.

    seen   the pixels that the network was given, uint8 (channels, height, width)
    frame  the part of the photo that they were made of
    best   the class that the map speaks for
    """
    yield (
        "as-seen",
        warmed(enlarged(seen), heat, f'Where the network saw "{best}" in what it was given (Grad-CAM)', SEEN),
    )
    yield "photo", warmed(frame.photo, in_frame(heat, frame), f'Where the network saw "{best}" (Grad-CAM)', PHOTO)


def in_frame(heat: Tensor, frame: Frame) -> Tensor:
    """The map at the size of the photo, in its place there; 0 around it, and cut off at the edges."""
    left, top, right, bottom = (round(edge) for edge in (frame.left, frame.top, frame.right, frame.bottom))
    inside = Image.fromarray(stretched(heat, (bottom - top, right - left)).numpy())
    whole = Image.new("F", frame.photo.size)
    whole.paste(inside, (left, top))
    return from_numpy(np.array(whole))


def warmed(picture: Image.Image, heat: Tensor, heading: str, side: float) -> Figure:
    """The picture in grey, its longer side of so many inches, in colour where the map is high."""
    levels = np.asarray(picture.convert("RGB"), dtype=np.float32) / 255  # (height, width, 3)
    return draw_rows([[Titled(heated(levels, heat))]], heading, key=key(), side=side)
