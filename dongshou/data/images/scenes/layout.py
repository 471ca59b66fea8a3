"""Where the digits of a scene lie, by chance, so that they hide little of one another."""

from __future__ import annotations

import torch

from dongshou.data.augment.chance import uniform, whole_numbers
from dongshou.data.images.scenes.draw import Box

HEIGHTS = 0.2, 0.5  # of the side of the picture, uniform in their logarithm
WIDTHS = 0.6, 0.9  # of the height
ATTEMPTS = 20  # places tried for each digit; where none of them is free enough, it is left out
MOST_COVERED = 0.1  # of the smaller of two boxes


def random_layout(size: int, most: int, generator: torch.Generator) -> list[tuple[int, Box]]:
    """One to `most` digits and their boxes, left, top, right, bottom in a picture of size x size."""
    num = 1 + int(whole_numbers(generator, below=most))
    placed: list[tuple[int, Box]] = []
    for digit in whole_numbers(generator, num, below=10).tolist():
        for numbers in uniform(generator, ATTEMPTS, 4).tolist():
            box = random_box(size, numbers)
            if all(covered(box, other) <= MOST_COVERED for _, other in placed):
                placed.append((digit, box))
                break
    return placed


def random_box(size: int, numbers: list[float]) -> Box:
    """A box by four numbers 0..1: how high it is, how wide for its height, and its place."""
    low, high = HEIGHTS
    height = round(size * low * (high / low) ** numbers[0])
    width = round(height * (WIDTHS[0] + (WIDTHS[1] - WIDTHS[0]) * numbers[1]))
    left, top = round(numbers[2] * (size - width)), round(numbers[3] * (size - height))
    return left, top, left + width, top + height


def covered(box: Box, other: Box) -> float:
    """What two boxes share, of the area of the smaller one."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    areas = ((right - left) * (bottom - top) for left, top, right, bottom in (box, other))
    return max(width, 0) * max(height, 0) / min(areas)
