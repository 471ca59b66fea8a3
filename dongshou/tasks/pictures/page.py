"""Lines of text as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from dongshou.drawing import new_figure, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 80  # letters in a line; a Chinese one counts twice
LETTER, LINE, MARGIN = 0.085, 0.22, 0.4  # inches: a letter of 10 points of this font, and what lies around it


def draw_page(lines: Sequence[str]) -> Figure:
    """The lines from the top down, each letter as wide as any other; long ones go on in the next line."""
    shown = [part for line in lines for part in parts_of(line)]
    width, height = 2 * MARGIN + LETTER * WIDTH, 2 * MARGIN + LINE * max(1, len(shown))
    figure = new_figure(width, height)
    for number, line in enumerate(shown):
        top = 1 - (MARGIN + LINE * number) / height
        figure.text(MARGIN / width, top, plain(line), va="top", fontsize=10, family="monospace")
    return figure


def parts_of(line: str) -> Iterator[str]:
    """A line in parts that fit, cut behind a space where there is one in its second half."""
    while num_fitting(line) < len(line):
        end = num_fitting(line)
        space = line.rfind(" ", end // 2, end) + 1
        yield line[: space or end].rstrip()
        line = line[space or end :]
    yield line


def num_fitting(line: str) -> int:
    """How many letters of a line are as wide as the page."""
    widths = accumulate(2 if east_asian_width(letter) in "WF" else 1 for letter in line)
    return sum(width <= WIDTH for width in widths)
