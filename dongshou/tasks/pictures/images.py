"""Images in rows, each with its title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from torch import Tensor

from dongshou.drawing import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Picture = np.ndarray  # (height, width) or (height, width, 3), values 0..1

COLUMNS = 8
SIDE, GAP, LINE = 1.25, 0.1, 0.14  # inches: a picture, the space between two, a line of a title


class Titled(NamedTuple):
    """A picture, and what stands above it."""

    picture: Picture
    title: str = ""
    color: str = "black"

    @property
    def num_lines(self) -> int:
        return len(self.title.splitlines())


def as_picture(image: Tensor) -> Picture:
    """(channels, height, width) -> (height, width) or (height, width, 3), values stretched to 0..1."""
    image = image.detach().float().cpu()
    image = (image - image.min()) / (image.max() - image.min()).clamp(min=1e-6)
    return image.permute(1, 2, 0).numpy() if image.shape[0] == 3 else image[0].numpy()


def in_color(values: Tensor, colors: str) -> Picture:
    """Values 0..1 (height, width) -> (height, width, 3) on one of matplotlib's scales of colours."""
    import matplotlib

    return matplotlib.colormaps[colors](values.numpy())[..., :3]


def in_rows(pictures: Sequence[Titled]) -> list[Sequence[Titled]]:
    return [pictures[start : start + COLUMNS] for start in range(0, len(pictures), COLUMNS)]


def draw_rows(rows: Sequence[Sequence[Titled]], heading: str = "") -> Figure:
    """Rows of pictures on one pair of axes in inches: axes for each picture would take a second to draw."""
    titles = [LINE * max(picture.num_lines for picture in row) for row in rows]
    top = 2 * LINE if heading else 0.0
    width = GAP + max(map(len, rows)) * (SIDE + GAP)
    height = top + GAP + sum(titles) + len(rows) * (SIDE + GAP)
    figure = new_figure(width, height)
    figure.set_layout_engine("none")  # everything has its place
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.text(width / 2, LINE, heading, fontsize=9, ha="center", va="center")
    for row, title in zip(rows, titles, strict=True):
        top += GAP + title
        for column, (picture, words, color) in enumerate(row):
            left = GAP + column * (SIDE + GAP)
            scale = SIDE / max(picture.shape[:2])
            extent = (left, left + scale * picture.shape[1], top + scale * picture.shape[0], top)
            axes.imshow(picture, extent=extent, aspect="auto", cmap="gray", vmin=0, vmax=1)
            axes.text(left + SIDE / 2, top - 0.02, words, fontsize=7, color=color, ha="center", va="bottom")
        top += SIDE
    axes.set(xlim=(0, width), ylim=(height, 0))
    return figure
