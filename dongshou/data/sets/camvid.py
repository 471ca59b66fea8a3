"""CamVid: streets seen from a car, each pixel one of eleven classes (Brostow et al., 2009).

The cut of SegNet's authors (Badrinarayanan et al., 2017), 480x360: of every tenth picture, 37 to learn from, 11 to
validate and every twelfth, 20, to test on.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dongshou.data.batches import Augmentation
from dongshou.data.images.masks.load import splits_of
from dongshou.data.images.masks.pairs import Pair, Parts, check_there
from dongshou.data.images.masks.palette import Palette
from dongshou.data.images.masks.read import Size
from dongshou.data.images.pixels import Normalize
from dongshou.data.sources.files import path_of
from dongshou.data.splits import Splits
from dongshou.data.text.file import read_text

CLASSES = (
    *("sky", "building", "pole", "road", "pavement", "tree"),
    *("sign", "fence", "car", "pedestrian", "bicyclist"),
)
UNLABELLED = 11  # in the masks
LISTS = {"train": "train.txt", "valid": "val.txt", "test": "test.txt"}
SIZE: Size = (360, 480)


def load_camvid(
    batch_size: int = 4,
    *,
    size: Size = SIZE,
    normalize: Normalize | None = None,
    augment: Augmentation | None = None,
) -> Splits:
    """(batch, 3, height, width) in [0, 1] and a Mask, scaled to fit into `size`; see `load_images`.

    Raises FilesNotFound where the set is not on this machine, DongshouError where a picture of it is missing.
    """
    return splits_of(cache(parts), batch_size, name="camvid", size=size, normalize=normalize, augment=augment)


def parts() -> Parts:
    train, valid, test = (listed(path_of("camvid", name)) for name in LISTS.values())
    return Parts(train, valid, test, Palette(CLASSES, void=UNLABELLED))


def listed(path: Path) -> list[Pair]:
    """The pairs that a list names, by their paths beside it."""
    pairs = []
    for line in read_text(path).split("\n"):
        if line.strip():
            picture, mask = line.split()
            pairs.append((path.parent / picture, path.parent / mask))
    check_there(pairs, path)
    return pairs
