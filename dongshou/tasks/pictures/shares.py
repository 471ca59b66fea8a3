"""A matrix of shares as squares: attention, what is taken for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

COLORS = "Blues"  # white, as the paper, is none at all
ROOT = 0.5  # a colour goes by the root of its share: 0.04 of the largest is seen as a fifth of it


def draw_shares(axes: Axes, shares: Tensor, largest: float = 1.0) -> AxesImage:
    """(rows, columns), white for 0; small shares beside large ones are still seen."""
    from matplotlib.colors import PowerNorm

    axes.spines[:].set_visible(True)
    axes.grid(False)
    return axes.imshow(shares.numpy(), cmap=COLORS, norm=PowerNorm(ROOT, 0, largest), aspect="auto")
