"""Where a network saw what it says, over what it was given and over the photo itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image
from torch import Tensor, from_numpy

from dongshou.data.images.photo_frame import Frame
from dongshou.tasks.pictures.class_activation import heated, stretched
from dongshou.tasks.pictures.pixels import enlarged


def explained_photo(seen: Tensor, frame: Frame, heat: Tensor) -> Iterator[tuple[str, Image.Image]]:
    """The class activation map (height, width) over both.

    seen   the pixels that the network was given, uint8 (channels, height, width)
    frame  the part of the photo that they were made of
    """
    yield "as-seen", warmed(enlarged(seen).convert("RGB"), heat)
    yield "photo", warmed(frame.photo, in_frame(heat, frame))


def in_frame(heat: Tensor, frame: Frame) -> Tensor:
    """The map at the size of the photo, in its place there; 0 around it, and cut off at the edges."""
    left, top, right, bottom = (round(edge) for edge in (frame.left, frame.top, frame.right, frame.bottom))
    inside = Image.fromarray(stretched(heat, (bottom - top, right - left)).numpy())
    whole = Image.new("F", frame.photo.size)
    whole.paste(inside, (left, top))
    return from_numpy(np.array(whole))


def warmed(picture: Image.Image, heat: Tensor) -> Image.Image:
    """The picture in grey, in colour where the map is high."""
    colors = heated(np.asarray(picture, dtype=np.float32) / 255, heat)  # (height, width, 3)
    return Image.fromarray((255 * colors).round().astype(np.uint8))
