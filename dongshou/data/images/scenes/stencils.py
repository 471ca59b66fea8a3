"""A handwritten digit of 8x8 pixels as a stencil: how much ink falls on each pixel, at any size."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from dongshou.data.sets import digits

ENLARGED = 8  # pixels of a stencil for one of the digit
EDGE = 0.4, 0.6  # of the brightest level: no ink up to the first, nothing but ink from the second on


@lru_cache
def stencils(part: Literal["train", "test"]) -> tuple[tuple[Tensor, ...], ...]:
    """The stencils of each class of one part, float32 (height, width) of values 0..1, cut to their ink."""
    pixels, labels = digits.read(part)
    framed = pad(pixels.float() / 255, (1, 1, 1, 1))  # (n, 1, 10, 10)
    large = interpolate(framed, scale_factor=ENLARGED, mode="bicubic", align_corners=False)[:, 0]
    low, high = EDGE
    ink = ((large - low) / (high - low)).clamp(0, 1)  # (n, 80, 80)
    return tuple(
        tuple(cut_to_ink(one) for one in ink[labels == label].unbind()) for label in range(len(digits.CLASSES))
    )


def cut_to_ink(ink: Tensor) -> Tensor:
    left, top, right, bottom = tight_box(ink >= 0.5)
    return ink[top:bottom, left:right].clone()


def tight_box(is_ink: Tensor) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is True in (height, width), right and bottom just beyond it."""
    rows, columns = is_ink.any(1).nonzero()[:, 0], is_ink.any(0).nonzero()[:, 0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def fitted(stencil: Tensor, height: int, width: int) -> Tensor:
    """The stencil, its proportions kept, as large as it fits into that size and in its middle: (height, width)."""
    times = min(height / stencil.shape[0], width / stencil.shape[1])
    size = tuple(max(1, round(times * side)) for side in stencil.shape)
    resized = interpolate(stencil[None, None], size=size, mode="bilinear", align_corners=False, antialias=True)[0, 0]
    above, left = (height - size[0]) // 2, (width - size[1]) // 2
    return pad(resized, (left, width - size[1] - left, above, height - size[0] - above)).clamp_(0, 1)


def any_of(part: Literal["train", "test"], label: int, generator: torch.Generator) -> Tensor:
    """One of the stencils of a class, by chance."""
    several = stencils(part)[label]
    return several[int(torch.randint(len(several), (), generator=generator))]
