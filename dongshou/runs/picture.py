"""A picture that shows itself in a notebook and lies in a file everywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dongshou.drawing import png
from dongshou.runs.files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Picture:
    """A PNG file. In a notebook it is shown; `path` says where it lies."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def save(cls, figure: Figure, path: Path) -> Picture:
        write_whole(path, png(figure))
        return cls(path)

    @classmethod
    def add(cls, figure: Figure, path: Path) -> Picture:
        """Save it beside what is there: as `compare-2.png` where `compare.png` exists."""
        number, free = 1, path
        while free.exists():
            number, free = number + 1, path.with_stem(f"{path.stem}-{number + 1}")
        return cls.save(figure, free)

    def __repr__(self) -> str:
        return f"Picture({str(self.path)!r})"

    def _repr_png_(self) -> bytes:
        return self.path.read_bytes()
