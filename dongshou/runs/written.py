"""The files of a run that are for the person who ran it, whatever wrote them."""

from __future__ import annotations

from pathlib import Path

from dongshou.runs.record import CHECKPOINTS, CONFIG, LOCK, METRICS, RESULT

RECORD = {CONFIG, METRICS, RESULT, LOCK}
FOLDERS = ("tensors", "tensorboard")  # many files for programs: named as a whole


def files_in(directory: Path) -> list[Path]:
    """All but the record itself: what an experiment wrote, pictures by folder, then checkpoints and folders of data."""
    own = [path for path in files_of(directory, "*") if path.name not in RECORD]
    texts, curves = [path for path in own if path.suffix != ".png"], [path for path in own if path.suffix == ".png"]
    known = {directory / name for name in (CHECKPOINTS, *FOLDERS)}
    pictures = [path for path in files_of(directory, "*/**/*") if known.isdisjoint(path.parents)]
    checkpoints = sorted((directory / CHECKPOINTS).glob("[!.]*"))
    return [*texts, *pictures, *curves, *checkpoints, *filter(Path.is_dir, (directory / name for name in FOLDERS))]


def files_of(directory: Path, pattern: str) -> list[Path]:
    """Those that are whole: what is still being written has a name that begins with a dot."""
    return sorted(path for path in directory.glob(pattern) if path.is_file() and not path.name.startswith("."))
