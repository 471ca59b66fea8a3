"""Pictures with boxes as their files have them, before any picture is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from dongshou.data.images.files import on_white, open_picture
from dongshou.data.images.letterbox import Fit, fitted
from dongshou.data.targets import Boxes
from dongshou.errors import DongshouError, did_you_mean
from dongshou.notes import note

Corners = tuple[float, float, float, float]


class Thing(NamedTuple):
    """A box in a picture, and what is in it.

    corners  left, top, right, bottom in pixels of the picture; in shares of its sides where `is_share`
    """

    corners: Corners
    name: str
    is_crowd: bool = False


@dataclass(frozen=True)
class Annotated:
    """A picture, and what is in it: nothing perhaps.

    path      of the picture
    where     the file that says what is in it
    is_share  whether the corners are shares of its width and height
    """

    path: Path
    where: Path
    things: Sequence[Thing]
    is_share: bool = False


@dataclass(frozen=True)
class AnnotatedFolder:
    """The pictures of each part of a folder, train at least, and the names of the classes in order."""

    parts: Mapping[str, Sequence[Annotated]]
    classes: tuple[str, ...]

    def read(self, part: str, size: tuple[int, int]) -> tuple[Tensor, Boxes]:
        """The pictures at size (height, width), uint8 (n, 3, height, width), and their boxes in these.

        Boxes are cut to their pictures; those outside of them, of no area or with their edges exchanged are left out,
        which is said once. Raises DongshouError for a picture that is no image.
        """
        return read_pictures(self.parts[part], self.classes, size, part)


@dataclass
class Mended:
    """What was wrong with boxes, how often, and where first."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, Path] = field(default_factory=dict)

    def add(self, what: str, where: Path) -> None:
        self.counts[what] += 1
        self.first.setdefault(what, where)

    def tell(self, part: str) -> None:
        for what, count in self.counts.items():
            note(f"Boxes of the {part} pictures {what}: {count:,}, the first in {self.first[what].name}.")


CUT = "reach beyond their picture and are cut off at its edge"
OUTSIDE = "lie outside of their picture and are left out"
EXCHANGED = "have their right edge left of the left one, or the bottom above the top, and are left out"
NO_AREA = "have no area and are left out"


def read_pictures(
    pictures: Sequence[Annotated], classes: tuple[str, ...], size: tuple[int, int], part: str
) -> tuple[Tensor, Boxes]:
    """As `AnnotatedFolder.read`, decoded by several threads."""
    pixels = torch.empty(len(pictures), 3, *size, dtype=torch.uint8)
    numbers = {name: number for number, name in enumerate(classes)}
    corners, labels, crowds, mended = [], [], [], Mended()
    with ThreadPoolExecutor() as threads:  # decoding releases Python's lock
        opened = threads.map(partial(_opened, size=size), pictures)
        for index, (picture, (image, fit, sides)) in enumerate(zip(pictures, opened, strict=True)):
            pixels[index] = image
            things = [*within(picture, sides, mended)]
            boxes = torch.tensor([thing.corners for thing in things]).reshape(-1, 4)
            corners.append(fit.moved(boxes))
            labels.append([numbers[thing.name] for thing in things])
            crowds.append([thing.is_crowd for thing in things])
    mended.tell(part)
    return pixels, Boxes.of(corners, labels, crowds if any(map(any, crowds)) else None)


def _opened(picture: Annotated, size: tuple[int, int]) -> tuple[Tensor, Fit, tuple[int, int]]:
    """Its pixels at that size, where it lies in them, and its own width and height."""
    photo = on_white(open_picture(picture.path))
    pixels, fit = fitted(photo, size)
    return pixels, fit, photo.size


def within(picture: Annotated, sides: tuple[int, int], mended: Mended) -> Iterator[Thing]:
    """The boxes that can be learnt from, in pixels, within a picture of that width and height."""
    width, height = sides
    scale = (width, height, width, height) if picture.is_share else (1, 1, 1, 1)
    for thing in picture.things:
        left, top, right, bottom = (edge * factor for edge, factor in zip(thing.corners, scale, strict=True))
        cut = max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height))
        if right < left or bottom < top:
            mended.add(EXCHANGED, picture.where)
        elif right == left or bottom == top:
            mended.add(NO_AREA, picture.where)
        elif cut[2] <= cut[0] or cut[3] <= cut[1]:
            mended.add(OUTSIDE, picture.where)
        else:
            if max(abs(a - b) for a, b in zip(cut, (left, top, right, bottom), strict=True)) >= 1:
                mended.add(CUT, picture.where)
            yield thing._replace(corners=cut)


def classes_in(parts: Mapping[str, Sequence[Annotated]], given: Sequence[str] | None) -> tuple[str, ...]:
    """Those given; else all that occur, in order of the alphabet.

    Raises DongshouError for a class that is not among those given, and where nothing is annotated at all.
    """
    pictures = [picture for part in parts.values() for picture in part]
    names = {thing.name for picture in pictures for thing in picture.things}
    if given is None:
        if not names:
            raise DongshouError(
                "None of the pictures has a box: there is nothing to learn from. Check the annotations."
            )
        return tuple(sorted(names))
    for picture in pictures:
        for thing in picture.things:
            if thing.name not in given:
                raise DongshouError(
                    f'{picture.where} has the class "{thing.name}", which is none of {", ".join(given)}.'
                    f"{did_you_mean(thing.name, given)}"
                )
    return tuple(given)


def check_picture(path: Path, where: Path) -> Path:
    """Raise DongshouError where a picture that is annotated is not there."""
    if not path.is_file():
        raise DongshouError(f"{where} names the picture {path}, which is not there. Add it, or take out its entry.")
    return path
