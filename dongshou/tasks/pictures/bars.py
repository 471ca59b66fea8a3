"""Numbers by name, a bar for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dongshou.drawing import new_axes, plain
from dongshou.drawing.style import TICK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 20  # bars


def draw_bars(numbers: Mapping[str, float], what: str, title: str) -> Figure:
    """The first numbers from top to bottom, their names on the left; `what` they are stands below."""
    shown = dict(list(numbers.items())[:MOST])
    few = f", the first {len(shown)} of {len(numbers)}" if len(numbers) > len(shown) else ""
    axes = new_axes(6.4, 1.0 + 0.3 * max(1, len(shown)), xlabel=what, title=title + few)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.12)  # room for the numbers
    bars = axes.barh(range(len(shown)), list(shown.values()))
    axes.bar_label(bars, fmt="%.3f", padding=3, fontsize=TICK)
    axes.set_yticks(range(len(shown)), map(plain, shown))
    axes.invert_yaxis()
    return axes.figure  # pyright: ignore[reportReturnType]
