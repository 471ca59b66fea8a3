"""What is declared about a data set and its files."""

from __future__ import annotations

from dataclasses import dataclass

from dongshou.errors import UsageError, did_you_mean


@dataclass(frozen=True)
class File:
    """One file, used only when its size and sha256 are these; mirrors in order of choice.

    No mirrors: it comes out of the archive of its data set, or a person puts it in its place.
    Where only the beginning of the sha256 is published, that is what is compared; size 0: not published.
    """

    name: str
    size: int  # bytes
    sha256: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A data set as its authors publish it: what it holds, who made it, on what terms, in which files.

    The files lie in a folder named `folder`, in the cache as in every directory named in DONGSHOU_DATA.

    archive  one download that holds the files which have no mirrors of their own
    more     names of further files of the archive, and of folders of such, read where they lie beside the first of
             `files`
    inside   what is installed anyway and holds the data set, where there are no files
    instead  what serves as well, where no mirror has the files
    """

    name: str
    holds: str
    origin: str
    license: str
    folder: str
    files: tuple[File, ...] = ()
    archive: File | None = None
    more: tuple[str, ...] = ()
    inside: str = ""
    instead: str = ""

    def file(self, name: str) -> File:
        """The declaration of one file. Raises UsageError when the data set has no file of that name."""
        for file in self.files:
            if file.name == name:
                return file
        names = [file.name for file in self.files]
        raise UsageError(
            f'Data set {self.name} has no file "{name}".{did_you_mean(name, names)}'
            f" Its files: {', '.join(names) or 'none'}."
        )


def mirrored(name: str, size: int, sha256: str, *directories: str) -> File:
    """A file that lies under its own name on each of several mirrors."""
    return File(name, size, sha256, tuple(f"{directory}/{name}" for directory in directories))


# where the files lie that the book gives out itself
BOOK = (
    "http://d2l-data.s3-accelerate.amazonaws.com",
    "https://d2l-data.s3.amazonaws.com",
)
