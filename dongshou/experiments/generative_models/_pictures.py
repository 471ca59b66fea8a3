"""What networks that draw learn from: a registered set of images by name, or any folder of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from dongshou.data import Splits, load_images
from dongshou.data.images.load import IMAGE_SETS
from dongshou.data.images.olivetti import load_olivetti
from dongshou.data.images.unlabelled import load_pictures
from dongshou.data.sources.files import fingerprints
from dongshou.errors import UsageError, did_you_mean
from dongshou.models.trained_lenet import fingerprint

Drawn = Annotated[str, "digits, mnist, fashion-mnist, cifar10, cifar10-tiny or olivetti; or a folder of pictures"]

AS_TANH = 0.5, 0.5  # mean and standard deviation that make -1..1 of 0..1
OLIVETTI = "olivetti"
IN_COLOR = "cifar10"  # whose LeNet judges what has none of its own


def drawn_from(data: str, batch_size: int, size: int, *, as_tanh: bool = True) -> Splits:
    """Pictures (batch, channels, size, size) of values -1..1, or 0..1, with their classes where they have some.

    What they are judged by is among the hashes of the record. Raises UsageError for a name of neither kind.
    """
    normalize = AS_TANH if as_tanh else None
    if data in IMAGE_SETS:
        splits = load_images(data, batch_size, size=size, normalize=normalize)
    elif data == OLIVETTI:
        splits = load_olivetti(batch_size, size=size, normalize=normalize)
    elif Path(data).is_dir():
        splits = load_pictures(data, batch_size, size=size, normalize=normalize)
    else:
        known = ", ".join([*IMAGE_SETS, OLIVETTI])
        meant = did_you_mean(data, IMAGE_SETS)
        raise UsageError(f'"{data}" is no folder, and no image set either; there are {known}.{meant}')
    files = splits.files
    read = (lambda: fingerprints(files)) if isinstance(files, str) else files or dict
    splits.files = lambda: read() | fingerprint(eyes_for(data))
    return splits


def eyes_for(data: str) -> str:
    """The data set whose LeNet judges pictures like these."""
    return data if data in ("digits", "mnist", "fashion-mnist") else IN_COLOR
