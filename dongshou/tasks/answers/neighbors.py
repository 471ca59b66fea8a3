"""What is most similar to what was asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dongshou.tasks.answers.answer import BAR, Answer
from dongshou.tasks.pictures.bars import draw_bars

if TYPE_CHECKING:
    from dongshou.drawing import Drawing

SHOWN = 10  # neighbours in the terminal and in the picture


@dataclass(frozen=True)
class Neighbors(Answer):
    """Words, or whatever has a vector, by their similarity (the cosine, from -1 to 1), the most similar first."""

    similarities: Mapping[str, float]

    def __post_init__(self) -> None:
        ranked = sorted(self.similarities.items(), key=lambda item: -item[1])
        object.__setattr__(self, "similarities", dict(ranked))

    def lines(self) -> list[str]:
        shown = list(self.similarities.items())[:SHOWN]
        width = max((len(name) for name, _ in shown), default=0)
        lines = [f"  {name:<{width}}  {value:6.3f}  {'█' * round(BAR * max(value, 0.0))}" for name, value in shown]
        return [line.rstrip() for line in lines] or ["  no neighbours"]

    def as_json(self) -> dict[str, Any]:
        return {"neighbours": dict(self.similarities)}

    def cells(self) -> dict[str, Any]:
        return {"answer": next(iter(self.similarities), "")}

    def draw(self) -> Drawing:
        return draw_bars(dict(list(self.similarities.items())[:SHOWN]), "cosine similarity", "What is most similar")
