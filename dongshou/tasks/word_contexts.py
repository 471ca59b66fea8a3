"""Vectors of words from the words around them: told apart from noise, or found in a tree (Mikolov et al., 2013)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.data.text.contexts import Contexts
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.task import descend


@dataclass
class WordContexts:
    """loss = mean over centers of the weighted sum of -log sigma(+-score), minus where the answer is no, in nats.

    With negatives the loss of a center is the mean over its contexts and negatives; with a tree it is the mean over
    its contexts of -log P(context | center). The optimizer is given the sum over the batch: Adam does not mind, but
    for its eps, beside which the gradient of a rare word would be small otherwise.

    overall  the mean over all steps so far, from the first one on
    """

    loss: nn.Module = field(default_factory=lambda: nn.BCEWithLogitsLoss(reduction="none"))
    headline: str = "loss"

    def __post_init__(self) -> None:
        self._total: Tensor | float = 0.0
        self._centers = 0

    def step(self, model: nn.Module, batch: Contexts, optimizer: Optimizer) -> Quantities:
        loss = self._loss(model, batch)
        descend(loss, optimizer)
        self._total = self._total + loss.detach().double()
        self._centers += len(batch.given)
        return {"loss": Quantity(loss.detach(), len(batch.given))}

    def measure(self, model: nn.Module, batch: Contexts) -> Quantities:
        return {"loss": Quantity(self._loss(model, batch), len(batch.given))}

    @property
    def overall(self) -> float:
        return float(self._total) / max(1, self._centers)

    def state_dict(self) -> dict[str, Any]:
        return {"total": torch.as_tensor(self._total), "centers": self._centers}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._total, self._centers = state["total"], state["centers"]

    def _loss(self, model: nn.Module, batch: Contexts) -> Tensor:
        """The sum over the centers of the batch."""
        scores = model(batch.given, batch.is_given, batch.group, batch.asked)  # (pairs, asked)
        return (self.loss(scores, batch.labels) * batch.weights).sum()
