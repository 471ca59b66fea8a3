"""Words for the gaps of a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dongshou.tasks.answers.answer import Answer, bars
from dongshou.tasks.pictures.page import draw_page

if TYPE_CHECKING:
    from dongshou.drawing import Drawing


@dataclass(frozen=True)
class Gaps(Answer):
    """A text whose gaps are filled, each with its most probable word.

    gaps  how probable the words of each gap are, the most probable first; each gap by itself: what another one is
          filled with is not known to it
    """

    text: str
    gaps: Sequence[Mapping[str, float]]

    stands_alone = True

    def lines(self) -> list[str]:
        if len(self.gaps) == 1:
            return [self.text, *bars(self.gaps[0])]
        named = ([f"gap {number}", *bars(words)] for number, words in enumerate(self.gaps, 1))
        return [self.text, *(line for lines in named for line in lines)]

    def as_json(self) -> dict[str, Any]:
        return {"answer": self.text, "gaps": [dict(words) for words in self.gaps]}

    def cells(self) -> dict[str, Any]:
        return {"answer": self.text}

    def draw(self) -> Drawing:
        """The text on a page, what might stand in each gap below it."""
        return draw_page(self.lines())
