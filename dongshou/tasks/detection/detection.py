"""Detection: where in a picture there is something, and what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.data.targets import Boxes
from dongshou.errors import UsageError, kind_of
from dongshou.models.detection.detections import Detections
from dongshou.models.summary.watch import evaluating
from dongshou.tasks import answers
from dongshou.tasks.asking import AskedWith, Question, given
from dongshou.tasks.detection.average_precision import AveragePrecision
from dongshou.tasks.detection.single_shot import Losses, SingleShot
from dongshou.tasks.pictures.detections import of_detection
from dongshou.tasks.quantity import Accumulator, Measured, Quantities, Quantity
from dongshou.tasks.task import descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.data.images.photo_frame import Frame
    from dongshou.drawing import Drawing

SHOWN = 0.5  # score from which on a box is drawn and told


class Method(Protocol):
    """How the outputs of a kind of detector are read and judged.

    shows_truth  whether the model is given the corners of the true boxes beside the pictures it learns from
    """

    @property
    def shows_truth(self) -> bool: ...

    def losses(self, predictions: Any, boxes: Boxes) -> Losses:
        """The parts of the loss, which add up, each as the sum over the batch and its weight."""
        ...

    def detections(self, predictions: Any, size: tuple[int, int]) -> Detections:
        """What was found in pictures of size (height, width)."""
        ...


@dataclass
class Detection:
    """Boxes with a class in pictures (batch, channels, height, width); the batch has `Boxes` beside them.

    The loss is the sum of what the method makes of the model's outputs; `map` and `map50` are mean average precisions.
    """

    num_classes: int
    method: Method = field(default_factory=SingleShot)
    headline: str = "map50"
    asked_with: AskedWith = "image"

    def step(self, model: nn.Module, batch: tuple[Tensor, Boxes], optimizer: Optimizer) -> Quantities:
        images, boxes = checked(batch)
        boxes = boxes.without_crowds()
        predictions = model(images, shown(boxes)) if self.method.shows_truth else model(images)
        losses = self.method.losses(predictions, boxes)
        descend(sum_of(losses), optimizer)
        return quantities_of(losses)

    def measure(self, model: nn.Module, batch: tuple[Tensor, Boxes]) -> Measured:
        images, boxes = checked(batch)
        predictions = model(images)
        losses = self.method.losses(predictions, boxes.without_crowds())
        return quantities_of(losses) | {"map": (self.method.detections(predictions, size_of(images)), boxes)}

    def accumulators(self) -> dict[str, Accumulator]:
        return {"map": AveragePrecision(self.num_classes)}

    def predict(self, model: nn.Module, inputs: Tensor) -> Any:
        """The `Detections` in each picture, unsure ones too."""
        return self.method.detections(model(inputs), size_of(inputs))

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        yield from of_detection(self, model, data)

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> answers.Boxes:
        """The boxes on a photo of which the model is at least half sure, in pixels of the photo."""
        asked = given(self.asked_with, data, question, model)
        with evaluating(model):
            ((corners, labels, scores),) = self.predict(model, asked.inputs).listed()
        is_sure = scores >= SHOWN
        frame = asked.things[0].frame
        on_photo = in_frame(corners[is_sure].cpu(), frame, size_of(asked.inputs))
        names = [data.classes[label] for label in labels[is_sure].tolist()]
        return answers.Boxes(frame.photo, on_photo, names, scores[is_sure].tolist())

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: answers.Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())


def checked(batch: Any) -> tuple[Tensor, Boxes]:
    """Pictures and their boxes. Raises UsageError for anything else beside the pictures."""
    images, boxes = batch
    if not isinstance(boxes, Boxes):
        raise UsageError(f"Detection learns from pictures and their Boxes; got {kind_of(boxes)} beside the pictures.")
    return images, boxes


def shown(boxes: Boxes) -> Tensor:
    """The corners (batch, most, 4), without area where there is no box."""
    return boxes.corners * boxes.is_present[..., None]


def sum_of(losses: Losses) -> Tensor:
    return torch.stack([total / weight for total, weight in losses.values()]).sum()


def quantities_of(losses: Losses) -> dict[str, Any]:
    """The parts, and their sum as `loss`."""
    weight = next(iter(losses.values())).weight
    parts = {name: Quantity(loss.total.detach(), loss.weight) for name, loss in losses.items()}
    return {"loss": Quantity(sum_of(losses).detach() * weight, weight)} | parts


def size_of(images: Tensor) -> tuple[int, int]:
    return images.shape[2], images.shape[3]


def in_frame(corners: Tensor, frame: Frame, size: tuple[int, int]) -> Tensor:
    """Boxes in pixels of the network's picture (height, width), in those of the photo that its frame lies on."""
    height, width = size
    x, y = (frame.right - frame.left) / width, (frame.bottom - frame.top) / height
    moved = corners * corners.new_tensor([x, y, x, y])
    moved += corners.new_tensor([frame.left, frame.top] * 2)
    photo_width, photo_height = frame.photo.size
    return moved.clamp(min=0).minimum(moved.new_tensor([photo_width, photo_height] * 2))
