"""A scene drawn from a list of digits and their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from dongshou.data.augment.chance import uniform
from dongshou.data.images.scenes.photographs import grounds
from dongshou.data.images.scenes.stencils import any_of, fitted, tight_box
from dongshou.errors import UsageError

INK = 170  # least level of a channel of light ink on a dark ground; dark ink has at most 255 - 170
SMALLEST = 4  # pixels of a side of a digit

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture, and what is on it.

    pixels   uint8 (3, size, size), or (1, size, size) on a grey ground
    classes  uint8 (size, size): 0 for the ground, 1 + the digit for its ink; a later digit lies above an earlier one
    corners  float32 (digits, 4): left, top, right, bottom of the ink of each, of what is covered too
    labels   int64 (digits,)
    """

    pixels: Tensor
    classes: Tensor
    corners: Tensor
    labels: Tensor


def draw_scene(
    digits: Sequence[tuple[int, Box]],
    *,
    size: int = 96,
    ground: Tensor | None = None,
    part: Literal["train", "test"] = "train",
    generator: torch.Generator | None = None,
) -> Scene:
    """Handwritten digits in their boxes, in the order in which they are pasted.

    digits     each 0..9 with the box that it is fitted into, its proportions kept: left, top, right, bottom in pixels,
               rounded to whole ones. `corners` of the scene is the ink itself
    ground     uint8 (1 or 3, size, size) to paste on; without it a part of a photograph. Ink is light where the
               ground is dark and dark where it is light, white on black
    part       of the handwritten digits and of the photographs, so that a test is drawn with neither of the training
    generator  chooses the handwriting, the ground and the ink; without it torch's own numbers do

    Raises UsageError for a digit that is none, a box of less than 4x4 pixels or one that leaves the picture.
    """
    generator = generator or torch.Generator().manual_seed(int(torch.randint(2**62, ())))
    pixels = grounds(1, size, part, generator)[0] if ground is None else ground.clone()
    classes = torch.zeros(pixels.shape[1:], dtype=torch.uint8)
    corners = [_paste_(pixels, classes, digit, box, part, generator) for digit, box in digits]
    labels = torch.tensor([digit for digit, _ in digits], dtype=torch.int64)
    return Scene(pixels, classes, torch.tensor(corners, dtype=torch.float32).reshape(-1, 4), labels)


def _paste_(
    pixels: Tensor, classes: Tensor, digit: int, box: Box, part: Literal["train", "test"], generator: torch.Generator
) -> Box:
    """Paste one digit into the pixels and the classes; the tight box of its ink."""
    left, top, right, bottom = check_place(digit, box, (pixels.shape[1], pixels.shape[2]))
    ink = fitted(any_of(part, digit, generator), bottom - top, right - left)
    below = pixels[:, top:bottom, left:right]  # a view
    color = ink_on(below, generator)
    below.copy_((below + ink * (color - below)).round())
    classes[top:bottom, left:right].masked_fill_(ink >= 0.5, digit + 1)
    x0, y0, x1, y1 = tight_box(ink >= 0.5)
    return left + x0, top + y0, left + x1, top + y1


def check_place(digit: int, box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box in whole pixels. Raises UsageError as `draw_scene` does."""
    left, top, right, bottom = (round(edge) for edge in box)
    if digit not in range(10):
        raise UsageError(f"A digit is 0 to 9; got {digit}.")
    if min(right - left, bottom - top) < SMALLEST or min(left, top) < 0 or right > size[1] or bottom > size[0]:
        raise UsageError(
            f"A digit needs a box of at least {SMALLEST}x{SMALLEST} pixels within the picture of {size[1]}x{size[0]};"
            f" got left, top, right, bottom = {box}."
        )
    return left, top, right, bottom


def ink_on(ground: Tensor, generator: torch.Generator) -> Tensor:
    """A random light colour for a ground darker than the middle, a dark one for a lighter one: (channels, 1, 1)."""
    levels = uniform(generator, len(ground), 1, 1, low=INK, high=255)
    if not ground.any():
        levels.fill_(255)
    return levels if ground.float().mean() < 127.5 else 255 - levels
