"""Files with a labelled text a line: the number of its class, a space, the text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from dongshou.data.text.file import read_text
from dongshou.data.text.labelled import Examples
from dongshou.errors import DongshouError


def read_parts(paths: Mapping[str, Path], encoding: str) -> dict[str, Examples]:
    """The examples of the file of each part. Raises DongshouError for a line that is not such a line."""
    return {part: read_numbered_lines(path, encoding) for part, path in paths.items()}


def read_numbered_lines(path: Path, encoding: str = "utf-8") -> Examples:
    lines = [line for line in read_text(path, encoding).split("\n") if line.strip()]
    rows = [line.strip().partition(" ") for line in lines]
    for number, (label, _, text) in enumerate(rows, 1):
        if not (label.isdecimal() and text.strip()):
            raise DongshouError(f'{path} needs "0 a text" in each line, the number of a class first; line {number}.')
    return Examples([text.strip() for _, _, text in rows], torch.tensor([int(label) for label, _, _ in rows]))
