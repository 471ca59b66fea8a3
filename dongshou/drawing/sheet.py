"""Small pictures in rows, each under its title: a sheet that is one figure, however many pictures there are."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dongshou.drawing.figures import new_figure
from dongshou.drawing.style import HEADING, LABEL, TICK
from dongshou.drawing.texts import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Picture = np.ndarray  # (height, width) or (height, width, 3), values 0..1

COLUMNS = 8
SIDE, GAP, LINE = 1.25, 0.1, 0.15  # inches: a picture, the space between two, a line of a title
KEY = 0.95  # inches to the right of the pictures: what their colours mean
LONGEST_KEY, KEY_NAME = 3.0, 0.65  # inches: of the key, from its left to its name
SWATCH = 0.2  # inches from the name of a colour to the next
NARROWEST = 4.0  # inches: a heading has room
LETTER = 0.6 / 72  # inches for each point of its size: a letter's width


class Titled(NamedTuple):
    """A picture, and what stands above it."""

    picture: Picture
    title: str = ""
    color: str = "black"


class Key(NamedTuple):
    """What the colours of the pictures mean: colors (n, 3) from the lowest value to the highest, and their names."""

    colors: np.ndarray
    name: str
    lowest: str
    highest: str


def in_rows(pictures: Sequence[Titled]) -> list[Sequence[Titled]]:
    return [pictures[start : start + COLUMNS] for start in range(0, len(pictures), COLUMNS)]


@dataclass(frozen=True)
class Row:
    """Pictures side by side, each of them `side` inches along its longer side; `above` stands at their left."""

    pictures: Sequence[Titled]
    above: str
    side: float

    @property
    def titles(self) -> list[str]:
        """In lines that are no wider than the picture below them."""
        letters = int((self.side + GAP) / (LETTER * TICK))
        each = [picture.title.splitlines() for picture in self.pictures]
        return ["\n".join(textwrap.fill(line, letters) for line in lines) for lines in each]

    @property
    def words(self) -> float:
        """Inches from the row before to the pictures."""
        return GAP + LINE * (bool(self.above) + max(len(title.splitlines()) for title in self.titles))

    @property
    def sizes(self) -> list[tuple[float, float]]:
        """Width and height of each picture in inches."""
        shapes = [picture.picture.shape[:2] for picture in self.pictures]
        return [
            (self.side * width / max(height, width), self.side * height / max(height, width))
            for height, width in shapes
        ]

    @property
    def height(self) -> float:
        return self.words + max(height for _, height in self.sizes) + GAP

    def draw(self, axes: Axes, top: float) -> None:
        if self.above:
            axes.text(GAP, top + LINE, plain(self.above), fontsize=LABEL, ha="left", va="bottom")
        top += self.words
        for column, ((picture, _, color), title, (width, height)) in enumerate(
            zip(self.pictures, self.titles, self.sizes, strict=True)
        ):
            left = GAP + column * (self.side + GAP) + (self.side - width) / 2
            extent = (left, left + width, top + height, top)
            axes.imshow(picture, extent=extent, aspect="auto", cmap="gray", vmin=0, vmax=1)
            axes.text(left + width / 2, top - 0.02, plain(title), fontsize=TICK, color=color, ha="center", va="bottom")


def draw_rows(
    rows: Sequence[Sequence[Titled]],
    heading: str,
    *,
    above: Sequence[str] = (),
    key: Key | None = None,
    names: Mapping[str, str] | None = None,
    side: float = SIDE,
) -> Figure:
    """Rows of pictures on one pair of axes in inches: axes for each picture would take a second to draw.

    above  what stands over each row, at its left
    key, names  on the right, what a scale of colours means, or each colour, by its name
    side   inches of a picture's longer side
    """
    every = [Row(row, words, side) for row, words in zip(rows, above or [""] * len(rows), strict=True)]
    of_pictures = GAP + max(map(len, rows)) * (side + GAP)
    beside = KEY if key is not None else width_of(names) if names else 0.0
    width = max(NARROWEST, of_pictures + beside)
    top = GAP + 1.4 * HEADING / 72 * math.ceil(len(heading) * LETTER * HEADING / width)
    height = top + max(sum(row.height for row in every), 2 * GAP + SWATCH * len(names or {}))
    figure = new_figure(width, height)
    figure.set_layout_engine("none")  # everything has its place
    figure.suptitle(heading, y=1 - GAP / height, va="top")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    for row, start in zip(every, accumulate((row.height for row in every), initial=top), strict=False):
        row.draw(axes, start)
    for number, (name, color) in enumerate((names or {}).items()):
        place = top + GAP + SWATCH * number
        axes.text(of_pictures + GAP, place, "■", fontsize=LABEL, color=color, va="top")
        axes.text(of_pictures + GAP + SWATCH, place, plain(name), fontsize=TICK, va="top")
    axes.set(xlim=(0, width), ylim=(height, 0))
    if key is not None:
        length = min(height - top - 2 * GAP, LONGEST_KEY)
        draw_key(figure, key, (of_pictures + GAP, height - top - GAP - length, 0.15, length))
    return figure


def width_of(names: Mapping[str, str]) -> float:
    """Inches of the names of colours."""
    return 2 * GAP + SWATCH + LETTER * TICK * max(map(len, names))


def draw_key(figure: Figure, key: Key, place: tuple[float, float, float, float]) -> None:
    """The colours from bottom to top; place: left, bottom, width, height in inches."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((place[0] / width, place[1] / height, place[2] / width, place[3] / height))
    axes.imshow(key.colors[:, None], origin="lower", aspect="auto")
    axes.spines[:].set_visible(True)
    axes.set(xticks=[], yticks=[])
    beside: dict[str, Any] = dict(transform=axes.transAxes, fontsize=TICK)
    for end, word in enumerate((key.lowest, key.highest)):
        axes.text(1.3, end, word, ha="left", va="top" if end else "bottom", **beside)
    axes.text(KEY_NAME / place[2], 0.5, key.name, rotation=90, ha="center", va="center", **beside)
