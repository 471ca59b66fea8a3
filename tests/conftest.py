"""What every test stands on: the same seed, its own runs and cache, pictures without a screen."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import pytest
import torch
from matplotlib.axes import Axes

from dongshou.drawing.styled import StyledFigure

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def seeded() -> None:
    """The same random numbers in every test, in whatever order the tests run."""
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Runs and downloads go to the test's own directory; data sets named in DONGSHOU_DATA stay visible. English is
    spoken, whatever the locale of the machine."""
    monkeypatch.setenv("DONGSHOU_LANGUAGE", "en")
    monkeypatch.setenv("DONGSHOU_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("DONGSHOU_CACHE", str(tmp_path / "cache"))


@pytest.fixture(autouse=True, scope="session")
def not_waited_for_the_disk() -> Iterator[None]:
    """Files of a test need not outlast a power cut. Runs that are killed have a process of their own, which waits."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def drawn_once() -> Iterator[None]:
    """Figures of one make, whatever data they show, are drawn once: that takes most of the time of a short run."""
    draw, drawn = StyledFigure.savefig, {}

    def savefig(figure: StyledFigure, file: Any, **options: Any) -> None:
        make = tuple(figure.get_size_inches()), tuple(map(make_of, figure.axes)), tuple(options.items())
        if make not in drawn:
            buffer = io.BytesIO()
            draw(figure, buffer, **options)
            drawn[make] = buffer.getvalue()
        file.write(drawn[make])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(StyledFigure, "savefig", savefig)
        yield


def make_of(axes: Axes) -> tuple[Any, ...]:
    """What is drawn, as far as an error in drawing may depend on it."""
    words = axes.get_title(), axes.get_xlabel(), axes.get_ylabel(), axes.get_xscale(), axes.get_yscale()
    parts = axes.lines, axes.images, axes.patches, axes.collections, axes.texts
    return *words, *map(len, parts)


@pytest.fixture
def real_data() -> Callable[[str], list[Path]]:
    """`real_data("fashion-mnist")` gives the files, or skips the test and says which is missing."""

    def require(name: str) -> list[Path]:
        from dongshou.data.sources import get_source
        from dongshou.data.sources.files import find

        source = get_source(name)
        found = {file.name: find(source, file) for file in source.files}
        missing = [file_name for file_name, path in found.items() if path is None]
        if missing:
            pytest.skip(f"{name}: {', '.join(missing)} not found in a directory of DONGSHOU_DATA")
        return [path for path in found.values() if path is not None]

    return require
