"""A text that a model has written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dongshou.tasks.answers.answer import Answer, bars
from dongshou.tasks.pictures.page import draw_page

if TYPE_CHECKING:
    from dongshou.drawing import Drawing


@dataclass(frozen=True)
class Text(Answer):
    """A text continued, a translation, a gap filled.

    probabilities  of what might stand there, the most probable first; empty where one text is as good as another
    """

    text: str
    probabilities: Mapping[str, float] = field(default_factory=dict)

    stands_alone = True

    def lines(self) -> list[str]:
        return [self.text, *bars(self.probabilities)]

    def as_json(self) -> dict[str, Any]:
        return {"answer": self.text, "probabilities": dict(self.probabilities)}

    def cells(self) -> dict[str, Any]:
        return {"answer": self.text}

    def draw(self) -> Drawing:
        """The text on a page."""
        return draw_page([line for text in self.lines() for line in text.splitlines() or [""]])
