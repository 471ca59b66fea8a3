"""Images with what they are, and what a network takes them for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from dongshou.drawing import RED
from dongshou.drawing.sheet import Titled, draw_rows, in_rows
from dongshou.tasks.pictures.answers import Examples
from dongshou.tasks.pictures.images import as_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PREDICTIONS = "Predictions: the true class, and below it the predicted one"
MOST_WRONG = "The most wrong predictions: the true class, and below it the predicted one"
RIGHT, WRONG = "✓", "✗"  # beside the colour, which not every eye sees


def predicted_images(examples: Examples, names: tuple[str, ...], heading: str = PREDICTIONS) -> Figure:
    """Each image with its true class, and below it what the network said; mistakes are marked."""
    return draw_rows(in_rows(titled_images(examples, names)), heading)


def titled_images(examples: Examples, names: tuple[str, ...]) -> list[Titled]:
    rows = zip(examples.inputs, examples.probabilities, examples.labels.tolist(), strict=True)
    return [titled(*row, names) for row in rows]


def titled(image: Tensor, probabilities: Tensor, label: int, names: tuple[str, ...]) -> Titled:
    guess = int(probabilities.argmax())
    mark, color = (RIGHT, "black") if guess == label else (WRONG, RED)
    return Titled(as_picture(image), f"{names[label]}\n{mark} {names[guess]} {float(probabilities[guess]):.0%}", color)
