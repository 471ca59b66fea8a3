"""What the numbers or the colours of a mask mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dongshou.data.sources.files import FilesNotFound
from dongshou.data.targets import VOID
from dongshou.data.text.file import read_text
from dongshou.errors import DongshouError, UsageError

Color = tuple[int, int, int]  # red, green, blue, 0..255

VOID_NAME = "void"
VOC_CLASSES = (
    *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("dining table", "dog", "horse", "motorbike", "person", "potted plant", "sheep", "sofa", "train", "tv/monitor"),
)


@dataclass(frozen=True)
class Palette:
    """The classes of the masks of a set.

    names   of the classes, in the order of their numbers
    colors  of each class in masks in colour; none where they have numbers alone
    void    the number of pixels that no class is known of, besides 255
    void_color  their colour, where they have one

    Raises UsageError for other numbers of names and colours, or for names or colours that come twice.
    """

    names: tuple[str, ...]
    colors: tuple[Color, ...] = ()
    void: int = VOID
    void_color: Color | None = None

    def __post_init__(self) -> None:
        if self.colors and len(self.colors) != len(self.names):
            raise UsageError(
                f"A palette has a colour for each class or none; got {len(self.colors)} for {len(self.names)} classes."
            )
        used = [*self.colors, *([self.void_color] if self.void_color else [])]
        for what in (self.names, used):
            if twice := sorted({str(one) for one in what if list(what).count(one) > 1}):
                raise UsageError(f"Each class of a palette has a name and a colour of its own; {twice[0]} comes twice.")
        if not 1 <= len(self.names) <= VOID:
            raise UsageError(f"Masks have from 1 to {VOID} classes; got {len(self.names)}.")


def voc_color(number: int) -> Color:
    """The colour of a class in the masks of Pascal VOC: the bits of its number, dealt out to red, green and blue.

    Bits 0, 1, 2 are the highest bits of red, green and blue, bits 3, 4, 5 the next ones, and so on.

    >>> voc_color(1), voc_color(255)
    ((128, 0, 0), (224, 224, 192))
    """
    red, green, blue = (
        sum((number >> (3 * place + channel) & 1) << (7 - place) for place in range(8)) for channel in range(3)
    )
    return red, green, blue


def voc_palette() -> Palette:
    """Pascal VOC: twenty kinds of things and the background (Everingham et al., 2010); contours are void."""
    colors = tuple(voc_color(number) for number in range(len(VOC_CLASSES)))
    return Palette(VOC_CLASSES, colors, VOID, voc_color(VOID))


def read_palette(path: Path) -> Palette:
    """The classes of a text file, one a line, in the order of their numbers: `road`, or `road, 128, 64, 128`.

    The line `void` says which number, or which colour, no class is known of. Raises DongshouError, naming the line,
    where a colour is none, or only some classes have one.
    """
    if not path.is_file():
        raise FilesNotFound(f"There is no file {path}: the classes are voc, or a text file with one a line.")
    lines = [line.strip() for line in read_text(path).splitlines() if line.strip()]
    entries = [entry_of(line, number, path) for number, line in enumerate(lines, 1)]
    names = [name for name, _ in entries]
    void = names.index(VOID_NAME) if VOID_NAME in names else None
    if void is not None and void != len(names) - 1 and entries[void][1] is None:
        raise DongshouError(f"{path}: the line {VOID_NAME} comes last; the numbers of the classes have no gap.")
    classes = [entry for entry in entries if entry[0] != VOID_NAME]
    colors = [color for _, color in classes if color is not None]
    if colors and len(colors) != len(classes):
        raise DongshouError(f"{path}: {len(colors)} of {len(classes)} classes have a colour. Give all of them one.")
    return Palette(
        tuple(name for name, _ in classes),
        tuple(colors),
        VOID if void is None else void,
        None if void is None else entries[void][1],
    )


def entry_of(line: str, number: int, path: Path) -> tuple[str, Color | None]:
    name, *levels = (part.strip() for part in line.split(","))
    if not levels:
        return name, None
    if len(levels) != 3 or not all(level.isdecimal() and int(level) <= 255 for level in levels):
        raise DongshouError(
            f"{path}, line {number}: a class is a name, or a name and red, green, blue from 0 to 255, separated by"
            f" commas; got {line!r}."
        )
    red, green, blue = map(int, levels)
    return name, (red, green, blue)


def palette_of(classes: str | Path | Sequence[str] | Palette) -> Palette:
    """`voc`, a file of classes, or their names."""
    if isinstance(classes, Palette):
        return classes
    if isinstance(classes, (str, Path)):
        return voc_palette() if str(classes) == "voc" else read_palette(Path(classes))
    return Palette(tuple(classes))
