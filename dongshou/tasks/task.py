"""What a task is, and the one step that most of them share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.errors import DongshouError, UsageError
from dongshou.tasks.quantity import Measured, Quantities

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.answers import Answer
    from dongshou.tasks.asking import AskedWith, Question


class Task(Protocol):
    """What one batch means. The training loop is the same for all of them.

    `step` and `measure` are all that it needs; `tasks.said` and `tasks.owned` have what holds of one without the rest.

    headline    the quantity that is shown first and that chooses the best checkpoint; without it the loss
    asked_with  what a question to the trained model consists of

    What a task may say besides:
    asks(data)      what a question consists of, where that depends on the data it has learnt from
    modules()       everything with parameters or buffers beside the model, by name: a weighted loss, a discriminator
    state_dict(), load_state_dict(state)   what else a checkpoint has to keep, as plain data and tensors
    accumulators()  new accumulators, by name, for the metrics of a whole set
    """

    headline: str
    asked_with: AskedWith

    def step(self, model: nn.Module, batch: Any, optimizer: Any) -> Quantities:
        """Improve the model on one batch with the experiment's optimiser, or several by name: {"generator": ..., ...};
        what was measured on the way."""
        ...

    def measure(self, model: nn.Module, batch: Any) -> Measured:
        """Measure the model on one batch, which it does not learn from."""
        ...

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """The model's answer for each input, in the terms of the task."""
        ...

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        """Pictures of what the model has learnt, by name."""
        ...

    def answer(self, model: nn.Module, data: Splits, question: Question) -> Answer:
        """What the model says to one question. Raises DongshouError for a question that it cannot be asked."""
        ...

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        """Pictures of what led to an answer, by name; none where nothing can be seen."""
        ...


def descend(loss: Tensor, optimizer: Optimizer) -> None:
    """One step of the optimiser along the gradient of the loss. Raises UsageError for several in place of one."""
    if isinstance(optimizer, Mapping):
        raise UsageError(f"A step goes along with one optimiser; got {', '.join(optimizer)}: choose one by its name.")
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast(loss.device.type, enabled=False):  # gradients take the types of the forward pass
        loss.backward()
        optimizer.step()


def as_outputs(targets: Tensor, outputs: Tensor) -> Tensor:
    """Targets in the form of the outputs, (batch,) beside (batch, 1) and in floating point.

    Raises DongshouError for targets that are not one for each output.
    """
    if outputs.shape[-1:] == (1,) and targets.shape == outputs.shape[:-1]:
        targets = targets.unsqueeze(-1)
    check_same_shape(outputs, targets)
    return targets.to(torch.promote_types(outputs.dtype, torch.float32))  # whole numbers would round in bfloat16


def check_same_shape(outputs: Tensor, targets: Tensor) -> None:
    """Raise DongshouError unless each output has one target: (n, 1) and (n,) would be broadcast to (n, n)."""
    if outputs.shape != targets.shape:
        raise DongshouError(
            f"Outputs and targets need one shape; got {tuple(outputs.shape)} and {tuple(targets.shape)}. "
            "Reshape the targets, for example with targets[:, None]."
        )
