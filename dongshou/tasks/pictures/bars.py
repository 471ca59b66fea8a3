"""Numbers by name, a bar for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dongshou.drawing import new_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 20  # bars


def draw_bars(numbers: Mapping[str, float], what: str) -> Figure:
    """The first numbers from top to bottom, their names on the left; `what` they are stands below."""
    shown = dict(list(numbers.items())[:MOST])
    axes = new_axes(6.4, 0.8 + 0.3 * max(1, len(shown)), xlabel=what)
    names = [name.replace("$", r"\$") for name in shown]  # a dollar would begin a formula
    axes.barh(range(len(shown)), list(shown.values()))
    axes.set_yticks(range(len(shown)), names)
    axes.invert_yaxis()
    return axes.figure  # pyright: ignore[reportReturnType]
