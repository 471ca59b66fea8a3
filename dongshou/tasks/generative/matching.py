"""Which caption belongs to which picture of a batch (Radford et al., 2021)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from dongshou.models.summary.watch import evaluating
from dongshou.tasks.answers import Answer, Picture
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.generative.sampler import as_pixels
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.task import descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing


@dataclass
class Matching:
    """Cross-entropy of each picture among the captions of the batch, and of each caption among its pictures.

    loss = (cross_entropy(logits, i) + cross_entropy(logits^T, i)) / 2, logits (batch, batch). Figure 3 of the paper.
    Batches are pictures and tokens. `accuracy` counts a picture whose most probable caption reads as its own.

    reads  makes tokens (1, words) of a caption that is asked about
    """

    reads: Callable[[Splits, str], Tensor]
    headline: str = "accuracy"
    asked_with: AskedWith = "text"

    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Optimizer) -> Quantities:
        logits = model(*batch)  # (batch, batch)
        loss = contrastive(logits)
        descend(loss, optimizer)
        return quantities(loss, logits, batch[1])

    def measure(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Quantities:
        logits = model(*batch)
        return quantities(contrastive(logits), logits, batch[1])

    def predict(self, model: nn.Module, inputs: Any) -> Tensor:
        """How probable each caption is for each picture, (pictures, captions), of pictures and tokens."""
        return model(*inputs).softmax(1)

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> Picture:
        """The pictures of the test that match a caption best, the best first."""
        split = data.test() or data.train()
        pictures = torch.cat([pictures for pictures, _ in split])
        tokens = self.reads(data, question.asked).to(pictures.device)
        with evaluating(model):
            best = model(pictures, tokens)[:, 0].argsort(descending=True)[: max(1, question.num)]
        return Picture(as_pixels(pictures[best]).cpu())

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        return iter(())


def contrastive(logits: Tensor) -> Tensor:
    own = torch.arange(len(logits), device=logits.device)
    logits = logits.float()
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.mT, own)) / 2


def quantities(loss: Tensor, logits: Tensor, tokens: Tensor) -> Quantities:
    found = tokens[logits.argmax(1)]  # (batch, words)
    hits = (found == tokens).all(1).sum()
    num = len(tokens)
    return {"loss": Quantity(loss.detach() * num, num), "accuracy": Quantity(hits, num, higher_is_better=True)}
