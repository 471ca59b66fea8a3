"""Find the files of a data set, or fetch them: a file is verified before anybody reads it.

Looked for in every directory of DONGSHOU_DATA, then in the cache, then on the mirrors; always in the
folder of the data set, so that one directory can be carried from machine to machine.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dongshou.atomic import atomic_path
from dongshou.data.sources import SOURCES, File, Source, get_source
from dongshou.data.sources.archive import unpack, unzip
from dongshou.data.sources.download import DownloadError, download, hash_of, mismatch
from dongshou.errors import DongshouError


class FilesNotFound(DongshouError):
    """The files of a data set are neither on this machine nor within its reach."""


def data_directories() -> list[Path]:
    """The directories named in DONGSHOU_DATA, separated as in PATH."""
    return [Path(name).expanduser() for name in os.environ.get("DONGSHOU_DATA", "").split(os.pathsep) if name]


def cache_directory() -> Path:
    """Where downloads are kept: DONGSHOU_CACHE, or the place for caches on this system."""
    if name := os.environ.get("DONGSHOU_CACHE"):
        return Path(name).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("dongshou", appauthor=False)


def find(source: Source, file: File) -> Path | None:
    """Where the file lies, first place first, not yet verified; None when it is nowhere on this machine."""
    return next(iter(_found(source, file)), None)


def path_of(dataset: str, file_name: str, progress: bool = False) -> Path:
    """The path of a file that is there and is the right one, fetched if need be.

    Raises UsageError for a name that does not exist, FilesNotFound when the file is out of reach, DongshouError
    when it is wrong.
    """
    source = get_source(dataset)
    return have(source, source.file(file_name), progress)


def have(source: Source, file: File, progress: bool = False) -> Path:
    """The path of one file of a source, in a data set or not; raises as `path_of` does."""
    return _verified(source, file) or _fetch_file(source, file, progress)


def unzipped(dataset: str, file_name: str) -> Path:
    """The folder, in the cache, of what a zip file of a data set holds; unpacked when it is first asked for."""
    archive = path_of(dataset, file_name)
    folder = cache_directory() / get_source(dataset).folder / archive.stem
    if not folder.is_dir():
        with _writing(folder):
            unzip(archive, folder)
    return folder


def more_of(dataset: str) -> list[Path]:
    """Those of the data set's further files that lie beside its first one, which is fetched if need be; of a folder
    among them all that it holds."""
    source = get_source(dataset)
    if not source.more:
        return []
    first = source.files[0].name
    folder = Path(str(path_of(dataset, first)).removesuffix(first))
    places = [folder / name for name in source.more]
    inside = [sorted(place.rglob("*")) if place.is_dir() else [place] for place in places]
    return [path for paths in inside for path in paths if path.is_file()]


def fetch(name: str, progress: bool = False) -> list[Path]:
    """Have every file of a data set on this machine, verified; the files, in order."""
    return [*(path_of(name, file.name, progress) for file in get_source(name).files), *more_of(name)]


def obtainable() -> list[str]:
    """The data sets that are here or can be downloaded: all but those that a person has to put in their place."""
    return [source.name for source in SOURCES.values() if _is_downloadable(source) or is_here(source)]


def fingerprints(name: str) -> dict[str, str]:
    """The sha256 of each file of a data set, by file name: what a run records about its data."""
    declared = {file.name: file.sha256 for file in get_source(name).files}
    return declared | {path.name: hash_of(path) for path in more_of(name)}


def directory_faults(names: Iterable[str]) -> list[str]:
    """What is wrong with the directories of DONGSHOU_DATA for those who look for these data sets, a sentence each."""
    return _directory_faults(get_source(name) for name in names)


@dataclass(frozen=True)
class Report:
    """What `verify` found about one file in one place; `detail` says what is wrong with a corrupt one."""

    dataset: str
    file: str
    path: Path
    state: Literal["ok", "missing", "corrupt"]
    detail: str = ""


def verify(names: Iterable[str] | None = None) -> list[Report]:
    """A report for every file in every place where it lies, of these data sets or of all; fetches nothing."""
    sources = [get_source(name) for name in (SOURCES if names is None else names)]
    return [report for source in sources for file in source.files for report in _reports(source, file)]


def bundle(directory: str | Path, names: Iterable[str]) -> Path:
    """Make a directory to carry to machines without internet, where DONGSHOU_DATA is to name it.

    Fetches what is not here yet, copies each file whole or not at all, and lists sources and licences
    in a README. A directory may be added to. Raises DongshouError when it cannot be written.
    """
    directory = Path(directory)
    sources = [get_source(name) for name in names]
    paths = [(source, path) for source in sources for path in fetch(source.name)]
    try:
        for source, path in paths:
            _copy(path, directory / source.folder / _within(path, source))
        with atomic_path(directory / "README.md") as partial:
            partial.write_text(_readme(directory), encoding="utf-8")
    except OSError as error:
        raise DongshouError(f"Cannot write {directory}: {error.strerror}. Choose another place.") from None
    return directory


def _verified(source: Source, file: File) -> Path | None:
    """Where the right file lies, None where it has yet to be fetched.

    Raises DongshouError when a wrong one lies where it is not ours to replace.
    """
    path = find(source, file)
    fault = mismatch(path, file) if path else None
    if fault is None:
        return path
    if path and path.parent.parent == cache_directory():
        return None
    raise DongshouError(f"{path} {fault}. Replace it by the right file, or delete it to have it downloaded.")


def is_here(source: Source) -> bool:
    return all(find(source, file) for file in source.files)


def _is_downloadable(source: Source) -> bool:
    return source.archive is not None or all(file.urls for file in source.files)


def _folders(source: Source) -> list[Path]:
    """The folders where the files of a data set may lie, in the order in which they are searched."""
    return [directory / source.folder for directory in (*data_directories(), cache_directory())]


def _found(source: Source, file: File) -> list[Path]:
    """Every place where the file lies."""
    paths = [folder / file.name for folder in _folders(source)]
    return [path for path in paths if os.path.isfile(path)]  # Path.is_file raises where a folder is locked


def _reports(source: Source, file: File) -> list[Report]:
    paths = _found(source, file)
    if not paths:
        return [Report(source.name, file.name, _folders(source)[0] / file.name, "missing")]
    return [_report(source, file, path) for path in paths]


def _report(source: Source, file: File, path: Path) -> Report:
    fault = mismatch(path, file)
    return Report(source.name, file.name, path, "corrupt" if fault else "ok", fault or "")


def _fetch_file(source: Source, file: File, progress: bool) -> Path:
    """Download a file into the cache, in place of a wrong one."""
    path = cache_directory() / source.folder / file.name
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        try:
            if source.archive is not None and not file.urls:
                _unpack_archive(source, source.archive, path.parent, progress)
            else:
                download(file, path, progress)
        except DownloadError as error:
            raise FilesNotFound(f"{error} {_without_network(source)}") from None
    return path


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Errors of the disk in one line."""
    try:
        yield
    except OSError as error:
        raise DongshouError(
            f"Cannot write {path}: {error.strerror}. Set DONGSHOU_CACHE to a directory you can write to."
        ) from None


