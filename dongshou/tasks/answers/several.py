"""What several things on one photo are, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import ImageDraw, ImageFont

from dongshou.drawing import colors
from dongshou.errors import UsageError
from dongshou.tasks.answers.answer import Answer

if TYPE_CHECKING:
    from dongshou.data.images.photo_frame import Thing
    from dongshou.drawing import Drawing

LINE = 0.004  # of the longer side of the photo: how thick a box is drawn
LETTER = 0.03  # of the longer side: how high an answer is written


@dataclass(frozen=True, eq=False)
class Several(Answer):
    """The probability of each class for each of several things on one photo, in reading order.

    Raises UsageError unless there are as many probabilities as things.
    """

    things: Sequence[Thing]
    each: Sequence[Mapping[str, float]]

    def __post_init__(self) -> None:
        if len(self.things) != len(self.each):
            raise UsageError(f"Each thing has its probabilities; got {len(self.things)} things, {len(self.each)}.")

    @property
    def labels(self) -> list[str]:
        """The most probable class of each."""
        return [next(iter(probabilities)) for probabilities in self.each]

    @property
    def picture_name(self) -> str:
        return "picture"

    def lines(self) -> list[str]:
        """A line for each: class, probability, and left, top, right, bottom in pixels of the photo."""
        width = max(map(len, self.labels))
        found = zip(self.labels, self.each, self.things, strict=True)
        return [
            f"  {label:<{width}}  {probabilities[label]:6.1%}  ({', '.join(map(str, thing.place))})"
            for label, probabilities, thing in found
        ]

    def as_json(self) -> dict[str, Any]:
        found = zip(self.labels, self.each, self.things, strict=True)
        things = [
            {"answer": label, "probabilities": dict(probabilities), "box": list(thing.place)}
            for label, probabilities, thing in found
        ]
        return {"answer": " ".join(self.labels), "things": things}

    def cells(self) -> dict[str, Any]:
        return {"answer": " ".join(self.labels)}

    def draw(self) -> Drawing:
        """The photo with a box around each thing and its class above it, a color for each class."""
        drawn = self.things[0].frame.photo.convert("RGB")
        pen, side = ImageDraw.Draw(drawn), max(drawn.size)
        font = ImageFont.load_default(max(10.0, LETTER * side))
        by_class = colors(self.labels)
        for label, thing in zip(self.labels, self.things, strict=True):
            left, top, _, _ = thing.box
            pen.rectangle(thing.box, outline=by_class[label], width=max(1, round(LINE * side)))
            place = left, max(top - round(1.2 * LETTER * side), 0)
            pen.rectangle(pen.textbbox(place, label, font=font), fill=by_class[label])
            pen.text(place, label, fill="white", font=font)
        return drawn
