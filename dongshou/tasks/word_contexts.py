"""Vectors of words from the words around them: told apart from noise, or found in a tree (Mikolov et al., 2013)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.data.text.contexts import CHUNK, NONE, Contexts
from dongshou.data.text.word_contexts import ContextSplits
from dongshou.data.text.word_vectors import WordVectors
from dongshou.errors import UsageError, kind_of
from dongshou.models.word2vec import Word2Vec
from dongshou.tasks.answers import Answer, Neighbors
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.task import descend
from dongshou.tasks.words import about_words, terms

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing


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
    asked_with: AskedWith = "word"

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

    def predict(self, model: nn.Module, inputs: Any) -> Tensor:
        """The vector of each group of rows, given and is_given (groups, given) -> (groups, size)."""
        assert isinstance(model, Word2Vec)
        return model.hidden(*inputs)

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        return iter(())

    def answer(self, model: nn.Module, data: Any, question: Question) -> Neighbors:
        """The nearest words of a word, or of a sum of words; with sub-words also of one that was never seen."""
        plus, minus = terms(question.asked)
        return about_words(vectors_of(model, data, [*plus, *minus]), question)

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())

    def _loss(self, model: nn.Module, batch: Contexts) -> Tensor:
        """The sum over the centers of the batch."""
        scores = model(batch.given, batch.is_given, batch.group, batch.asked)  # (pairs, asked)
        return (self.loss(scores, batch.labels) * batch.weights).sum()


@torch.no_grad()
def vectors_of(model: nn.Module, data: ContextSplits, besides: Sequence[str] = ()) -> WordVectors:
    """The vector of each word of the vocabulary; with sub-words also of those `besides` that are made of any."""
    if not isinstance(model, Word2Vec):
        raise UsageError(f"Vectors of words are those of a word2vec model; got {kind_of(model)}.")
    words = data.words()
    if data.subwords is not None:
        known = set(words)
        new = dict.fromkeys(word for word in besides if word not in known)
        words += [word for word in new if (data.rows([word]) != NONE).any()]
    rows = data.rows(words).to(model.input.weight.device)
    vectors = [model.hidden(some.clamp(min=0), some != NONE) for some in rows.split(CHUNK)]
    return WordVectors(words, torch.cat(vectors).float().cpu())
