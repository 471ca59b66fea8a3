"""What a network has made: points beside real ones, pictures in a square, the way from one picture to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from dongshou.drawing import BLUE, RED, new_axes
from dongshou.drawing.sheet import Picture, Titled, draw_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 200  # points of each kind


def draw_points(real: Tensor, made: Tensor, title: str = "Points") -> Figure:
    """Real points (n, 2) and made ones over each other."""
    axes = new_axes(xlabel="$x_1$", ylabel="$x_2$", title=title)
    axes.scatter(*real[:SHOWN].mT.tolist(), s=12, color=BLUE, label="real")
    axes.scatter(*made[:SHOWN].detach().cpu().mT.tolist(), s=12, color=RED, marker="x", label="made")
    return axes.figure  # pyright: ignore[reportReturnType]


def draw_made(rows: Sequence[Tensor], title: str, above: Sequence[str] = ()) -> Figure:
    """Rows of pictures, each (n, channels, height, width) of values 0..1; `above` stands over each row."""
    pictures = [[Titled(as_it_is(one)) for one in row] for row in rows]
    return draw_rows(pictures, title, above=above, side=0.8)


def as_it_is(image: Tensor) -> Picture:
    """(channels, height, width) of values 0..1 -> (height, width) or (height, width, 3): no contrast is added."""
    image = image.detach().float().cpu().clamp(0, 1)
    return image.permute(1, 2, 0).numpy() if image.shape[0] == 3 else image[0].numpy()
