"""The small files of a run: JSON, text, pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dongshou.atomic import atomic_path
from dongshou.errors import DongshouError


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file, making its directory; whole or not at all.

    Raises DongshouError when the disk is full or the directory cannot be written.
    """
    try:
        with atomic_path(path) as partial:
            partial.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise DongshouError(f"{path} could not be written: {error.strerror or error}.") from error


def check_writable(directory: Path) -> None:
    """Raises DongshouError where nothing can be written: asked before long work whose result goes there."""
    probe = directory / ".probe"
    write_whole(probe, "written")
    probe.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    write_whole(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Raises DongshouError when the file is missing or no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DongshouError(f"{path} is missing: the run is not whole.") from None
    except (OSError, ValueError) as error:
        raise DongshouError(f"{path} cannot be read: {error}.") from error
