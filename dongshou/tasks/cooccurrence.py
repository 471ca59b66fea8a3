"""Vectors of words from how often words stand near each other: weighted least squares (Pennington et al., 2014)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.data.text.word_vectors import WordVectors
from dongshou.tasks.answers import Neighbors
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.task import descend
from dongshou.tasks.words import about_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.answers import Answer

Pairs = tuple[Tensor, Tensor, Tensor]  # words, contexts, counts: (batch,) each


@dataclass
class Cooccurrence:
    """loss = mean of f(X) (output - log X)^2,   f(X) = min(1, (X / most)^alpha)

    Rare pairs are noise and weigh less, frequent ones weigh no more than others. The optimizer is given the sum over
    the batch, as if each pair had its own step.
    """

    most: float = 100.0
    alpha: float = 0.75
    headline: str = "loss"
    asked_with: AskedWith = "word"

    def step(self, model: nn.Module, batch: Pairs, optimizer: Optimizer) -> Quantities:
        loss = self._loss(model, batch)
        descend(loss, optimizer)
        return {"loss": Quantity(loss.detach(), len(batch[0]))}

    def measure(self, model: nn.Module, batch: Pairs) -> Quantities:
        return {"loss": Quantity(self._loss(model, batch), len(batch[0]))}

    def predict(self, model: nn.Module, inputs: Any) -> Tensor:
        """How often the words would stand near the contexts (batch,)."""
        return model(*inputs).exp()

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> Neighbors:
        return about_words(learnt_vectors(model, data), question)

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        return iter(())

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())

    def _loss(self, model: nn.Module, batch: Pairs) -> Tensor:
        """The sum over the pairs of the batch."""
        words, contexts, counts = batch
        weights = (counts / self.most).pow(self.alpha).clamp(max=1)
        return (weights * (model(words, contexts) - counts.log()).square()).sum()


def learnt_vectors(model: nn.Module, data: Splits) -> WordVectors:
    """The words of the data, its marks left out, and what the model has learnt of each."""
    known = data.known()  # pyright: ignore[reportAttributeAccessIssue]
    words = data.vocabulary.tokens(known)  # pyright: ignore[reportAttributeAccessIssue]
    return WordVectors(words, model.vectors()[known].float().cpu())  # pyright: ignore[reportCallIssue]
