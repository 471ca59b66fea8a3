"""What a network is shown of a photo that has one thing on it."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from dongshou.data.images.load import image_set
from dongshou.data.images.photo_frame import Thing
from dongshou.data.images.photos import photos_for


def thing_seen(path: str | Path, data: str, size: int = 28) -> Thing:
    """The only thing on the photo, as the network is shown it that was trained on this set of images."""
    (thing,) = photos_for(image_set(data), size).things(path)
    return thing


def read_photo(path: str | Path, data: str, size: int = 28) -> Tensor:
    """Its pixels, uint8 (1, size, size)."""
    return thing_seen(path, data, size).pixels
