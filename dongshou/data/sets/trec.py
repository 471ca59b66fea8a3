"""Questions by what they ask for (Li and Roth, 2002): 5,452 to train on, 500 to test on."""

from __future__ import annotations

from dongshou.data.sources.files import path_of
from dongshou.data.text.labelled import LabelledTexts
from dongshou.data.text.numbered_lines import read_parts

CLASSES = ("description", "entity", "abbreviation", "human", "location", "number")


def read() -> LabelledTexts:
    """The six coarse classes."""
    paths = {part: path_of("trec", f"TREC.{part}.all") for part in ("train", "test")}
    return LabelledTexts.of_parts(read_parts(paths, "latin-1"), classes=CLASSES, name="trec", files="trec")
