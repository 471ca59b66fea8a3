"""Sentences of film reviews, 5,331 of each kind (Pang and Lee, 2005); measured by ten folds since Kim, 2014."""

from __future__ import annotations

from pathlib import Path

import torch

from dongshou.data.sources.files import path_of
from dongshou.data.text.file import read_text
from dongshou.data.text.labelled import Examples, LabelledTexts

CLASSES = ("negative", "positive")
ENCODING = "cp1252"  # é is one byte, 0xe9: read as UTF-8 it would be no text


def read() -> LabelledTexts:
    """The negative ones first."""
    sides = [lines_of(path_of("rt-polarity", f"rt-polarity.{ending}")) for ending in ("neg", "pos")]
    labels = torch.arange(2).repeat_interleave(torch.tensor([len(side) for side in sides]))
    texts = [text for side in sides for text in side]
    return LabelledTexts(Examples(texts, labels), classes=CLASSES, name="rt-polarity", files="rt-polarity")


def lines_of(path: Path, encoding: str = ENCODING) -> list[str]:
    return [line.strip() for line in read_text(path, encoding).split("\n") if line.strip()]
