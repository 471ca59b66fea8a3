"""Any folder of pictures with boxes as a data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from dongshou.data.batches import Augmentation, Batches, seeded_generator
from dongshou.data.images.annotated.coco import json_files, read_coco
from dongshou.data.images.annotated.pictures import Annotated, AnnotatedFolder, classes_in
from dongshou.data.images.annotated.voc import is_voc, read_voc
from dongshou.data.images.annotated.yolo import is_yolo, read_yolo
from dongshou.data.images.folder import known_classes
from dongshou.data.images.photos import Letterboxed
from dongshou.data.images.pixels import Normalize, ToFloat, check_size, evaluation_batch
from dongshou.data.set_aside import rows_set_aside
from dongshou.data.sources.download import hash_of_files
from dongshou.data.sources.files import FilesNotFound
from dongshou.data.splits import Splits
from dongshou.errors import DongshouError, UsageError


def read_annotated(
    folder: str | Path, classes: Sequence[str] | None = None, *, valid: float = 0.2, seed: int = 0
) -> AnnotatedFolder:
    """Find the pictures of a folder and their boxes; no picture is opened yet.

    folder   in the form of Pascal VOC (Annotations/*.xml), COCO (*.json) or YOLO (labels/*.txt, data.yaml)
    classes  the names of the classes, in the order of their numbers; else those that the folder names
    valid    share of the pictures that is set aside, drawn by `seed`, where the folder has no part for validation or
             test; 0 sets nothing aside

    Raises FilesNotFound without that folder, DongshouError for one in no such form, for annotations that cannot be
    read, pictures that are missing, a class that is not in the list, or no box at all.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FilesNotFound(f"There is no folder {folder}; check the path.")
    parts, named = read_parts(folder)
    parts = {part: pictures for part, pictures in parts.items() if pictures}
    if "train" not in parts:
        raise DongshouError(f"{folder} has no pictures to learn from; it has {', '.join(parts) or 'none at all'}.")
    if valid and set(parts) == {"train"}:
        if len(parts["train"]) < 2:
            raise UsageError(f"{folder} has a single picture: one to learn from and one to be measured on are needed.")
        found = parts["train"]
        stay, aside = rows_set_aside(len(found), valid, seed)
        parts = {"train": [found[row] for row in stay], "valid": [found[row] for row in aside]}
    return AnnotatedFolder(parts, classes_in(parts, classes or named))


def read_parts(folder: Path) -> tuple[Mapping[str, Sequence[Annotated]], Sequence[str] | None]:
    """The pictures of each part, and the classes where the form names them."""
    if is_voc(folder):
        return read_voc(folder), None
    if is_yolo(folder):
        return read_yolo(folder)
    if json_files(folder):
        return read_coco(folder)
    raise DongshouError(
        f"{folder} has no boxes in a known form: Annotations/*.xml (Pascal VOC), *.json (COCO), or labels/*.txt beside"
        " images/ (YOLO)."
    )


def load_annotated(
    folder: str | Path,
    batch_size: int = 16,
    *,
    size: int | tuple[int, int],
    classes: Sequence[str] | None = None,
    valid: float = 0.2,
    normalize: Normalize | None = None,
    augment: Augmentation | None = None,
    name: str | None = None,
    seed: int = 0,
) -> Splits:
    """Pictures with boxes of a folder: (batch, 3, height, width) in [0, 1] and `Boxes`, in train, valid and test.

    size     (height, width) in pixels, or the side of a square: pictures are fitted into it whole, with grey around
    classes, valid, seed  see `read_annotated`
    normalize, augment    see `load_images`

    The annotations are read now, the pictures when the first batch is asked for. Raises as `read_annotated` does.
    """
    height, width = (size, size) if isinstance(size, int) else size
    check_size(height)
    check_size(width)
    transform, generator = ToFloat(normalize, channels=3), seeded_generator()
    known = cache(lambda: read_annotated(folder, classes, valid=valid, seed=seed))

    def batches(part: str) -> Batches:
        pixels, boxes = known().read(part, (height, width))
        if part == "train":
            return Batches(
                pixels,
                boxes,
                batch_size=min(batch_size, len(pixels)),
                shuffle=True,
                transform=transform,
                augment=augment,
                generator=generator,
            )
        return Batches(
            pixels, boxes, batch_size=evaluation_batch(2 * max(height, width), len(pixels)), transform=transform
        )

    names, parts = names_and_parts(known)
    return Splits(
        train=lambda: batches("train"),
        valid=(lambda: batches("valid")) if "valid" in parts else None,
        test=(lambda: batches("test")) if "test" in parts else None,
        name=name or Path(folder).name,
        classes=names,
        shape=(3, height, width),
        transform=transform,
        photos=Letterboxed(height, width),
        files=lambda: fingerprints(known()),
    )


def names_and_parts(known: Callable[[], AnnotatedFolder]) -> tuple[tuple[str, ...], Sequence[str]]:
    """The classes and parts of the folder; where it is away, the classes that the run has recorded."""
    try:
        return known().classes, [*known().parts]
    except FilesNotFound:
        if classes := known_classes():
            return classes, []
        raise


def fingerprints(folder: AnnotatedFolder) -> dict[str, str]:
    """One sha256 of the names and contents of all pictures and annotations of each part."""
    found = {}
    for part, pictures in folder.parts.items():
        paths = sorted({path for one in pictures for path in (one.path, one.where)})
        found[f"{part} pictures"] = hash_of_files((path.name, path) for path in paths)
    return found
