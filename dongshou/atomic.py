"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path beside the target, which takes the target's place when the block ends well.

    The target's directory is made if need be. When the block raises, the temporary file and the directories that were
    made are removed, and the target is as it was.
    """
    with undone_by_errors(missing_directories(target.parent)):
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            yield partial
            os.replace(partial, target)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def missing_directories(directory: Path) -> list[Path]:
    """Those that would have to be made for a directory to be there, the innermost first."""
    return [path for path in (directory, *directory.parents) if not os.path.lexists(path)]


@contextmanager
def undone_by_errors(directories: Sequence[Path]) -> Iterator[None]:
    """When the block raises, these directories are removed, as far as they are there and empty."""
    try:
        yield
    except BaseException:
        for directory in directories:
            with suppress(OSError):
                directory.rmdir()
        raise
