"""Which picture of a folder is of which class: by a CSV file, as Kaggle gives it, or by a folder for each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

from dongshou.data.images.files import SUFFIXES
from dongshou.data.sources.files import FilesNotFound
from dongshou.data.tables.csv_rows import read_rows
from dongshou.errors import DongshouError

ID = "id"
LABEL = ("label", "breed", "class")  # what competitions call that column
JUNK = ("thumbs.db", "desktop.ini", "__macosx")  # what systems leave in folders, besides hidden files


def pictures_in(folder: Path, besides: Path | None = None) -> dict[str, Path]:
    """The pictures that lie in a folder itself, by their ids, the names without ending, in Kaggle's order.

    Hidden files and what systems leave in folders are passed over, and so is `besides`. Raises DongshouError when
    the folder is missing or empty, holds files that are no pictures, or two pictures of one id.
    """
    files = [path for path in entries(folder) if path.is_file() and path != besides]
    if strangers := sorted(path.name for path in files if path.suffix.lower() not in SUFFIXES):
        raise DongshouError(
            f"{folder} holds {counted(strangers, 'file')} that cannot be pictures. Move them elsewhere."
        )
    if not files:
        raise DongshouError(f"{folder} holds no picture. Name the folder in which the pictures themselves lie.")
    if twins := repeated(path.stem for path in files):
        raise DongshouError(f"{folder} holds several pictures of one id: {some(twins)}. Keep one of each.")
    by_id = {path.stem: path for path in files}
    return {id: by_id[id] for id in sorted(by_id, key=kaggle_order)}


def labels_by_file(labels: Path, pictures: dict[str, Path]) -> dict[str, str]:
    """The class of every picture, by id. The file has the columns id, with or without the ending of the file name,
    and label.

    Raises DongshouError when a column is lacking, an id has no picture, a picture no label, or an id comes twice.
    """
    names = {path.name: id for id, path in pictures.items()}
    rows = [(id if id in pictures else names.get(id, id), label) for id, label in read_labels(labels)]
    if twice := repeated(id for id, _ in rows):
        raise DongshouError(f"{labels} names {counted(twice, 'id')} more than once. Keep one line of each.")
    by_id = dict(rows)
    if unknown := [id for id in by_id if id not in pictures]:
        folder = next(iter(pictures.values())).parent
        raise DongshouError(
            f"{labels} names {counted(unknown, 'id')} without a picture in {folder}."
            " Add the pictures, or remove the lines."
        )
    if unlabelled := [path.name for id, path in pictures.items() if id not in by_id]:
        raise DongshouError(
            f"{labels} has no label for {counted(unlabelled, 'picture')}. Add lines, or move the pictures elsewhere."
        )
    return by_id


def read_labels(path: Path) -> list[tuple[str, str]]:
    """The ids and labels of a CSV file, in its order. Raises DongshouError when a column or a label is lacking."""
    if not path.is_file():
        raise FilesNotFound(f"There are no labels at {path}: expected a CSV file with the columns {ID} and {LABEL[0]}.")
    header, lines = read_rows(path)
    label = next((name for name in LABEL if name in header), LABEL[0])
    for column in (ID, label):
        if column not in header:
            raise DongshouError(
                f'{path} has no column "{column}": expected {ID} and {LABEL[0]}, found {", ".join(header)}.'
                " Rename its columns in the first line."
            )
    rows = {line: (row[header.index(ID)], row[header.index(label)]) for line, row in lines.items()}
    if empty := [str(line) for line, cells in rows.items() if not all(cells)]:
        raise DongshouError(f"{path} lacks an id or a label in line {some(empty)}. Fill it in, or remove the line.")
    return list(rows.values())


def labels_by_folder(folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """The pictures of a folder that holds a folder for each class, and the class of each, by id: "cat/1".

    Raises DongshouError when pictures lie beside the folders, or one of these is as `pictures_in` refuses it.
    """
    folders = sorted(path for path in entries(folder) if path.is_dir())
    if loose := sorted(path.name for path in entries(folder) if path.is_file()):
        raise DongshouError(
            f"{folder} holds {counted(loose, 'file')} beside its folders, one for each class."
            " Move them into one of these."
        )
    pictures = {f"{one.name}/{id}": path for one in folders for id, path in pictures_in(one).items()}
    return pictures, {id: path.parent.name for id, path in pictures.items()}


def has_folders(folder: Path) -> bool:
    return any(path.is_dir() for path in entries(folder))


def entries(folder: Path) -> list[Path]:
    """What lies in a folder and was put there by a person. Raises FilesNotFound when there is no such folder."""
    if not folder.is_dir():
        what = "is a file; unpack it first, if it is an archive" if folder.exists() else "is not there; check the path"
        raise FilesNotFound(f"A folder of pictures is needed: {folder} {what}.")
    return [path for path in folder.iterdir() if not path.name.startswith(".") and path.name.lower() not in JUNK]


def kaggle_order(id: str) -> tuple[bool, int, str]:
    """Ids that are numbers come first, as numbers: 2 before 10."""
    return (not id.isdecimal(), int(id) if id.isdecimal() else 0, id)


def repeated(ids: Iterable[str]) -> list[str]:
    return [id for id, count in Counter(ids).items() if count > 1]


def counted(names: Collection[str], noun: str) -> str:
    """
    >>> counted(["a", "b", "c", "d"], "file")
    '4 files (a, b, c, ...)'
    """
    return f"{len(names):,} {noun}{'s' if len(names) > 1 else ''} ({some(names)})"


def some(names: Collection[str]) -> str:
    """The first three."""
    return ", ".join([*list(names)[:3], *(["..."] if len(names) > 3 else [])])
