"""Archives unpacked: what comes out is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from dongshou.atomic import atomic_path


def unpack(archive: Path, names: Collection[str], folder: Path) -> None:
    """Write the files of these names into a folder, wherever in the tar archive they lie; nothing else of it."""
    with tarfile.open(archive) as members:
        for member in members:
            name = PurePosixPath(member.name).name
            if name in names and (content := members.extractfile(member)) is not None:
                with atomic_path(folder / name) as partial, partial.open("wb") as target:
                    shutil.copyfileobj(content, target)


def unzip(archive: Path, folder: Path) -> None:
    """Make the folder of all that a zip file holds."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".") as directory, ZipFile(archive) as zipped:
        whole = Path(directory) / folder.name
        zipped.extractall(whole)
        try:
            os.replace(whole, folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster
                raise
