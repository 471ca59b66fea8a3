"""Boxes with words on a picture."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw
from torch import Tensor

from dongshou.drawing import colors, ink_on
from dongshou.drawing.fonts import pillow_font

LINE = 0.004  # of the longer side of the picture: how thick a box is drawn
LETTER = 0.022  # of the longer side: how high words are written
LOWEST = 10.0  # pixels of a letter


def with_boxes(
    picture: Image.Image,
    corners: Tensor,
    labels: Sequence[str],
    words: Sequence[str] | None = None,
    by_class: dict[str, str] | None = None,
    scale: float = 1.0,
) -> Image.Image:
    """A copy of the picture with boxes (n, 4) on it, a colour for each label, the first one on top.

    words     what is written at the left top of each; without it its label
    by_class  the colour of each label, where several pictures are to have the same
    scale     how many times as large letters and lines are drawn, on a picture that is shown small
    """
    drawn = picture.convert("RGB")
    pen, side = ImageDraw.Draw(drawn), max(drawn.size)
    words = labels if words is None else words
    font = pillow_font("".join(words), max(LOWEST, scale * LETTER * side))
    by_class = colors(labels) if by_class is None else by_class
    found = list(zip(labels, words, corners.tolist(), strict=True))
    for label, said, (left, top, right, bottom) in reversed(found):
        box = min(left, right), min(top, bottom), max(left, right), max(top, bottom)
        pen.rectangle(box, outline=by_class[label], width=max(1, round(scale * LINE * side)))
        if said:
            place = max(box[0], 0), max(box[1], 0)
            pen.rectangle(pen.textbbox(place, said, font=font), fill=by_class[label])
            pen.text(place, said, fill=ink_on(by_class[label]), font=font)
    return drawn
