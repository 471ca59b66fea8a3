"""The faces of Olivetti: ten portraits of each of 40 people, 64x64, grey (AT&T Laboratories Cambridge, 1994)."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any

import torch
from torch import Tensor

from dongshou.data.batches import Batches, seeded_generator
from dongshou.data.images.pixels import Normalize, ToFloat, check_size, evaluation_batch, scaled
from dongshou.data.splits import Splits
from dongshou.errors import DongshouError

TEST_PEOPLE = 5  # the last ones, of whom nobody is learnt


def load_olivetti(batch_size: int = 32, *, size: int = 64, normalize: Normalize | None = None) -> Splits:
    """Faces (batch, 1, size, size) in [0, 1]: those of 35 people in train, of five others in test.

    scikit-learn fetches them when the first batch is asked for. Raises DongshouError where it cannot, UsageError for a
    size below 1.
    """
    check_size(size)
    transform, generator = ToFloat(normalize, channels=1), seeded_generator()

    def batches(part: str) -> Batches:
        faces, people = fetched()
        is_test = people >= people.max() + 1 - TEST_PEOPLE
        pixels = scaled(faces[is_test if part == "test" else ~is_test], size)
        if part == "test":
            return Batches(pixels, batch_size=evaluation_batch(size, len(pixels)), transform=transform)
        return Batches(pixels, batch_size=batch_size, shuffle=True, transform=transform, generator=generator)

    return Splits(
        train=lambda: batches("train"),
        test=lambda: batches("test"),
        name="olivetti",
        shape=(1, size, size),
        transform=transform,
        files=lambda: {"olivetti pixels": sha256(fetched()[0].numpy().tobytes()).hexdigest()},
    )


@cache
def fetched() -> tuple[Tensor, Tensor]:
    """The pixels, uint8 (400, 1, 64, 64), and the number of each person (400,)."""
    from sklearn.datasets import fetch_olivetti_faces  # here: importing scikit-learn takes a second

    try:
        faces: Any = fetch_olivetti_faces()
    except OSError as error:  # no network, a damaged file
        raise DongshouError(
            f"scikit-learn cannot fetch the faces of Olivetti: {error}. Take a folder of faces with --data FOLDER."
        ) from None
    pixels = torch.tensor(faces.images).mul(255).round().to(torch.uint8)[:, None]
    return pixels, torch.tensor(faces.target)
