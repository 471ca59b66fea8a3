"""A number that a model predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dongshou.tasks.answers.answer import Answer
from dongshou.tasks.pictures.page import draw_page

if TYPE_CHECKING:
    from dongshou.drawing import Drawing


@dataclass(frozen=True)
class Value(Answer):
    """A number and what it is: `sale price (dollars)`."""

    value: float
    name: str = "value"

    def lines(self) -> list[str]:
        return [f"  {self.name}: {self.value:.6g}"]

    def as_json(self) -> dict[str, Any]:
        return {"answer": self.value, "name": self.name}

    def cells(self) -> dict[str, Any]:
        return {self.name: self.value}

    def draw(self) -> Drawing:
        """The number on a page."""
        return draw_page([line.strip() for line in self.lines()])
