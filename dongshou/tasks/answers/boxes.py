"""Where on a photo there is something, and what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image
from torch import Tensor

from dongshou.errors import UsageError
from dongshou.tasks.answers.answer import Answer
from dongshou.tasks.pictures.boxes import with_boxes

if TYPE_CHECKING:
    from dongshou.drawing import Drawing


@dataclass(frozen=True, eq=False)
class Boxes(Answer):
    """The things found on a photo, the surest first.

    photo    upright, as it was asked about
    corners  (things, 4): left, top, right, bottom in pixels of the photo
    labels, scores  the class of each, and how sure the model is of it, from 0 to 1

    Raises UsageError unless there are as many of each.
    """

    photo: Image.Image
    corners: Tensor
    labels: Sequence[str]
    scores: Sequence[float]

    def __post_init__(self) -> None:
        if not len(self.corners) == len(self.labels) == len(self.scores):
            counts = f"{len(self.corners)} boxes, {len(self.labels)} labels, {len(self.scores)} scores"
            raise UsageError(f"Each box has a label and a score; got {counts}.")
        order = sorted(range(len(self.scores)), key=lambda index: -self.scores[index])
        object.__setattr__(self, "corners", self.corners.detach().float().cpu().reshape(-1, 4)[order])
        object.__setattr__(self, "labels", tuple(self.labels[index] for index in order))
        object.__setattr__(self, "scores", tuple(float(self.scores[index]) for index in order))

    @property
    def picture_name(self) -> str:
        return "picture"

    def lines(self) -> list[str]:
        """A line for each: class, score, corners."""
        width = max(map(len, self.labels), default=0)
        places = [", ".join(f"{edge:.0f}" for edge in corners) for corners in self.corners.tolist()]
        found = zip(self.labels, self.scores, places, strict=True)
        return [f"  {label:<{width}}  {score:6.1%}  ({place})" for label, score, place in found] or ["  nothing found"]

    def as_json(self) -> dict[str, Any]:
        found = zip(self.labels, self.scores, self.corners.tolist(), strict=True)
        return {"boxes": [{"class": label, "score": score, "corners": corners} for label, score, corners in found]}

    def cells(self) -> dict[str, Any]:
        return {"answer": " ".join(self.labels)}

    def draw(self) -> Drawing:
        """The photo with the boxes on it, a colour for each class."""
        words = [f"{label} {score:.0%}" for label, score in zip(self.labels, self.scores, strict=True)]
        return with_boxes(self.photo, self.corners, self.labels, words)
