"""Translation: which word comes next in a sentence of one language, given a sentence of another?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.data import Vocabulary
from dongshou.data.text.tokens import BEGIN, END
from dongshou.errors import UsageError, kind_of
from dongshou.models import length_mask
from dongshou.tasks.answers import Answer, Text
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.beam_search import greedy_search
from dongshou.tasks.bleu import CorpusBleu
from dongshou.tasks.losses import check_loss
from dongshou.tasks.pictures.translation import of_sentence, of_translation
from dongshou.tasks.quantity import Accumulator, Measured, Quantities, Quantity
from dongshou.tasks.task import descend
from dongshou.tasks.translate import sentence_of, translate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing

# source (batch, source steps), its lengths (batch,), target (batch, steps), which ends in <eos>, its lengths (batch,)
Batch = tuple[Tensor, Tensor, Tensor, Tensor]


@dataclass
class Translation:
    """The model reads x, and gives logits (batch, steps, vocabulary) for each word of y from the true ones before it.

    loss = -mean over all words of log P(y_t | y_1, ..., y_(t-1), x), padding left out

    That the words before are given is teacher forcing (Williams and Zipser, 1989). `sentence_accuracy` is the share
    of sentences that are right to the last word: greedy search would write just these.

    vocabulary  of the target
    max_len     the most words that are written
    loss        of each word by itself: reduction="none"
    measures_bleu   whether each evaluation translates all of the set, which takes as long as it has words
    """

    vocabulary: Vocabulary
    max_len: int
    loss: nn.Module = field(default_factory=lambda: nn.CrossEntropyLoss(reduction="none"))
    headline: str = "loss"
    asked_with: AskedWith = "text"
    measures_bleu: bool = False

    def __post_init__(self) -> None:
        check_loss(self.loss)
        if getattr(self.loss, "reduction", "none") != "none":
            raise UsageError(
                "The loss of a translation is that of each word by itself:"
                f' write {kind_of(self.loss)}(reduction="none").'
            )

    def step(self, model: nn.Module, batch: Batch, optimizer: Optimizer) -> Quantities:
        quantities, loss = self._measured(model, batch)
        descend(loss, optimizer)
        return quantities

    def measure(self, model: nn.Module, batch: Batch) -> Measured:
        quantities, _ = self._measured(model, batch)
        return quantities | ({"bleu": self._written(model, batch)} if self.measures_bleu else {})

    def accumulators(self) -> dict[str, Accumulator]:
        return {"bleu": CorpusBleu()} if self.measures_bleu else {}

    def predict(self, model: Any, inputs: Any) -> Tensor:
        """The words of greedy search, (batch, steps), for source (batch, source steps) and its lengths (batch,)."""
        begin, end = self.vocabulary[BEGIN], self.vocabulary[END]
        return greedy_search(model, *inputs, begin=begin, end=end, max_len=self.max_len)

    def figures(self, model: Any, data: Splits) -> Iterator[tuple[str, Figure]]:
        yield from of_translation(model, data)

    def answer(self, model: Any, data: Any, question: Question) -> Text:
        return Text(translate(model, data, [question.asked], width=question.width)[0])

    def explain(self, model: Any, data: Any, question: Question, answer: Answer) -> Iterator[tuple[str, Drawing]]:
        """What each word of the translation looked at, where the model has attention."""
        yield from of_sentence(model, data, question.asked, str(answer))

    def _written(self, model: nn.Module, batch: Batch) -> tuple[list[list[str]], list[list[list[str]]]]:
        """What greedy search makes of the sources, and the one reference of each."""
        source, source_lengths, target, _ = batch
        written = self.predict(model, (source, source_lengths))
        predictions = [sentence_of(row, self.vocabulary) for row in written.tolist()]
        return predictions, [[sentence_of(row, self.vocabulary)] for row in target.tolist()]

    def _measured(self, model: nn.Module, batch: Batch) -> tuple[Quantities, Tensor]:
        """What was measured, and the loss itself."""
        source, source_lengths, target, target_lengths = batch
        logits = model(source, source_lengths, shifted(target, self.vocabulary[BEGIN]))  # (batch, steps, vocabulary)
        losses = self.loss(logits.flatten(0, 1), target.flatten()).view_as(target)  # (batch, steps)
        is_word = length_mask(target_lengths, target.shape[1])
        num_words = is_word.sum()
        total = (losses * is_word).sum()
        is_right = (logits.detach().argmax(2) == target) | ~is_word
        quantities = {
            "loss": Quantity(total.detach(), num_words),
            "sentence_accuracy": Quantity(is_right.all(1).sum(), len(target), higher_is_better=True),
        }
        return quantities, total / num_words.clamp(min=1)  # of no words at all it is 0


def shifted(target: Tensor, begin: int) -> Tensor:
    """What the decoder is given: <bos>, then every word but the last. (batch, steps) -> (batch, steps)"""
    return torch.cat((torch.full_like(target[:, :1], begin), target[:, :-1]), 1)
