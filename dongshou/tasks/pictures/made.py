"""What a network has made: points beside real ones, pictures in a square, the way from one picture to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import pad

from dongshou.drawing import BLUE, RED, new_axes
from dongshou.drawing.sheet import Picture, Titled, draw_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 200  # points of each kind
SIDE = 0.8  # inches of a picture
GAP = 0.12  # of its width, to the next


def draw_points(real: Tensor, made: Tensor, title: str = "Points") -> Figure:
    """Real points (n, 2) and made ones over each other."""
    axes = new_axes(xlabel="$x_1$", ylabel="$x_2$", title=title)
    axes.scatter(*real[:SHOWN].mT.tolist(), s=12, color=BLUE, label="real")
    axes.scatter(*made[:SHOWN].detach().cpu().mT.tolist(), s=12, color=RED, marker="x", label="made")
    return axes.figure  # pyright: ignore[reportReturnType]


def draw_made(rows: Sequence[Tensor], title: str, above: Sequence[str] = ()) -> Figure:
    """Rows of pictures, each (n, channels, height, width) of values 0..1; `above` stands over each row."""
    strips = [[Titled(side_by_side(row))] for row in rows]
    return draw_rows(strips, title, above=above, side=SIDE * max(map(len, rows)))


def side_by_side(images: Tensor) -> Picture:
    """(n, channels, height, width) of values 0..1 -> (height, n (width + gap)), or the same in colour, without adding
    contrast: one picture, for axes for each would take a second to draw."""
    images = images.detach().float().cpu().clamp(0, 1)
    padded = pad(images, (0, max(1, round(GAP * images.shape[-1]))), value=1.0)  # white
    strip = torch.cat([*padded], dim=2).permute(1, 2, 0).numpy()  # (height, n (width + gap), channels)
    return strip if strip.shape[2] == 3 else strip[:, :, 0]
