"""YOLO: a text file for each picture, a line for each box: class, center x, center y, width, height, in shares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dongshou.data.images.annotated.pictures import Annotated, Thing
from dongshou.data.images.files import SUFFIXES
from dongshou.errors import DongshouError

PARTS = {"train": ("train",), "valid": ("val", "valid"), "test": ("test",)}


def is_yolo(folder: Path) -> bool:
    return bool(label_folders(folder))


def label_folders(folder: Path) -> dict[str, Path]:
    """Where the labels of each part lie: labels/train or train/labels; labels alone is `train`."""
    found: dict[str, Path] = {}
    for part, names in PARTS.items():
        places = [place for name in names for place in (folder / "labels" / name, folder / name / "labels")]
        if directory := next((place for place in places if place.is_dir()), None):
            found[part] = directory
    if not found and any((folder / "labels").glob("*.txt")):
        found["train"] = folder / "labels"
    return found


def read_yolo(folder: Path) -> tuple[dict[str, list[Annotated]], tuple[str, ...]]:
    """The pictures of each part, and the classes of data.yaml or classes.txt; without one their numbers.

    A picture without a text file has no box. Raises DongshouError for a line that is no box, and for a text file
    without its picture.
    """
    folders = label_folders(folder)
    names = read_names(folder)
    parts = {part: [*pictures_in(directory, names)] for part, directory in folders.items()}
    if names is None:
        numbers = {int(thing.name) for part in parts.values() for one in part for thing in one.things}
        names = [str(number) for number in range(max(numbers, default=-1) + 1)]
    return parts, tuple(names)


def pictures_in(labels: Path, names: Sequence[str] | None) -> Iterator[Annotated]:
    directory = Path(*("images" if part == "labels" else part for part in labels.parts))
    pictures = {path.stem: path for path in sorted(directory.glob("*")) if path.suffix.lower() in SUFFIXES}
    texts = {path.stem: path for path in sorted(labels.glob("*.txt")) if path.name != "classes.txt"}
    for stem, path in texts.items():
        if stem not in pictures:
            raise DongshouError(f"{path} is about a picture that is not in {directory}. Add it, or take out the text.")
    for stem, picture in pictures.items():
        where = texts.get(stem, picture)
        things = [*things_in(where, names)] if stem in texts else []
        yield Annotated(picture, where, things, is_share=True)


def things_in(path: Path, names: Sequence[str] | None) -> Iterator[Thing]:
    """The boxes of a text; of an outline x1 y1 x2 y2 ... the box around it."""
    for line, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        cells = row.split()
        if not cells:
            continue
        try:
            number, numbers = int(cells[0]), [*map(float, cells[1:])]
        except ValueError:
            numbers, number = [], -1
        is_outline = len(numbers) >= 6 and len(numbers) % 2 == 0
        if not (len(numbers) == 4 or is_outline):
            raise DongshouError(
                f"{path}, line {line}: a box is a class and four shares, center x, center y, width, height;"
                f' got "{row}".'
            )
        if names is not None and not 0 <= number < len(names):
            raise DongshouError(f"{path}, line {line}: class {number} is none of the {len(names)} that are named.")
        name = str(number) if names is None else names[number]
        if is_outline:
            x, y = numbers[::2], numbers[1::2]
            yield Thing((min(x), min(y), max(x), max(y)), name)
        else:
            x, y, width, height = numbers
            yield Thing((x - width / 2, y - height / 2, x + width / 2, y + height / 2), name)


def read_names(folder: Path) -> list[str] | None:
    """The names in data.yaml, in each of its three usual forms, or in classes.txt; None where there are none."""
    for path in (folder / "classes.txt", folder / "labels" / "classes.txt"):
        if path.is_file():
            return [row.strip() for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        text = path.read_text(encoding="utf-8")
        if found := re.search(r"^names\s*:\s*\[(.*?)\]", text, re.MULTILINE | re.DOTALL):
            return [name.strip().strip("'\"") for name in found[1].split(",") if name.strip()]
        if found := re.search(r"^names\s*:\s*\n((?:[ \t]*(?:-|\d+\s*:)[^\n]*\n?)+)", text, re.MULTILINE):
            rows = (re.sub(r"^\s*(?:-|\d+\s*:)\s*", "", row) for row in found[1].splitlines())
            return [row.split(" #")[0].strip().strip("'\"") for row in rows if row.strip()]
    return None
