"""Figures of one make are drawn once, whatever data they show: drawing takes most of the time of a short run."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from dongshou.atomic import atomic_path
from dongshou.drawing.styled import StyledFigure


def saves_once(drawn: Path) -> Callable[..., None]:
    """A `savefig` that keeps in a directory what it draws, and takes from there a figure of the same make."""
    draw = StyledFigure.savefig
    drawn.mkdir(exist_ok=True)

    def savefig(figure: StyledFigure, file: Any, **options: Any) -> None:
        make = tuple(figure.get_size_inches()), tuple(map(make_of, figure.axes)), tuple(options.items())
        kept = drawn / hashlib.sha256(repr(make).encode()).hexdigest()
        if not kept.exists():
            buffer = io.BytesIO()
            draw(figure, buffer, **options)
            with atomic_path(kept) as partial:
                partial.write_bytes(buffer.getvalue())
        file.write(kept.read_bytes())

    return savefig


def make_of(axes: Axes) -> tuple[Any, ...]:
    """What is drawn, as far as an error in drawing may depend on it: the signs in the words, and of the parts how
    many, to a power of two."""
    signs = map(signs_of, (axes.get_title(), axes.get_xlabel(), axes.get_ylabel()))
    parts = axes.lines, axes.images, axes.patches, axes.collections, axes.texts
    return *signs, axes.get_xscale(), axes.get_yscale(), *(len(part).bit_length() for part in parts)


def signs_of(words: str) -> str:
    """English words may be any; what else there is needs a font or a meaning of its own."""
    return "".join(sorted(set(re.sub("[A-Za-z0-9]", "", words)))) if words.isascii() else words
