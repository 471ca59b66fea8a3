"""What all answers have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dongshou.drawing import png

if TYPE_CHECKING:
    from dongshou.drawing import Drawing

SHOWN = 5  # classes, words: those that come first
BAR = 30  # characters for a share of 1


class Answer(ABC):
    """What a model answers to one question.

    stands_alone  whether it is understood without the question above it, as a text that was continued
    picture_name  what its picture is called in JSON, where the picture belongs to the answer; None: drawn on request
    """

    stands_alone = False

    @abstractmethod
    def lines(self) -> list[str]:
        """The answer in words, as a terminal shows it."""

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """The answer as plain data."""

    @abstractmethod
    def draw(self) -> Drawing:
        """A picture of the answer."""

    def cells(self) -> dict[str, Any]:
        """What stands in a table with a line for each answer, by column."""
        return {"answer": " ".join(self.lines())}

    @property
    def picture_name(self) -> str | None:
        return None

    def animation(self) -> bytes | None:
        """How its picture grew, as a GIF; None where that is not known."""
        return None

    def print(self) -> None:
        print(self)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_png_(self) -> bytes:
        """In a notebook an answer shows itself."""
        return png(self.draw())


def bars(shares: Mapping[str, float]) -> list[str]:
    """A line with a bar for each of the first shares, which are between 0 and 1."""
    shown = list(shares.items())[:SHOWN]
    width = max((len(name) for name, _ in shown), default=0)
    return [f"  {name:<{width}}  {share:6.1%}  {'█' * round(BAR * share)}".rstrip() for name, share in shown]
