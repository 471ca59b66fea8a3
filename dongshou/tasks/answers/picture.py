"""Pictures that a model has drawn."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image
from torch import Tensor

from dongshou.errors import UsageError
from dongshou.tasks.answers.answer import Answer
from dongshou.tasks.pictures.pixels import enlarged

if TYPE_CHECKING:
    from dongshou.drawing import Drawing

FRAME = 120  # milliseconds
LAST_FRAME = 1500  # milliseconds, before it begins again


@dataclass(frozen=True, eq=False)
class Picture(Answer):
    """Pictures (n, channels, height, width) of values 0..1, grey or in colour.

    grown  how they came to be, (frames, n, channels, height, width), the last frame being the pictures; None where
           they were drawn at once

    Raises UsageError for tensors of other shapes.
    """

    images: Tensor
    grown: Tensor | None = None

    def __post_init__(self) -> None:
        if self.images.dim() != 4 or self.images.shape[1] not in (1, 3):
            got = tuple(self.images.shape)
            raise UsageError(f"Pictures are (n, channels, height, width) with 1 or 3 channels; got {got}.")
        if self.grown is not None and self.grown.shape[1:] != self.images.shape:
            got = tuple(self.grown.shape)
            raise UsageError(f"Frames are (frames, *pictures) of pictures {tuple(self.images.shape)}; got {got}.")

    @property
    def picture_name(self) -> str:
        return "picture"

    def lines(self) -> list[str]:
        num, _, height, width = self.images.shape
        return [f"  {num} picture{'s' if num > 1 else ''} of {width}x{height} pixels"]

    def as_json(self) -> dict[str, Any]:
        num, channels, height, width = self.images.shape
        return {"pictures": num, "shape": [channels, height, width]}

    def draw(self) -> Drawing:
        """All of them in a square, row by row."""
        return enlarged(in_a_square(self.images))

    def animation(self) -> bytes | None:
        """How they grew, as a GIF that begins again; None where there are no frames."""
        if self.grown is None:
            return None
        first, *others = [enlarged(in_a_square(frame)).convert("L" if self.is_gray else "RGB") for frame in self.grown]
        durations = [FRAME] * len(others) + [LAST_FRAME]
        buffer = io.BytesIO()
        first.save(buffer, format="gif", save_all=True, append_images=others, duration=durations, loop=0)
        return buffer.getvalue()

    @property
    def is_gray(self) -> bool:
        return self.images.shape[1] == 1

    def as_files(self) -> list[Image.Image]:
        """Each picture by itself, a pixel a pixel."""
        return [enlarged(pixels, side=1) for pixels in as_bytes(self.images)]


def as_bytes(images: Tensor) -> Tensor:
    """Values 0..1 as levels 0..255; what is beyond is cut off."""
    return (255 * images.detach().float().cpu().nan_to_num().clamp(0, 1)).round().to(torch.uint8)


def in_a_square(images: Tensor) -> Tensor:
    """(n, channels, height, width) -> uint8 (channels, rows height, columns width), black where there is none left."""
    num, channels, height, width = images.shape
    columns = math.ceil(math.sqrt(num))
    rows = math.ceil(num / columns)
    grid = torch.zeros(rows * columns, channels, height, width, dtype=torch.uint8)
    grid[:num] = as_bytes(images)
    grid = grid.view(rows, columns, channels, height, width).permute(2, 0, 3, 1, 4)  # (channels, rows, height, ...)
    return grid.reshape(channels, rows * height, columns * width)
