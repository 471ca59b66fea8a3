"""What is written on a photo, mark by mark: strokes that belong together, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

Gray = np.ndarray  # float32 (height, width)

SURE, POSSIBLE = 0.6, 0.3  # of the darkest ink: a stroke has a pixel of the first, and goes on as far as the second
TOUCHING = ndimage.generate_binary_structure(2, 2)  # across corners too
SPECK = 0.3  # of the tallest stroke: what is smaller is part of another or nothing
NEAR = 0.1  # of the tallest stroke: strokes so close are of one digit
TALL = 0.6  # of the tallest stroke: this high is a digit of its own beside another,
BESIDE = 0.4  # of the narrower one, where they overlap by less


@dataclass(frozen=True)
class Mark:
    """One or several strokes that are one digit.

    strokes  numbers of the components
    """

    top: int
    left: int
    bottom: int
    right: int
    strokes: tuple[int, ...]

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def extent(self) -> int:
        return max(self.height, self.width)

    def is_level_with(self, line: Sequence[Mark]) -> bool:
        middle = (self.top + self.bottom) / 2
        return min(mark.top for mark in line) < middle < max(mark.bottom for mark in line)

    def joined_with(self, other: Mark) -> Mark:
        return Mark(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
            self.strokes + other.strokes,
        )


def components(ink: Gray) -> tuple[np.ndarray, list[Mark]]:
    """Connected strokes: (height, width) of their numbers, 0 for none, and each by itself.

    Two thresholds (Canny, 1986): a stroke holds a pixel that is surely ink, and everything around it that may be.
    """
    level = ink.max()
    numbers = np.empty(ink.shape, dtype=np.int32)
    ndimage.label(ink >= POSSIBLE * level, TOUCHING, numbers)
    sure = np.unique(numbers[ink >= SURE * level])
    boxes = ndimage.find_objects(numbers)
    found = [(int(number), boxes[number - 1]) for number in sure if number]
    return numbers, [Mark(r.start, c.start, r.stop, c.stop, (number,)) for number, (r, c) in found]


def joined(strokes: Sequence[Mark]) -> list[Mark]:
    """Strokes that are one digit put together, and specks left out."""
    tallest = max(stroke.extent for stroke in strokes)
    found: list[Mark] = []
    for stroke in sorted(strokes, key=lambda stroke: -stroke.extent):
        mark = stroke
        while (home := next((other for other in found if belong(mark, other, tallest)), None)) is not None:
            found.remove(home)  # what it makes larger may reach a third
            mark = home.joined_with(mark)
        found.append(mark)
    return [mark for mark in found if mark.extent >= SPECK * tallest]


def belong(one: Mark, other: Mark, tallest: int) -> bool:
    """Whether two marks are near enough to be one digit, and not two of a number, side by side."""
    across = max(one.left, other.left) - min(one.right, other.right)  # pixels between; negative where they overlap
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    are_tall = min(one.height, other.height) >= TALL * tallest
    if are_tall and -across < BESIDE * min(one.width, other.width):
        return False
    return max(across, down) <= NEAR * tallest


def in_reading_order(marks: Sequence[Mark]) -> list[Mark]:
    """Line by line, each from left to right. A mark is on a line whose height holds its middle."""
    lines: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.top):
        line = next((line for line in lines if mark.is_level_with(line)), None)
        lines.append([mark]) if line is None else line.append(mark)
    return [mark for line in lines for mark in sorted(line, key=lambda mark: mark.left)]
