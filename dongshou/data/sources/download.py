"""One file from its mirrors to its place: tried in order, verified, and there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dongshou.atomic import atomic_path
from dongshou.data.sources import File
from dongshou.errors import DongshouError

if TYPE_CHECKING:
    from rich.progress import Progress

CONNECT_TIMEOUT, READ_TIMEOUT = 10, 60  # seconds, for each mirror
CHUNK_SIZE = 64 * 1024  # bytes


class DownloadError(DongshouError):
    """No mirror gave the file."""


def download(file: File, target: Path, progress: bool = False) -> None:
    """Fetch a file into its place from the first mirror that has it whole.

    What arrives is verified by size and sha256 before it gets its name; a wrong file leaves no trace.
    Raises DownloadError, saying what went wrong with each mirror.
    """
    from requests import RequestException

    if not file.urls:
        raise DownloadError(f"{file.name} is on no mirror.")
    faults = []
    for url in file.urls:
        try:
            with atomic_path(target) as partial:
                _transfer(url, file, partial, progress)
                if fault := mismatch(partial, file):
                    raise DownloadError(f"what it sent {fault}")
            return
        except (RequestException, DownloadError) as error:
            faults.append(f"{urlsplit(url).hostname}: {_in_short(error)}")
    raise DownloadError(f"{file.name} could not be downloaded ({'; '.join(faults)}).")


def mismatch(path: Path, file: File) -> str | None:
    """In what the file at this path differs from its declaration; None when it is that file, whole."""
    try:
        size = path.stat().st_size
        if file.size and size != file.size:
            return f"has {size:,} bytes instead of {file.size:,}"
        found = hash_of(path)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not found.startswith(file.sha256):
        return f"has sha256 {found[:16]}... instead of {file.sha256[:16]}..."
    return None


def hash_of(path: Path) -> str:
    """The sha256 of a file."""
    state = path.stat()
    return _sha256(path, state.st_mtime_ns, state.st_size)


def hash_of_files(files: Iterable[tuple[str, Path]]) -> str:
    """One sha256 of the names and the contents of several files, in the order in which they come."""
    digest = sha256()
    for name, path in files:
        digest.update(f"{name} {hash_of(path)}\n".encode())
    return digest.hexdigest()


@cache
def _sha256(path: Path, mtime_ns: int, size: int) -> str:
    """The hash of a file, computed once for as long as time and size of the file stay the same."""
    return sha256(path.read_bytes()).hexdigest()


def _transfer(url: str, file: File, target: Path, progress: bool) -> None:
    """Write what the address answers to a path, with a progress bar on standard error where one is wanted."""
    from pooch import HTTPDownloader
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not progress) as bars:
        fetch = HTTPDownloader(
            progressbar=_Bar(bars, file),  # pyright: ignore[reportArgumentType]  (any such object will do)
            chunk_size=CHUNK_SIZE,
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            headers={"Accept-Encoding": "identity"},  # else a server's own gzip would be undone, with ours
        )
        fetch(url, str(target), None)


class _Bar:
    """One bar of rich, with the four names that pooch calls."""

    def __init__(self, bars: Progress, file: File) -> None:
        self.bars = bars
        self.task = bars.add_task(file.name, total=file.size or None)
        self.total = file.size

    def update(self, num_bytes: int) -> None:
        self.bars.update(self.task, advance=num_bytes, total=self.total or None)  # as the server says, by now

    def reset(self) -> None:
        self.bars.reset(self.task)

    def close(self) -> None:
        self.bars.stop_task(self.task)


def _in_short(error: Exception) -> str:
    """A network error in a few words."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "it broke off"
    return str(error).splitlines()[0]
