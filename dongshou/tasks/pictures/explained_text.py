"""The words that decide for what a classifier says of a text, as coloured text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from dongshou.data import Splits, TextSplits
from dongshou.tasks.deciding_words import deciding_words
from dongshou.tasks.pictures.colored_text import draw_colored_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OCCLUSION, GRADIENT = "occlusion", "gradient"


def explained_text(model: nn.Module, data: Splits, text: str, inputs: tuple[Tensor, Tensor], best: str) -> Figure:
    """By how much each token raises the log odds of the class: without it, and by its gradient times its vector."""
    assert isinstance(data, TextSplits)
    chosen = data.classes.index(best) if data.classes else int(best)
    deciding = deciding_words(model, inputs, chosen, data.vocabulary.unknown)
    numbers = {OCCLUSION: deciding.occlusion.tolist()}
    if deciding.gradient is not None:
        numbers[GRADIENT] = deciding.gradient.tolist()
    return draw_colored_text(data.tokenize(text), numbers, "against it < 0 < for it", f"What decides for {best}")
