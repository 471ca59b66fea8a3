"""The confusion matrix: which classes are taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.drawing import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDEST = 16.0  # inches, however many classes
MOST_COUNTS, MOST_NAMES = 20, 150  # classes, for which counts and names can be read


def confusion_matrix(guesses: Tensor, labels: Tensor, names: tuple[str, ...], every: int = 1) -> Figure:
    """How often each true class (rows) was taken for each class (columns), as a share of the row.

    guesses (n,), labels (n,): of one example in `every`
    """
    num_classes = len(names)
    counts = torch.bincount(labels * num_classes + guesses, minlength=num_classes**2)
    counts = counts.view(num_classes, num_classes)
    shares = counts / counts.sum(1, keepdim=True).clamp(min=1)
    side = min(2.0 + 0.45 * num_classes, WIDEST)
    axes = new_axes(side + 0.6, side, xlabel="predicted", ylabel="true")
    which = "Examples" if every == 1 else f"One example in {every}"
    axes.set_title(f"{which} by true and predicted class", fontsize=10)
    axes.grid(False)
    axes.imshow(shares.numpy(), cmap="Blues", vmin=0, vmax=1)
    if num_classes <= MOST_NAMES:
        fontsize = min(8.0, 60 * side / num_classes)  # a line has 72 points an inch
        axes.set_xticks(range(num_classes), names, rotation=45 if num_classes <= MOST_COUNTS else 90, ha="right")
        axes.set_yticks(range(num_classes), names)
        axes.tick_params(labelsize=fontsize)
    if num_classes <= MOST_COUNTS:
        write_counts(axes, counts, shares)
    return axes.figure  # pyright: ignore[reportReturnType]


def write_counts(axes: Axes, counts: Tensor, shares: Tensor) -> None:
    for row, column in counts.nonzero().tolist():
        color = "white" if float(shares[row, column]) > 0.5 else "black"
        count = str(int(counts[row, column]))
        axes.text(column, row, count, ha="center", va="center", fontsize=6, color=color)
