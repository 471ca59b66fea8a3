"""A picture for its content and one for its style: your own, the book's, or the two that come with scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from dongshou.data.images.files import on_white, open_picture, pixels_of
from dongshou.data.images.pixels import check_size
from dongshou.data.sources import get_source
from dongshou.data.sources.download import hash_of
from dongshou.data.sources.files import is_here, path_of
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import note

BOOK = ("rainier", "autumn-oak")
EMBEDDED = {"china": "china.jpg", "flower": "flower.jpg"}  # names as scikit-learn has them


@dataclass(frozen=True)
class Named:
    """A picture by its name, rainier, autumn-oak, china or flower, or by its path."""

    name: str

    def picture(self) -> Image.Image:
        """RGB, upright, on white where it is transparent. Raises DongshouError as `open_picture` does."""
        if self.name in EMBEDDED:
            from sklearn.datasets import load_sample_image  # here: importing scikit-learn takes a second

            return Image.fromarray(load_sample_image(EMBEDDED[self.name]))
        return on_white(open_picture(self.path))

    @property
    def path(self) -> Path:
        return path_of("style-pictures", f"{self.name}.jpg") if self.name in BOOK else Path(self.name)

    def fingerprints(self) -> dict[str, str]:
        """The sha256 of its file, or of its pixels where it comes with scikit-learn. Raises as `picture` does."""
        picture = self.picture()
        if self.name in EMBEDDED:
            return {EMBEDDED[self.name]: sha256(np.asarray(picture).tobytes()).hexdigest()}
        return {self.path.name: hash_of(self.path)}

    def pixels(self, size: int | tuple[int, int]) -> Tensor:
        """uint8 (3, height, width): its shorter side scaled to `size`, or all of it to (height, width).

        Raises UsageError for a size below 1.
        """
        picture = self.picture()
        for side in (size,) if isinstance(size, int) else size:
            check_size(side)
        if isinstance(size, int):
            scale = size / min(picture.size)
            width, height = (max(1, round(scale * side)) for side in picture.size)
        else:
            height, width = size
        return pixels_of(picture.resize((width, height), Image.Resampling.BILINEAR))


def content_and_style(content: str = "", style: str = "") -> tuple[Named, Named]:
    """The two pictures. Where none is named, the book's, if both lie on this machine, else the two of scikit-learn.

    A note says which.
    """
    if content and style:
        return Named(content), Named(style)
    default = BOOK if is_here(get_source("style-pictures")) else (*EMBEDDED,)
    chosen = Named(content or default[0]), Named(style or default[1])
    note(f"style transfer: the content is {chosen[0].name}, the style {chosen[1].name}.")
    return chosen


def check_size_for(size: int | tuple[int, int], stride: int) -> None:
    """Raise UsageError for a size of which the last layer has nothing left."""
    shorter = size if isinstance(size, int) else min(size)
    if shorter < stride:
        raise UsageError(
            f"size is the shorter side of the pictures, at least {stride} pixels, of which the last layer of the"
            f" features makes one place; got {shorter}."
        )


def check_sees(picture: Named, stride: int) -> None:
    """Raise DongshouError for a picture of which the last layer has nothing left, however much it is enlarged."""
    width, height = picture.picture().size
    if min(width, height) < stride:
        raise DongshouError(
            f"{picture.name} has {width}x{height} pixels; the last layer of the features makes one place of"
            f" {stride}x{stride}. Take a larger picture."
        )


def as_image(pixels: Tensor) -> Image.Image:
    """Values 0..1 (3, height, width), cut off beyond, as a picture."""
    levels = (255 * pixels.detach().float().cpu().nan_to_num().clamp(0, 1)).round().to(torch.uint8)
    return Image.fromarray(levels.permute(1, 2, 0).numpy())
