"""The whole of a set that the course has only a cut of: a file of its authors, wherever somebody has put it."""

from __future__ import annotations

from pathlib import Path

from dongshou.data.sources import get_source
from dongshou.data.sources.files import cache_directory, data_directories


def path_of_whole(dataset: str, file_name: str) -> Path | None:
    """Where the file lies in the folder of the data set, in any directory for data; None where it does not."""
    folder = get_source(dataset).folder
    places = [directory / folder / file_name for directory in (*data_directories(), cache_directory())]
    return next((path for path in places if path.is_file()), None)
