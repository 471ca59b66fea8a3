"""Pascal VOC: a file of XML for each picture (Everingham et al., 2010)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from dongshou.data.images.annotated.pictures import Annotated, Thing
from dongshou.data.images.files import SUFFIXES
from dongshou.errors import DongshouError

LISTS = {"train": "train", "valid": "val", "test": "test"}  # parts, and the names of their files in ImageSets/Main
EDGES = "xmin", "ymin", "xmax", "ymax"


def is_voc(folder: Path) -> bool:
    return any(annotation_folder(folder).glob("*.xml"))


def read_voc(folder: Path) -> dict[str, list[Annotated]]:
    """The parts that ImageSets/Main lists, else all as `train`.

    Annotations/*.xml, or *.xml beside the pictures; each names its picture, which lies in JPEGImages or beside it.
    Raises DongshouError for XML that is damaged or says of a box no numbers, and for a picture that is missing.
    """
    lists = folder / "ImageSets" / "Main"
    annotations = {path.stem: path for path in sorted(annotation_folder(folder).glob("*.xml"))}
    listed = {part: lists / f"{name}.txt" for part, name in LISTS.items() if (lists / f"{name}.txt").is_file()}
    if "train" not in listed:
        return {"train": [read_xml(path, folder) for path in annotations.values()]}
    return {part: [*of_list(path, annotations, folder)] for part, path in listed.items()}


def of_list(path: Path, annotations: dict[str, Path], folder: Path) -> Iterator[Annotated]:
    """The pictures that a list names, one a line."""
    for line, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not row.strip():
            continue
        name = row.split()[0]
        if name not in annotations:
            raise DongshouError(f"{path}, line {line}: there is no {name}.xml. Add it, or take out the line.")
        yield read_xml(annotations[name], folder)


def annotation_folder(folder: Path) -> Path:
    return folder / "Annotations" if (folder / "Annotations").is_dir() else folder


def read_xml(path: Path, folder: Path) -> Annotated:
    """One picture; without any object it has none. Corners are taken as they stand, counted from 0."""
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise DongshouError(f"{path} is not XML that can be read: {error}. Write it again, or take it out.") from None
    things = [thing_in(one, path) for one in root.iter("object")]
    return Annotated(picture_of(root.findtext("filename") or "", path, folder), path, things)


def thing_in(found: ElementTree.Element, path: Path) -> Thing:
    name = (found.findtext("name") or "").strip()
    try:
        left, top, right, bottom = (float(found.findtext(f"bndbox/{edge}") or "") for edge in EDGES)
    except ValueError:
        raise DongshouError(
            f'{path}: the object "{name}" has no bndbox of four numbers, {", ".join(EDGES)}. Mend or remove it.'
        ) from None
    return Thing((left, top, right, bottom), name)


def picture_of(name: str, path: Path, folder: Path) -> Path:
    """The picture that an annotation names, else the one of the annotation's own name."""
    for directory in (folder / "JPEGImages", folder / "images", path.parent):
        candidates = [directory / name] if name else []
        candidates += [directory / f"{path.stem}{suffix}" for suffix in sorted(SUFFIXES)]
        if found := next((candidate for candidate in candidates if candidate.is_file()), None):
            return found
    raise DongshouError(f"{path} names the picture {name or path.stem}, which is not there. Add it, or take it out.")
