"""The Stanford Sentiment Treebank: sentences of film reviews, judged by people (Socher et al., 2013)."""

from __future__ import annotations

from dongshou.data.sources.files import path_of
from dongshou.data.text.labelled import LabelledTexts
from dongshou.data.text.numbered_lines import read_parts

CLASSES = ("negative", "positive")
FINE = ("very negative", "negative", "neutral", "positive", "very positive")


def read() -> LabelledTexts:
    """Sentences that are negative or positive, the neutral ones left out: 6,920 + 872 + 1,821."""
    return _read("sst", "binary", CLASSES)


def read_fine() -> LabelledTexts:
    """Sentences of five classes: 8,544 + 1,101 + 2,210."""
    return _read("sst-fine", "fine", FINE)


def _read(name: str, kind: str, classes: tuple[str, ...]) -> LabelledTexts:
    paths = {part: path_of("sst", f"stsa.{kind}.{ending}") for part, ending in ENDINGS.items()}
    return LabelledTexts.of_parts(read_parts(paths, "utf-8"), classes=classes, name=name, files="sst")


ENDINGS = {"train": "train", "valid": "dev", "test": "test"}
