"""Digit scenes as a data set with boxes or masks, generated from a seed: nothing to download."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from dongshou.data.batches import Augmentation, Batches, seeded_generator
from dongshou.data.images.photos import Letterboxed, Whole
from dongshou.data.images.pixels import Normalize, ToFloat, check_size, evaluation_batch
from dongshou.data.images.scenes.draw import Scene, draw_scene
from dongshou.data.images.scenes.layout import random_layout
from dongshou.data.sets import digits
from dongshou.data.splits import Splits
from dongshou.data.targets import Boxes, Mask
from dongshou.errors import UsageError

NAME = "digit-scenes"
GROUND = "background"  # the class 0 of a mask
SMALLEST = 32  # pixels: a digit of a fifth of it has six
SEEDS = {"train": 0, "test": 1}

Part = Literal["train", "test"]


class Scenes(NamedTuple):
    """Pictures uint8 (n, 3, size, size) and all that is known of them."""

    pixels: Tensor
    boxes: Boxes
    mask: Mask


def load_scenes(
    targets: Literal["boxes", "mask"] = "boxes",
    batch_size: int = 32,
    *,
    size: int = 96,
    num_train: int = 2000,
    num_test: int = 500,
    most: int = 5,
    normalize: Normalize | None = None,
    augment: Augmentation | None = None,
) -> Splits:
    """Handwritten digits on photographs: (batch, 3, size, size) in [0, 1], and their Boxes or their Mask.

    targets  boxes around the digits, whose classes are 0..9; or a mask of the classes background, 0, ..., 9
    most     digits in one scene, at least one
    normalize, augment  see `load_images`

    The scenes are the same each time; those of the test have other handwriting and another part of the photographs.
    Raises UsageError for a size below 32, for no scenes, or for no digits.
    """
    check_size(size)
    if size < SMALLEST:
        raise UsageError(f"Digit scenes need pictures of at least {SMALLEST}x{SMALLEST} pixels; got size={size}.")
    if min(num_train, num_test, most) < 1:
        raise UsageError(f"Digit scenes need at least 1 of each; got {num_train=}, {num_test=}, {most=}.")
    transform, generator = ToFloat(normalize, channels=3), seeded_generator()

    def batches(part: Part) -> Batches:
        scenes = read_scenes(part, num_train if part == "train" else num_test, size, most)
        target = scenes.boxes if targets == "boxes" else scenes.mask
        if part == "train":
            return Batches(
                scenes.pixels,
                target,
                batch_size=min(batch_size, num_train),
                shuffle=True,
                transform=transform,
                augment=augment,
                generator=generator,
            )
        return Batches(scenes.pixels, target, batch_size=evaluation_batch(2 * size, num_test), transform=transform)

    return Splits(
        train=lambda: batches("train"),
        test=lambda: batches("test"),
        name=NAME,
        classes=digits.CLASSES if targets == "boxes" else (GROUND, *digits.CLASSES),
        shape=(3, size, size),
        transform=transform,
        photos=Letterboxed(size, size) if targets == "boxes" else Whole(size),
        files=NAME,
    )


@lru_cache(maxsize=2)
def read_scenes(part: Part, num: int, size: int = 96, most: int = 5) -> Scenes:
    """The first `num` scenes of one part; the same whatever `num` is."""
    generator = torch.Generator().manual_seed(SEEDS[part])
    scenes = [random_scene(size, most, part, generator) for _ in range(num)]
    return Scenes(
        torch.stack([scene.pixels for scene in scenes]),
        Boxes.of([scene.corners for scene in scenes], [scene.labels for scene in scenes]),
        Mask(torch.stack([scene.classes for scene in scenes])),
    )


def random_scene(size: int, most: int, part: Part, generator: torch.Generator) -> Scene:
    return draw_scene(random_layout(size, most, generator), size=size, part=part, generator=generator)
