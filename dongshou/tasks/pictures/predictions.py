"""Images with what they are, and what a network takes them for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from dongshou.tasks.pictures.answers import Examples
from dongshou.tasks.pictures.images import Titled, as_picture, draw_rows, in_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def predicted_images(examples: Examples, names: tuple[str, ...], heading: str = "true / predicted") -> Figure:
    """Each image with its true class, and below it what the network said; mistakes in red."""
    rows = zip(examples.inputs, examples.probabilities, examples.labels.tolist(), strict=True)
    return draw_rows(in_rows([titled(*row, names) for row in rows]), heading)


def titled(image: Tensor, probabilities: Tensor, label: int, names: tuple[str, ...]) -> Titled:
    guess = int(probabilities.argmax())
    title = f"{names[label]}\n{names[guess]} {float(probabilities[guess]):.0%}"
    return Titled(as_picture(image), title, "black" if guess == label else "crimson")
