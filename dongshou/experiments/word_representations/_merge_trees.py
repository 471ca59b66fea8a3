"""Merges of byte-pair encoding as trees: what a token was made of, and how early."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dongshou.drawing import BLUE, GRAY, new_panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Made = Mapping[str, tuple[int, str, str]]  # token -> which merge made it, of which two


class Node(NamedTuple):
    """Where a token stands in its tree: leaves at height 0, a merge one above the higher of its two."""

    place: float
    height: int


def made_by(merges: Sequence[tuple[str, str]]) -> Made:
    return {left + right: (number, left, right) for number, (left, right) in enumerate(merges, 1)}


def leaves_of(token: str, made: Made) -> list[str]:
    """The symbols of a token from left to right.

    >>> leaves_of("tall", made_by([("t", "a"), ("l", "l"), ("ta", "ll")]))
    ['t', 'a', 'l', 'l']
    """
    if token not in made:
        return [token]
    _, left, right = made[token]
    return leaves_of(left, made) + leaves_of(right, made)


def draw_trees(tokens: Sequence[str], merges: Sequence[tuple[str, str]], shown: Callable[[str], str]) -> Figure:
    """A panel for each token: its symbols below, each merge above what it joined, with its number.

    shown  a token as it is to be read
    """
    made = made_by(merges)
    figure, panels = new_panels([shown(token) for token in tokens], heading="The merges that make a token", columns=3)
    for axes, token in zip(panels, tokens, strict=True):
        draw_node(axes, token, 0, made, shown)
        axes.margins(x=0.12, y=0.15)
        axes.set_axis_off()
    return figure


def draw_node(axes: Axes, token: str, first: int, made: Made, shown: Callable[[str], str]) -> Node:
    """Draw a token whose leftmost symbol is leaf number `first`, and what it was made of."""
    label, node = shown(token), Node(first, 0)
    if token in made:
        number, left, right = made[token]
        below = [
            draw_node(axes, left, first, made, shown),
            draw_node(axes, right, first + len(leaves_of(left, made)), made, shown),
        ]
        node = Node((below[0].place + below[1].place) / 2, 1 + max(child.height for child in below))
        for child in below:  # up, then across
            axes.plot([child.place, child.place, node.place], [child.height, node.height, node.height], "-", color=GRAY)
        label = f"{label}\n{number}"
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": BLUE if token in made else GRAY}
    axes.text(node.place, node.height, label, ha="center", va="center", fontsize=8, bbox=box)
    return node
