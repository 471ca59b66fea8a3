"""Segmentation: a class for each pixel of a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torch.optim import Optimizer

from dongshou.data.targets import VOID, Mask
from dongshou.errors import DongshouError, kind_of
from dongshou.models.summary.watch import evaluating
from dongshou.tasks import answers
from dongshou.tasks.asking import AskedWith, Question, given
from dongshou.tasks.losses import batch_loss, check_loss
from dongshou.tasks.pictures.segmented import of_segmentation
from dongshou.tasks.pixel_measures import confusion
from dongshou.tasks.quantity import Quantities
from dongshou.tasks.task import descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.answers import Answer

Batch = tuple[Tensor, Mask]


def pixel_loss() -> nn.CrossEntropyLoss:
    """-log p(class) of each pixel; a batch of void alone is 0, where the mean of torch's would be 0/0."""
    return nn.CrossEntropyLoss(ignore_index=VOID, reduction="none")


@dataclass
class Segmentation:
    """The model gives logits (batch, classes, height, width); the targets are a Mask.

    Void pixels count neither in the loss nor in what is measured: pixel_accuracy, the share of pixels that are given
    their class, and miou, the mean over the classes of intersection over union (Everingham et al., 2010).
    """

    loss: nn.Module = field(default_factory=pixel_loss)
    headline: str = "miou"
    asked_with: AskedWith = "image"

    def __post_init__(self) -> None:
        check_loss(self.loss)

    def step(self, model: nn.Module, batch: Batch, optimizer: Optimizer) -> Quantities:
        images, mask = batch
        logits = model(images)  # (batch, classes, height, width)
        classes = self.known(mask)
        loss = batch_loss(self.loss, logits, classes)
        descend(loss.value, optimizer)
        return {"loss": loss.quantity, "confusion": confusion(logits, classes, self.void)}

    def measure(self, model: nn.Module, batch: Batch) -> Quantities:
        images, mask = batch
        logits = model(images)
        classes = self.known(mask)
        loss = batch_loss(self.loss, logits, classes).quantity
        return {"loss": loss, "confusion": confusion(logits, classes, self.void)}

    @property
    def void(self) -> int:
        """The class that the loss leaves out."""
        return getattr(self.loss, "ignore_index", VOID)

    def known(self, mask: Any) -> Tensor:
        """The class of each pixel, `void` where none is known: int64 (batch, height, width).

        Raises DongshouError for targets that are no Mask.
        """
        if not isinstance(mask, Mask):
            raise DongshouError(f"Segmentation learns from a Mask; got {kind_of(mask)}: write Mask(classes).")
        classes = mask.classes.long()
        return classes if mask.void == self.void else classes.masked_fill(classes == mask.void, self.void)

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """The most probable class of each pixel: (batch, height, width)."""
        return model(inputs).argmax(1)

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        yield from of_segmentation(self, model, data)

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> answers.Mask:
        """Of the whole photo, at its own size."""
        asked = given(self.asked_with, data, question, model)
        photo = asked.things[0].frame.photo
        with evaluating(model):
            logits = model(asked.inputs).float()
        return answers.Mask(photo, most_probable(logits, (photo.height, photo.width)), data.classes)

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())


def most_probable(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """The class of each pixel of a picture of another size, whose logits lie between those of (1, classes, h, w).

    A class at a time: all the logits of a photo of a camera would take gigabytes.
    """
    highest = logits.new_full(size, -torch.inf)
    classes = torch.zeros(size, dtype=torch.int64, device=logits.device)
    for number, one in enumerate(logits[0]):
        enlarged = interpolate(one[None, None], size, mode="bilinear", align_corners=False)[0, 0]  # (height, width)
        classes.masked_fill_(enlarged > highest, number)
        highest = enlarged.maximum(highest)
    return classes
