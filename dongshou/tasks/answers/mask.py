"""What each pixel of a photo belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageColor
from torch import Tensor, bincount

from dongshou.drawing import colors
from dongshou.drawing.sheet import Titled, draw_rows
from dongshou.errors import UsageError
from dongshou.tasks.answers.answer import Answer, bars

if TYPE_CHECKING:
    from dongshou.drawing import Drawing

OPACITY = 0.55  # of the colours over the photo
SIDE = 5.2  # inches: the longer side of the photo
NAMED = 24  # classes in the legend, the largest


@dataclass(frozen=True, eq=False)
class Mask(Answer):
    """The class of every pixel.

    photo    upright, as it was asked about
    mask     numbers of the classes, int64 (height, width) of the photo; a number that is none of them is void
    classes  their names, in the order of the numbers

    Raises UsageError for a mask of another size than the photo's.
    """

    photo: Image.Image
    mask: Tensor
    classes: Sequence[str]

    def __post_init__(self) -> None:
        height, width = self.mask.shape
        if (width, height) != self.photo.size:
            size = "x".join(map(str, self.photo.size))
            raise UsageError(f"A mask has the size of its photo; got {width}x{height} for a photo of {size} pixels.")

    @property
    def picture_name(self) -> str:
        return "picture"

    @property
    def shares(self) -> dict[str, float]:
        """The part of the photo that each class covers, the largest first; those that cover nothing left out."""
        known = self.mask[(self.mask >= 0) & (self.mask < len(self.classes))].cpu()
        counts = bincount(known, minlength=len(self.classes)).tolist()
        covered = {name: count / self.mask.numel() for name, count in zip(self.classes, counts, strict=True) if count}
        return dict(sorted(covered.items(), key=lambda item: -item[1]))

    def lines(self) -> list[str]:
        return bars(self.shares) or ["  nothing but void"]

    def as_json(self) -> dict[str, Any]:
        return {"shares": self.shares}

    def draw(self) -> Drawing:
        """The photo in grey, each pixel in the colour of its class, which the names beside it say; void stays grey."""
        by_class = colors(self.classes)
        names = {f"{name} {share:.1%}": by_class[name] for name, share in list(self.shares.items())[:NAMED]}
        picture = Titled(self.colored() / 255)
        return draw_rows([[picture]], "The class of each pixel", names=names, side=SIDE)

    def colored(self) -> np.ndarray:
        """uint8 (height, width, 3)"""
        gray = np.asarray(self.photo.convert("L").convert("RGB"), dtype=np.float32)  # (height, width, 3)
        mask = self.mask.cpu().numpy()
        is_known = (mask >= 0) & (mask < len(self.classes))
        palette = np.array([ImageColor.getrgb(color) for color in colors(self.classes).values()], np.float32)
        colored = palette[np.where(is_known, mask, 0)]  # (height, width, 3)
        opacity = OPACITY * is_known[..., None]
        return ((1 - opacity) * gray + opacity * colored).round().astype(np.uint8)
