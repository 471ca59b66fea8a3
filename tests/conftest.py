"""What every test stands on: the same seed, its own runs and cache, pictures without a screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import pytest
import torch

from dongshou.drawing.styled import StyledFigure
from tests.drawn_once import saves_once

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
def seeds_without_a_stack() -> Iterator[None]:
    """For each kind of accelerator that is not in use yet torch keeps the last seed, and writes down the stack that it
    was called from: a millisecond each time."""
    with pytest.MonkeyPatch.context() as patched:
        for kind in (torch.cuda, torch.xpu, torch.mtia):
            patched.setattr(kind, "traceback", SimpleNamespace(format_stack=list), raising=False)
        yield


@pytest.fixture(autouse=True, scope="session")
def drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Figures of one make, whatever data they show, are drawn once: that takes most of the time of a short run. Test
    processes side by side share what is drawn."""
    beside = "PYTEST_XDIST_WORKER" in os.environ
    with pytest.MonkeyPatch.context() as patched:
        base = tmp_path_factory.getbasetemp()
        patched.setattr(StyledFigure, "savefig", saves_once(base.parent / "drawn" if beside else base / "drawn"))
        yield


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
