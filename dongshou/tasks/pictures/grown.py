"""Pictures that a model has drawn, in rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from dongshou.drawing.sheet import Picture, Titled, draw_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE = 0.8  # inches


def draw_rows_of(rows: Iterable[Tensor], names: Sequence[str], heading: str) -> Figure:
    """Each row (pictures, channels, height, width) of values 0..1, under its name."""
    pictures = [[Titled(as_it_is(image)) for image in row] for row in rows]
    return draw_rows(pictures, heading, above=names, side=SIDE)


def as_it_is(image: Tensor) -> Picture:
    """(channels, height, width) of values 0..1 -> (height, width) or (height, width, 3); nothing is stretched."""
    image = image.detach().float().cpu()
    return image.permute(1, 2, 0).numpy() if image.shape[0] == 3 else image[0].numpy()
