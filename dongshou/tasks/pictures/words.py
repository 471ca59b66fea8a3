"""Word vectors drawn: maps of words in two dimensions, and analogies as parallelograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from dongshou.data.text.word_vectors import WordVectors
from dongshou.drawing import BLUE, GRAY, ORANGE, new_panels, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDE = 7.0  # inches of a map
LETTER = 7  # points: the size of its words
WIDTH, HEIGHT = 0.62, 1.5  # of a letter, in its size
MOST = 250  # words of a map
FIRST, SECOND = "first component", "second component"


def draw_map(vectors: WordVectors, words: Sequence[str], seed: int = 0) -> Figure:
    """Where words lie, by two maps of their directions: the plane of the largest variance (PCA), in which distances are
    true as far as they go; t-SNE, in which those that are neighbours stay so (van der Maaten and Hinton, 2008).

    Names are written where there is room, of the words that come first first. At least 4 words.
    """
    words = list(words)[:MOST]
    directions = vectors.directions(vectors.find(words))  # (words, size)
    maps = {"PCA": pca(directions), "t-SNE": tsne(directions, seed)}
    heading = f"Where {len(words)} words lie"
    figure, panels = new_panels(maps, heading=heading, panel=(SIDE, SIDE), xlabel=FIRST, ylabel=SECOND)
    for axes, places in zip(panels, maps.values(), strict=True):
        axes.scatter(*places.T, s=6, color=GRAY)
        axes.set(xticks=[], yticks=[])
        axes.set_aspect("equal", "datalim")
        for place in with_room(places, words):
            axes.annotate(
                plain(words[place]), xy_of(places[place]), (0, 3), textcoords="offset points", ha="center",
                fontsize=LETTER,
            )  # fmt: skip
    return figure


def draw_analogies(vectors: WordVectors, analogies: Sequence[tuple[str, str, str, str]]) -> Figure:
    """a is to b as c is to d, each in the plane that holds most of the four: the nearer d lies to the fourth corner
    c + b - a, the better the analogy holds."""
    titles = [f"{a} : {b} = {c} : {d}" for a, b, c, d in analogies]
    heading = "Analogies are parallelograms, nearly"
    figure, panels = new_panels(map(plain, titles), heading=heading, panel=(4.2, 3.6), xlabel=FIRST, ylabel=SECOND)
    for axes, words in zip(panels, analogies, strict=True):
        draw_parallelogram(axes, words, pca(vectors.directions(vectors.find(words))))
    return figure


def draw_parallelogram(axes: Axes, words: Sequence[str], places: Tensor) -> None:
    """The four words (4, 2), arrows from a to b and from c to d, and the corner where d would lie."""
    a, b, c, d = map(xy_of, places)
    corner = xy_of(places[2] + places[1] - places[0])
    for start, end, color in ((a, b, BLUE), (c, d, BLUE), (c, corner, ORANGE)):
        style = {"arrowstyle": "->", "color": color, "linestyle": "--" if color == ORANGE else "-"}
        axes.annotate("", end, start, arrowprops=style)
    axes.scatter(*places.T, s=18, color=BLUE, label="the words")
    axes.scatter(*corner, s=18, color=ORANGE, label="c + b - a")
    middle = places.mean(0)
    for word, place in zip(words, places, strict=True):
        below = bool(place[1] < middle[1])
        axes.annotate(
            plain(word), xy_of(place), (0, -5 if below else 5), textcoords="offset points", ha="center",
            va="top" if below else "bottom",
        )  # fmt: skip
    axes.margins(0.25)
    axes.set(xticks=[], yticks=[])
    axes.set_aspect("equal", "datalim")


def xy_of(place: Tensor) -> tuple[float, float]:
    x, y = place.tolist()
    return x, y


def pca(x: Tensor) -> Tensor:
    """The two coordinates of largest variance (n, 2); of the two signs of each that in which its largest is positive,
    so that a map is the same on every machine."""
    centered = x - x.mean(0)  # (n, size)
    _, _, axes = torch.linalg.svd(centered, full_matrices=False)
    places = centered @ axes[:2].T
    return places * places.gather(0, places.abs().argmax(0, keepdim=True)).sign()


def tsne(x: Tensor, seed: int) -> Tensor:
    """A map (n, 2) in which neighbours stay neighbours."""
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(x) - 1) / 3)
    model = TSNE(2, perplexity=perplexity, init="pca", random_state=seed, metric="euclidean")
    return torch.from_numpy(model.fit_transform(x.numpy()))


def with_room(places: Tensor, words: Sequence[str]) -> list[int]:
    """Those whose names do not lie over one that came before."""
    spread = (places.max(0).values - places.min(0).values).clamp(min=1e-9)
    points = (places / spread).numpy() * SIDE * 72 * 0.85  # points on the paper: axes fill most of a panel
    boxes = np.empty((0, 4))
    chosen = []
    for number, (word, (x, y)) in enumerate(zip(words, points, strict=True)):
        half, height = (len(word) / 2 + 0.5) * WIDTH * LETTER, HEIGHT * LETTER
        box = np.array([x - half, y, x + half, y + height])
        lies_over = (box[:2] < boxes[:, 2:]) & (boxes[:, :2] < box[2:])  # (boxes, 2)
        if not lies_over.all(1).any():
            boxes = np.vstack([boxes, box])
            chosen.append(number)
    return chosen
