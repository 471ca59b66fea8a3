"""Steps of augmentation, one after the other: what `Batches` takes as `augment`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dongshou.data.augment.mix import Mixing
from dongshou.data.augment.together import Together, check_target
from dongshou.data.targets import Boxes, Mask, check_plain
from dongshou.errors import UsageError, kind_of

Step = Callable[[Tensor, torch.Generator], Tensor] | Mixing


class Augment:
    """Data augmentation: the steps in their order: images and labels of a batch, changed at random.

    A step maps images (batch, channels, height, width), uint8 or float32 with levels 0..255, to images of that
    shape; float32 where the new values lie between levels. A step that mixes images makes class indices (batch,)
    into shares of the classes (batch, classes). Random numbers come from the generator alone; nothing is changed
    in place. `Boxes` and a `Mask` in the place of the labels, or a tuple of them, move with their pictures, by a step's
    method `together`; plain labels in such a tuple stay.

    >>> Augment(RandomCrop(padding=4), RandomHorizontalFlip())
    Augment(RandomCrop(padding=4, fill=0), RandomHorizontalFlip(p=0.5))

    Raises UsageError for a step that cannot be called, for a batch that holds no images, for boxes or masks that a
    step cannot move or that come as plain tensors.
    """

    def __init__(self, *steps: Step) -> None:
        for step in steps:
            check_step(step)
        self.steps = steps

    def __call__(self, images: Tensor, labels: Any, generator: torch.Generator) -> tuple[Tensor, Any]:
        check_images(images)
        if isinstance(labels, (Boxes, Mask, tuple)):
            check_target(labels, images, self.steps)
            for step in self.steps:
                assert isinstance(step, Together)  # as checked
                images, labels = step.together(images, labels, generator)  # pyright: ignore[reportArgumentType]
            return images, labels
        check_plain(labels)
        for step in self.steps:
            if isinstance(step, Mixing):
                images, labels = step(images, labels, generator)
            else:
                images = step(images, generator)
        return images, labels

    def __repr__(self) -> str:
        return f"Augment({', '.join(map(repr, self.steps))})"


def check_step(step: Any) -> None:
    """Raise UsageError for what is not a step, the bare class of one among them."""
    if isinstance(step, type):
        raise UsageError(f"A step of Augment is an object; got {kind_of(step)}: write {step.__name__}(...).")
    if not callable(step):
        raise UsageError(f"A step of Augment is an object such as RandomCrop(); got {kind_of(step)}.")


def check_images(images: Tensor) -> None:
    """Raise UsageError unless these are grey or colour images with levels 0..255."""
    if images.dim() != 4 or images.shape[1] not in (1, 3) or images.dtype not in (torch.uint8, torch.float32):
        raise UsageError(
            "Augmentation takes uint8 or float32 images (batch, 1 or 3 channels, height, width);"
            f" got {str(images.dtype).removeprefix('torch.')} of shape {tuple(images.shape)}. Leave augment out here."
        )
