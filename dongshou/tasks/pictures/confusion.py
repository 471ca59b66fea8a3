"""The confusion matrix: which classes are taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.drawing import color_bar, ink_on, new_axes, plain
from dongshou.drawing.style import TICK
from dongshou.tasks.pictures.shares import draw_shares

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SQUARE, SMALLEST, WIDEST = 0.45, 2.2, 15.0  # inches: a class, the fewest classes, all with their names
LETTER, AROUND = 0.068, 0.9  # inches: a letter of a name; title, names of the axes
BAR = 0.8  # inches: the bar of colours
MOST_COUNTS, MOST_NAMES = 20, 150  # classes, for which counts and names can be read


def confusion_matrix(guesses: Tensor, labels: Tensor, names: tuple[str, ...], every: int = 1) -> Figure:
    """How often each true class (rows) was taken for each class (columns), as a share of the row.

    guesses (n,), labels (n,): of one example in `every`
    """
    num_classes = len(names)
    counts = torch.bincount(labels * num_classes + guesses, minlength=num_classes**2)
    counts = counts.view(num_classes, num_classes)
    shares = counts / counts.sum(1, keepdim=True).clamp(min=1)
    which = "" if every == 1 else f" of one example in {every}"
    axes = axes_for(names)
    axes.set_title(f"Confusion matrix{which}: {int(counts.trace())} of {len(labels)} right")
    image = draw_shares(axes, shares)
    color_bar(image, [axes], label="share of the true class")
    if num_classes <= MOST_COUNTS:
        write_counts(axes, counts, image.to_rgba(shares.numpy()))
    return axes.figure  # pyright: ignore[reportReturnType]


def axes_for(names: tuple[str, ...]) -> Axes:
    """Axes of two equal sides, room for the names beside and below, where they can be read."""
    num_classes = len(names)
    longest = LETTER * max(map(len, names)) if num_classes <= MOST_NAMES else 0.0
    side = min(max(SQUARE * num_classes, SMALLEST), WIDEST - longest - AROUND - BAR)
    axes = new_axes(
        side + longest + AROUND + BAR, side + longest + AROUND, xlabel="predicted class", ylabel="true class"
    )
    if num_classes <= MOST_NAMES:
        rotation = 0 if max(map(len, names)) <= 2 else 45 if num_classes <= MOST_COUNTS else 90
        axes.set_xticks(
            range(num_classes), map(plain, names), rotation=rotation, ha="right" if rotation == 45 else "center"
        )
        axes.set_yticks(range(num_classes), map(plain, names))
        axes.tick_params(labelsize=min(TICK, 60 * side / num_classes))  # a line has 72 points an inch
    return axes


def write_counts(axes: Axes, counts: Tensor, colors: np.ndarray) -> None:
    """Each count on its square; colors (classes, classes, 4) of the squares."""
    for row, column in counts.nonzero().tolist():
        color = ink_on(colors[row, column])
        count = str(int(counts[row, column]))
        axes.text(column, row, count, ha="center", va="center", fontsize=TICK, color=color)