def _unpack_archive(source: Source, archive: File, folder: Path, progress: bool) -> None:
    """Take the files that have no mirrors of their own out of their archive, which need not stay."""
    path = _verified(source, archive)
    if path is None:
        path = folder / archive.name
        download(archive, path, progress)
    unpack(path, [*(file.name for file in source.files if not file.urls), *source.more], folder)
    if path.parent == folder:
        path.unlink()


def _without_network(source: Source) -> str:
    """What a person without internet can do, or anybody where there is no mirror."""
    missing = [file.name for file in source.files if find(source, file) is None]
    names = ", ".join(missing) if source.archive is None else source.archive.name
    folder = _folders(source)[0]
    put = f"Without internet, put {names} into {folder}." if _is_downloadable(source) else f"Put {names} into {folder}."
    instead = [f"Or take {source.instead}."] if source.instead else []
    return " ".join([*_directory_faults([source]), *([] if _one_too_deep(source) else [put]), *instead])


def _directory_faults(sources: Iterable[Source]) -> list[str]:
    absent = [directory for directory in data_directories() if not directory.is_dir()]
    return [
        *(f"{directory}, named in DONGSHOU_DATA, does not exist." for directory in absent),
        *(fault for source in sources for fault in _one_too_deep(source)),
    ]


def _one_too_deep(source: Source) -> list[str]:
    """What to say of a directory of DONGSHOU_DATA that is the very folder of the data set."""
    return [
        f"DONGSHOU_DATA names the directory above that of the files: {directory.parent}, not {directory}."
        for directory in data_directories()
        if directory.name == source.folder and any((directory / file.name).is_file() for file in source.files)
    ]


def _within(path: Path, source: Source) -> Path:
    """A file of a data set, from the folder of the data set on."""
    folder = next((parent for parent in path.parents if parent.name == source.folder), path.parent)
    return path.relative_to(folder)


def _copy(path: Path, target: Path) -> None:
    """A copy of a file, whole or not at all; none when it is its own copy."""
    if target.exists() and target.samefile(path):
        return
    with atomic_path(target) as partial:
        shutil.copyfile(path, partial)


def _readme(directory: Path) -> str:
    """What lies in a bundle, whose it is, and how it is used."""
    held = [
        source
        for source in SOURCES.values()
        if source.files and all((directory / source.folder / file.name).is_file() for file in source.files)
    ]
    listed = "\n\n".join(
        f"## {source.folder}/\n{source.holds}.\nSource: {source.origin}.\nLicence: {source.license}." for source in held
    )
    return (
        "# Data sets for dongshou\n\n"
        f"Set the environment variable DONGSHOU_DATA to the path of this directory.\n\n{listed}\n"
    )
