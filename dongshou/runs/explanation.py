"""Pictures of where a network saw what it says: over what it was given, and over the photo itself."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor, from_numpy

from dongshou.data.images.photo_frame import Frame
from dongshou.runs.files import write_whole
from dongshou.tasks.pictures.class_activation import heated, stretched

DIRECTORY = "explanations"


def write_explanations(directory: Path, seen: Path, frame: Frame, heat: Tensor) -> tuple[Path, Path]:
    """Writes the class activation map (height, width) over both into the run's directory; the two paths.

    seen   the picture of what the network was given
    frame  the part of the photo that this was made of
    """
    with Image.open(seen) as file:
        given = file.convert("RGB")
    over_seen = directory / DIRECTORY / "as-seen" / seen.name
    over_photo = directory / DIRECTORY / "photo" / seen.name
    write_whole(over_seen, warmed(given, heat))
    write_whole(over_photo, warmed(frame.photo, in_frame(heat, frame)))
    return over_seen, over_photo


def in_frame(heat: Tensor, frame: Frame) -> Tensor:
    """The map at the size of the photo, in its place there; 0 around it, and cut off at the edges."""
    left, top, right, bottom = (round(edge) for edge in (frame.left, frame.top, frame.right, frame.bottom))
    inside = Image.fromarray(stretched(heat, (bottom - top, right - left)).numpy())
    whole = Image.new("F", frame.photo.size)
    whole.paste(inside, (left, top))
    return from_numpy(np.array(whole))


def warmed(picture: Image.Image, heat: Tensor) -> bytes:
    """The PNG of the picture in grey, in colour where the map is high."""
    colours = heated(np.asarray(picture, dtype=np.float32) / 255, heat)  # (height, width, 3)
    buffer = io.BytesIO()
    Image.fromarray((255 * colours).round().astype(np.uint8)).save(buffer, format="png")
    return buffer.getvalue()
