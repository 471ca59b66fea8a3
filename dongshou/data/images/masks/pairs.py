"""Which mask of a folder belongs to which picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dongshou.data.images.labels import counted, pictures_in
from dongshou.data.images.masks.palette import VOID_NAME, Palette
from dongshou.data.images.masks.read import NUMBERED, open_mask
from dongshou.data.set_aside import rows_set_aside
from dongshou.data.targets import VOID
from dongshou.data.text.file import read_text
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import note

ENDINGS = ("", "_mask", "-mask", "_label", "_labels", "_gt", "_seg", "_L", "_labelIds")  # of the names of masks
VOC_FOLDERS = {"pictures": "JPEGImages", "masks": "SegmentationClass", "lists": "ImageSets/Segmentation"}

Pair = tuple[Path, Path]  # a picture and its mask


def pairs_in(images: Path, masks: Path) -> list[Pair]:
    """The pictures that have a mask of their name, or of their name and an ending such as _mask, with it.

    A note says how many pictures have none. Raises DongshouError for masks without a picture, and as `pictures_in`.
    """
    if images.resolve() == masks.resolve():
        raise UsageError(f"Pictures and masks lie in two folders; got {images} for both.")
    pictures, by_id = pictures_in(images), pictures_in(masks)
    named = {one: found for one, found in ((one, picture_of(one, pictures)) for one in by_id) if found is not None}
    if lonely := [path.name for one, path in by_id.items() if one not in named]:
        raise DongshouError(
            f"{masks} holds {counted(lonely, 'mask')} without a picture of that name in {images}."
            " Add the pictures, or move the masks elsewhere."
        )
    if twice := sorted({one for one in named.values() if [*named.values()].count(one) > 1}):
        raise DongshouError(f"{masks} holds several masks for {counted(twice, 'picture')}. Keep one of each.")
    if without := [path.name for one, path in pictures.items() if one not in named.values()]:
        note(f"{images}: {counted(without, 'picture')} without a mask left out.")
    return [(pictures[picture], by_id[mask]) for mask, picture in named.items()]


def picture_of(mask: str, pictures: dict[str, Path]) -> str | None:
    """The id of the picture that a mask of this id belongs to."""
    for ending in ENDINGS:
        if mask.endswith(ending) and (name := mask.removesuffix(ending)) in pictures:
            return name
    return None


def is_voc(folder: Path) -> bool:
    """Whether a folder is laid out as Pascal VOC is."""
    return all((folder / name).is_dir() for name in VOC_FOLDERS.values())


def voc_pairs(folder: Path, part: str) -> list[Pair]:
    """The pairs of a list of Pascal VOC, train or val. Raises DongshouError for one whose file is missing."""
    lists = folder / VOC_FOLDERS["lists"] / f"{part}.txt"
    if not lists.is_file():
        raise DongshouError(f"There is no list {lists}; Pascal VOC has train.txt and val.txt there.")
    pairs = [
        (folder / VOC_FOLDERS["pictures"] / f"{name}.jpg", folder / VOC_FOLDERS["masks"] / f"{name}.png")
        for name in read_text(lists).split()
    ]
    check_there(pairs, lists)
    return pairs


def check_there(pairs: list[Pair], where: Path) -> None:
    """Raise DongshouError for an empty list of pairs, and for a file that is missing."""
    if not pairs:
        raise DongshouError(f"{where} names no picture.")
    if missing := [str(path) for pair in pairs for path in pair if not path.is_file()]:
        raise DongshouError(f"{where} names {counted(missing, 'file')} not there. Put them back, or shorten it.")


def palette_by_numbers(pairs: list[Pair]) -> Palette:
    """Classes named by the numbers that the masks hold, from 0 to the largest one below 255, which is void.

    Raises DongshouError for masks in colour, whose classes nobody has named.
    """
    largest = 0
    for _, path in pairs:
        mask = open_mask(path)
        if mask.mode not in NUMBERED:
            raise DongshouError(
                f"{path} is in colour: name the classes with their colours, `voc` or a text file with a line"
                f" `name, red, green, blue` for each and one for {VOID_NAME}."
            )
        numbers = np.asarray(mask).astype(np.int64)
        largest = max(largest, int(numbers.max(initial=0, where=numbers < VOID)))
    return Palette(tuple(map(str, range(largest + 1))))


@dataclass(frozen=True)
class Parts:
    """Pairs of each part, not yet read, and what their masks mean."""

    train: list[Pair]
    valid: list[Pair]
    test: list[Pair]
    palette: Palette


def held_out(pairs: list[Pair], share: float, seed: int, where: Path) -> tuple[list[Pair], list[Pair]]:
    """The pairs that stay and the share held out, at least one of each. Raises UsageError where that cannot be."""
    if not 0 <= share < 1:
        raise UsageError(f"The share to set aside is from 0 to below 1; got {share}.")
    if not share:
        return pairs, []
    if len(pairs) < 2:
        raise UsageError(
            f"{where} holds one picture with a mask: at least two are needed, one to learn from and one held out."
            " Add some, or hold out nothing with --valid 0."
        )
    stay, aside = rows_set_aside(len(pairs), share, seed)
    return [pairs[row] for row in stay], [pairs[row] for row in aside]
