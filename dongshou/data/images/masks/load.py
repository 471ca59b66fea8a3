"""Any folder of pictures with a folder of their masks as a data set: your own, or Pascal VOC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path

import torch

from dongshou.data.batches import Augmentation, Batches, seeded_generator
from dongshou.data.images.folder import classes_or_recorded
from dongshou.data.images.masks.pairs import Pair, Parts, held_out, is_voc, pairs_in, palette_by_numbers, voc_pairs
from dongshou.data.images.masks.palette import Palette, palette_of, voc_palette
from dongshou.data.images.masks.read import Size, read_pair
from dongshou.data.images.photos import Whole
from dongshou.data.images.pixels import EVALUATION_BATCH, EVALUATION_PIXELS, Normalize, ToFloat, check_size
from dongshou.data.sources.download import hash_of_files
from dongshou.data.sources.files import FilesNotFound
from dongshou.data.splits import Splits
from dongshou.data.targets import Mask
from dongshou.errors import UsageError

LAYERS = 4  # a network that keeps the size of its images needs so many times the memory of one that halves it


def load_masked_images(
    images: str | Path,
    masks: str | Path | None = None,
    batch_size: int = 8,
    *,
    size: Size,
    classes: str | Path | Sequence[str] | None = None,
    valid: float = 0.1,
    normalize: Normalize | None = None,
    augment: Augmentation | None = None,
    seed: int = 0,
) -> Splits:
    """Pictures and the class of each pixel: (batch, 3, height, width) in [0, 1] and a Mask, in train and valid.

    images   a folder of pictures, or without masks the folder VOC2012 of Pascal VOC, which has its own parts
    masks    a folder with a mask of the same name for each, in numbers or in colours
    size     (height, width) that pictures are scaled to fit into; what is left is void
    classes  their names; `voc`; or a text file with one a line, `road` or `road, 128, 64, 128`, and one `void`.
             Without them the numbers in the masks
    valid    share that is held out, drawn by `seed`
    normalize, augment  see `load_images`

    The pictures are read when the first batch is asked for. Raises DongshouError, naming the file, where a mask does
    not fit; UsageError for a size below 1.
    """
    for side in size:
        check_size(side)
    folder = Path(images)
    find = partial(_found, folder, Path(masks) if masks else None, classes, valid, seed)
    return splits_of(cache(find), batch_size, name=folder.name, size=size, normalize=normalize, augment=augment)


def _found(
    images: Path, masks: Path | None, classes: str | Path | Sequence[str] | None, valid: float, seed: int
) -> Parts:
    if masks is None:
        if not is_voc(images):
            raise UsageError(f"{images} is not the folder of Pascal VOC: name a folder of masks with --masks DIR.")
        palette = voc_palette() if classes is None else palette_of(classes)
        return Parts(voc_pairs(images, "train"), [], voc_pairs(images, "val"), palette)
    pairs = pairs_in(images, masks)
    stay, aside = held_out(pairs, valid, seed, images)
    return Parts(stay, aside, [], palette_by_numbers(pairs) if classes is None else palette_of(classes))


def splits_of(
    parts: Callable[[], Parts],
    batch_size: int,
    *,
    name: str,
    size: Size,
    normalize: Normalize | None = None,
    augment: Augmentation | None = None,
) -> Splits:
    """Pairs as a data set. Nothing but their names is read before the first batch is asked for."""
    transform, generator = ToFloat(normalize, channels=3), seeded_generator()
    at_once = max(1, min(EVALUATION_BATCH, EVALUATION_PIXELS // (LAYERS * size[0] * size[1])))

    def batches(part: str) -> Batches:
        found = parts()
        pixels, mask = read_pairs(getattr(found, part), size, found.palette)
        if part != "train":
            return Batches(pixels, mask, batch_size=min(at_once, len(mask)), transform=transform)
        return Batches(
            pixels,
            mask,
            batch_size=min(batch_size, len(mask)),
            shuffle=True,
            transform=transform,
            augment=augment,
            generator=generator,
        )

    def given(part: str) -> Callable[[], Batches] | None:
        return partial(batches, part) if has(parts, part) else None

    return Splits(
        train=lambda: batches("train"),
        valid=given("valid"),
        test=given("test"),
        name=name,
        classes=classes_or_recorded(lambda: parts().palette.names),
        shape=(3, *size),
        transform=transform,
        photos=Whole(min(size)),
        files=lambda: fingerprints_of(parts()),
    )


def has(parts: Callable[[], Parts], part: str) -> bool:
    """Whether there is anything in a part; not where the pictures are away and a trained model is rebuilt."""
    try:
        return bool(getattr(parts(), part))
    except FilesNotFound:
        return False


def read_pairs(pairs: Sequence[Pair], size: Size, palette: Palette) -> tuple[torch.Tensor, Mask]:
    """Pixels uint8 (n, 3, height, width) and their Mask, decoded by several threads. Raises as `read_pair`."""
    with ThreadPoolExecutor() as threads:  # decoding releases Python's lock
        read = list(threads.map(lambda pair: read_pair(pair[0], pair[1], size, palette), pairs))
    return torch.stack([pixels for pixels, _ in read]), Mask(torch.stack([classes for _, classes in read]))


def fingerprints_of(parts: Parts) -> dict[str, str]:
    """One sha256 of the names and contents of all pictures and masks of each part."""
    found = {}
    for part in ("train", "valid", "test"):
        if pairs := getattr(parts, part):
            found[f"{part} pictures and masks"] = hash_of_files((path.name, path) for pair in pairs for path in pair)
    return found
