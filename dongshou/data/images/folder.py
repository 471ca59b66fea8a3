"""Any folder of pictures with labels as a data set: your own, or that of a Kaggle competition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from dongshou.data.batches import Augmentation, Batches, seeded_generator
from dongshou.data.images.files import read_pictures
from dongshou.data.images.labels import has_folders, labels_by_file, labels_by_folder, pictures_in
from dongshou.data.images.photos import InColor
from dongshou.data.images.pixels import Normalize, ToFloat, check_size, evaluation_batch
from dongshou.data.sources.download import hash_of, hash_of_files
from dongshou.data.sources.files import FilesNotFound
from dongshou.data.split_by_class import split_by_class
from dongshou.data.splits import Splits
from dongshou.errors import DongshouError, UsageError


@dataclass(frozen=True, eq=False)
class ImageFolder:
    """The pictures of a folder, not yet read, and what they are.

    ids      names without ending, in Kaggle's order: numbers as numbers
    labels   (n,) numbers of the classes; none where the pictures have no labels
    """

    ids: tuple[str, ...]
    paths: tuple[Path, ...]
    labels: Tensor
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def read(self, size: int) -> Tensor:
        """The pixels, uint8 (n, 3, size, size): of each picture the middle square, upright and in colour.

        Raises DongshouError, naming the file, for one that is no image, cut off or too small; UsageError for a size
        below 1.
        """
        check_size(size)
        return read_pictures(self.paths, size)

    def rows(self, rows: Sequence[int] | Tensor) -> ImageFolder:
        """Some of the pictures, in this order."""
        chosen = torch.as_tensor(rows, dtype=torch.int64)
        indices: list[int] = chosen.tolist()
        return ImageFolder(
            ids=tuple(self.ids[index] for index in indices),
            paths=tuple(self.paths[index] for index in indices),
            labels=self.labels[chosen] if len(self.labels) else self.labels,
            classes=self.classes,
        )

    def split(self, share: float, seed: int = 0) -> tuple[ImageFolder, ImageFolder]:
        """The pictures that stay and the share set aside, of every class; raises as `split_by_class`."""
        stay, aside = split_by_class(self.labels, share, self.classes, seed)
        return self.rows(stay), self.rows(aside)


def read_image_folder(
    images: str | Path, labels: str | Path | None = None, classes: Sequence[str] | None = None
) -> ImageFolder:
    """Find the pictures of a folder and what they are; no picture is opened yet.

    labels   a CSV file with the columns id and label, as Kaggle has it. Without one, `images` holds a folder
             for each class; or pictures alone, which then have no labels, such as those to submit
    classes  the names of the classes, in the order of their numbers; else those that occur, in order of the alphabet

    Raises DongshouError when pictures and labels do not fit one to one, or a file cannot be a picture.
    """
    pictures, names = _labeled(Path(images), Path(labels) if labels else None)
    classes = tuple(sorted(set(names.values())) if classes is None else classes)
    if strange := sorted(set(names.values()).difference(classes)):
        raise DongshouError(f"{images} has the class {', '.join(strange)}, which is none of {', '.join(classes)}.")
    numbers = {name: number for number, name in enumerate(classes)}
    numbered = torch.tensor([numbers[names[id]] for id in pictures if id in names], dtype=torch.int64)
    return ImageFolder(tuple(pictures), tuple(pictures.values()), numbered, classes)


def _labeled(images: Path, labels: Path | None) -> tuple[dict[str, Path], dict[str, str]]:
    """The pictures, and what class they are of, by id."""
    if labels is not None:
        pictures = pictures_in(images, besides=labels)
        return pictures, labels_by_file(labels, pictures)
    return labels_by_folder(images) if has_folders(images) else (pictures_in(images), {})


def load_image_folder(
    images: str | Path,
    labels: str | Path | None = None,
    batch_size: int = 64,
    *,
    size: int,
    valid: float = 0.1,
    normalize: Normalize | None = None,
    augment: Augmentation | None = None,
    test: str | Path | None = None,
    seed: int = 0,
) -> Splits:
    """Labelled pictures of a folder: (batch, 3, size, size) in [0, 1] and labels (batch,), in train and valid.

    images, labels  see `read_image_folder`; without labels, a folder of each class
    valid           share of every class that is set aside, drawn by `seed`; 0 sets nothing aside
    test            another folder that holds a folder of each class
    normalize, augment  see `load_images`

    The pictures are read when the first batch is asked for. Raises DongshouError when pictures and labels do not
    fit, or a class has too few of them to be on both sides; UsageError for a size below 1.
    """
    check_size(size)
    transform, generator = ToFloat(normalize, channels=3), seeded_generator()
    parts = cache(lambda: _parts(images, labels, valid, test, seed))

    def batches(part: str) -> Batches:
        folder = parts()[part]
        pixels = folder.read(size)
        if part == "train":
            return Batches(
                pixels,
                folder.labels,
                batch_size=min(batch_size, len(folder)),
                shuffle=True,
                transform=transform,
                augment=augment,
                generator=generator,
            )
        return Batches(pixels, folder.labels, batch_size=evaluation_batch(size, len(folder)), transform=transform)

    return Splits(
        train=lambda: batches("train"),
        valid=(lambda: batches("valid")) if valid else None,
        test=(lambda: batches("test")) if test else None,
        name=Path(images).name,
        classes=classes_or_recorded(lambda: parts()["train"].classes),
        shape=(3, size, size),
        transform=transform,
        photos=InColor(size),
        files=lambda: _fingerprints(parts(), labels),
    )


_classes_of_run: ContextVar[tuple[str, ...]] = ContextVar("classes_of_run", default=())


@contextmanager
def folder_may_be_away(classes: Sequence[str]) -> Iterator[None]:
    """Within it, a folder that is not on this machine has these classes: so that a trained model can be rebuilt."""
    token = _classes_of_run.set(tuple(classes))
    try:
        yield
    finally:
        _classes_of_run.reset(token)


def known_classes() -> tuple[str, ...]:
    """The classes that are known of a folder which may be away; none where it has to be there."""
    return _classes_of_run.get()


def classes_or_recorded(find: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """The classes that are found in a folder; where it is away, those that the run has recorded."""
    try:
        return find()
    except FilesNotFound:
        if known := known_classes():
            return known
        raise


def _parts(
    images: str | Path, labels: str | Path | None, valid: float, test: str | Path | None, seed: int
) -> dict[str, ImageFolder]:
    """The pictures of each split."""
    whole = read_image_folder(images, labels)
    if len(whole.classes) < 2:
        raise UsageError(
            f"{images} needs labels of at least two classes to learn from; it has {len(whole.classes)}."
            " Name a CSV file of labels, or a folder that holds a folder for each class."
        )
    parts = {"train": whole}
    if valid:
        parts["train"], parts["valid"] = whole.split(valid, seed)
    if test:
        parts["test"] = read_image_folder(test, classes=whole.classes)
        if len(parts["test"].labels) == 0:
            raise UsageError(
                f"{test} has no labels: a test needs a folder for each class. Use read_image_folder to predict for it."
            )
    return parts


def hash_of_pictures(folder: ImageFolder) -> str:
    """One sha256 of the names and contents of all its pictures."""
    return hash_of_files(sorted(zip(folder.ids, folder.paths, strict=True)))


def _fingerprints(parts: dict[str, ImageFolder], labels: str | Path | None) -> dict[str, str]:
    """The sha256 of the labels, and one of the names and contents of all pictures of each split."""
    found = {Path(labels).name: hash_of(Path(labels))} if labels else {}
    for part, folder in parts.items():
        found[f"{part} pictures"] = hash_of_pictures(folder)
    return found
