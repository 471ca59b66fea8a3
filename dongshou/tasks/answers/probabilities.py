"""How probable each class is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import Tensor

from dongshou.tasks.answers.answer import Answer, bars
from dongshou.tasks.pictures.bars import draw_bars
from dongshou.tasks.pictures.pixels import enlarged

if TYPE_CHECKING:
    from dongshou.drawing import Drawing


@dataclass(frozen=True)
class Probabilities(Answer):
    """The probability of each class, the most probable first.

    seen  what the network was given of a picture, uint8 (channels, height, width); None where it was none
    """

    probabilities: Mapping[str, float]
    seen: Tensor | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, classes: Sequence[str], probabilities: Tensor, seen: Tensor | None = None) -> Probabilities:
        """Of the probabilities (classes,) in the order of the classes, which are numbered where they have no names."""
        names = classes or [str(index) for index in range(len(probabilities))]
        order: list[int] = probabilities.argsort(descending=True, stable=True).tolist()
        return cls({names[index]: float(probabilities[index]) for index in order}, seen)

    @property
    def best(self) -> str:
        """The most probable class."""
        return next(iter(self.probabilities))

    @property
    def labels(self) -> list[str]:
        """The most probable class alone, as `Several` has one for each thing."""
        return [self.best]

    @property
    def picture_name(self) -> str | None:
        return None if self.seen is None else "seen"

    def lines(self) -> list[str]:
        return bars(self.probabilities)

    def as_json(self) -> dict[str, Any]:
        return {"answer": self.best, "probabilities": dict(self.probabilities)}

    def cells(self) -> dict[str, Any]:
        return {"answer": self.best, "probability": self.probabilities[self.best]}

    def draw(self) -> Drawing:
        """What the network saw, each pixel a square; of anything but a picture a bar for each class."""
        if self.seen is not None:
            return enlarged(self.seen)
        return draw_bars(self.probabilities, "probability", "How probable each class is")
