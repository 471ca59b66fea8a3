"""A text cut into tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dongshou.tasks.answers.answer import Answer
from dongshou.tasks.pictures.page import draw_page

if TYPE_CHECKING:
    from dongshou.drawing import Drawing


@dataclass(frozen=True)
class Pieces(Answer):
    """The tokens of a text in their order, and the number of each in the vocabulary.

    shown  the tokens as a person reads them, a space as ␣
    """

    tokens: Sequence[str]
    numbers: Sequence[int]
    shown: Sequence[str]

    def lines(self) -> list[str]:
        return [f"  {'|'.join(self.shown)}", f"  {' '.join(map(str, self.numbers))}"]

    def as_json(self) -> dict[str, Any]:
        return {"tokens": list(self.tokens), "ids": list(self.numbers)}

    def cells(self) -> dict[str, Any]:
        return {"answer": "|".join(self.shown)}

    def draw(self) -> Drawing:
        """The tokens on a page, their numbers below."""
        return draw_page([line.strip() for line in self.lines()])
