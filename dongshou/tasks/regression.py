"""Regression: a number, or several, for each input."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.models.summary.watch import evaluating
from dongshou.tasks.answers import Answer, Value
from dongshou.tasks.asking import AskedWith, Question, given
from dongshou.tasks.losses import BatchLoss, batch_loss, check_loss
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.task import as_outputs, descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing


@dataclass
class Regression:
    """Numbers (batch, outputs); of one output also (batch,).

    With `log_rmse`, for prices, the relative error is measured as well:

    sqrt(mean((log max(prediction, 1) - log price)^2))   (Kaggle, House Prices: Advanced Regression)
    """

    loss: nn.Module = field(default_factory=nn.MSELoss)
    log_rmse: bool = False
    headline: str = "loss"
    asked_with: AskedWith = "row"

    def __post_init__(self) -> None:
        check_loss(self.loss)

    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Optimizer) -> Quantities:
        inputs, targets = batch
        outputs = model(inputs)  # (batch, outputs)
        targets = as_outputs(targets, outputs)
        loss = batch_loss(self.loss, outputs, targets)
        descend(loss.value, optimizer)
        return self._measured(loss, outputs, targets)

    def measure(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Quantities:
        inputs, targets = batch
        outputs = model(inputs)
        targets = as_outputs(targets, outputs)
        return self._measured(batch_loss(self.loss, outputs, targets), outputs, targets)

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """The numbers themselves (batch, outputs)."""
        return model(inputs).float()

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        return iter(())

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> Value:
        """The first output, in the units of the target."""
        with evaluating(model):
            output = float(self.predict(model, given(self.asked_with, data, question, model).inputs).flatten()[0])
        features = data.features
        return Value(output) if features is None else Value(features.in_units(output), features.target)

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())

    def _measured(self, loss: BatchLoss, outputs: Tensor, targets: Tensor) -> Quantities:
        quantities = {"loss": loss.quantity}
        if self.log_rmse:
            errors = outputs.detach().float().clamp(min=1).log() - targets.log()  # a price below 1 has no useful log
            quantities["log_rmse"] = Quantity((errors**2).sum(), targets.numel(), finish=math.sqrt)
        return quantities
