"""Which picture of a folder is of which class: by a CSV file, as Kaggle gives it, or by a folder for each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

from dongshou.data.images.files import SUFFIXES
from dongshou.data.sources.files import FilesNotFound
from dongshou.data.tables.csv_rows import read_rows
from dongshou.errors import DongshouError
from dongshou.notes import note

ID = "id"
LABEL = ("label", "breed", "class")  # what competitions call that column
JUNK = ("thumbs.db", "desktop.ini", "__macosx")  # what systems leave in folders, besides hidden files


def pictures_in(folder: Path, besides: Path | None = None) -> dict[str, Path]:
    """The pictures that lie in a folder itself, by their ids, the names without ending, in Kaggle's order.

    Hidden files and what systems leave in folders are passed over, and so is `besides`; a note says how many
    pictures lie in folders inside. Raises DongshouError when the folder is missing or empty, holds files that are no
    pictures, or two pictures of one id.
    """
    files = [path for path in entries(folder) if path.is_file() and path != besides]
    if inside := [path for path in files_inside(folder) if path.parent != folder and is_picture(path)]:
        note(
            f"{folder}: {counted([str(path.relative_to(folder)) for path in inside], 'picture')} in folders inside"
            " left out."
        )
    return by_id_in(folder, files)


def by_id_in(folder: Path, files: Collection[Path]) -> dict[str, Path]:
    """The files, all of them pictures, by their ids: the path within the folder without ending."""
    if strangers := sorted(path.name for path in files if not is_picture(path)):
        raise DongshouError(
            f"{folder} holds {counted(strangers, 'file')} that cannot be pictures. Move them elsewhere."
        )
    if not files:
        raise DongshouError(f"{folder} holds no picture. Name the folder in which the pictures themselves lie.")
    ids = [path.relative_to(folder).with_suffix("").as_posix() for path in files]
    if twins := repeated(ids):
        raise DongshouError(f"{folder} holds several pictures of one id: {some(twins)}. Keep one of each.")
    by_id = dict(zip(ids, files, strict=True))
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
    if unlabeled := [path.name for id, path in pictures.items() if id not in by_id]:
        raise DongshouError(
            f"{labels} has no label for {counted(unlabeled, 'picture')}. Add lines, or move the pictures elsewhere."
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
    if unused := [name for name in header if name not in (ID, label)]:
        note(f"{path.name}: {counted(unused, 'column')} besides {ID} and {label} not used.")
    rows = {line: (row[header.index(ID)], row[header.index(label)]) for line, row in lines.items()}
    if empty := [str(line) for line, cells in rows.items() if not all(cells)]:
        raise DongshouError(f"{path} lacks an id or a label in line {some(empty)}. Fill it in, or remove the line.")
    return list(rows.values())


def labels_by_folder(folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """The pictures of a folder that holds a folder for each class, and the class of each, by id: "cat/1".

    Pictures in a folder inside that of their class are of the class too, "cat/old/1"; a note says how many.
    Raises DongshouError when pictures lie beside the folders, or one of these is as `pictures_in` refuses it.
    """
    folders = sorted(path for path in entries(folder) if path.is_dir())
    if loose := sorted(path.name for path in entries(folder) if path.is_file()):
        raise DongshouError(
            f"{folder} holds {counted(loose, 'file')} beside its folders, one for each class."
            " Move them into one of these."
        )
    by_class = {one.name: by_id_in(one, files_inside(one)) for one in folders}
    if inside := [f"{name}/{id}" for name, pictures in by_class.items() for id in pictures if "/" in id]:
        note(f"{folder}: {counted(inside, 'picture')} in folders inside that of a class are read as of that class.")
    pictures = {f"{name}/{id}": path for name, pictures in by_class.items() for id, path in pictures.items()}
    return pictures, {id: id.split("/", 1)[0] for id in pictures}


def has_folders(folder: Path) -> bool:
    return any(path.is_dir() for path in entries(folder))


def files_inside(folder: Path) -> list[Path]:
    """The files in a folder and in all folders inside it, as far as a person has put them there."""
    return [
        file
        for path in sorted(entries(folder))
        for file in ([path] if path.is_file() else files_inside(path) if path.is_dir() else [])
    ]


def is_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


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
