"""Pre-training by gaps: which word is behind [MASK], do two sentences belong together? (Devlin et al., 2019)"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.data.text.masked import MaskedPairs
from dongshou.tasks.answers import Answer, Gaps
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.fill import fill_gaps, read_question
from dongshou.tasks.losses import batch_loss, check_loss, hits
from dongshou.tasks.pictures.masked_words import of_pretraining, over
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.task import descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing


@dataclass
class MaskedWords:
    """The model gives logits of the words at the positions asked for, and of whether the sentences are neighbours.

    loss = -mean log P(word | the text around its gap) - mean log P(neighbours or not | both sentences)

    mlm_loss, mlm_accuracy  of the words alone (masked language modelling)
    nsp_loss, nsp_accuracy  of the sentences (next-sentence prediction)
    counts_empty_slots      the words' loss is a mean over all slots, also those of pairs that are asked for fewer
                            words: position 0, word 0. It is easily small, and what the book's program trains on and
                            prints; here it is `slot_loss`, beside the loss of the words.
    """

    loss: nn.Module = field(default_factory=nn.CrossEntropyLoss)
    counts_empty_slots: bool = False
    headline: str = "mlm_loss"
    asked_with: AskedWith = "text"

    def __post_init__(self) -> None:
        check_loss(self.loss)

    def step(self, model: nn.Module, batch: MaskedPairs, optimizer: Optimizer) -> Quantities:
        quantities, loss = self._measured(model, batch)
        descend(loss, optimizer)
        return quantities

    def measure(self, model: nn.Module, batch: MaskedPairs) -> Quantities:
        return self._measured(model, batch)[0]

    def predict(self, model: nn.Module, inputs: Any) -> Tensor:
        """The probability of each word at each step, (batch, steps, vocabulary), of tokens, segments and lengths."""
        return model(*inputs)[0].float().softmax(-1)

    def figures(self, model: Any, data: Splits) -> Iterator[tuple[str, Figure]]:
        yield from of_pretraining(model, data)

    def answer(self, model: Any, data: Any, question: Question) -> Gaps:
        """The text with every [MASK] filled."""
        return fill_gaps(self, model, data, question.asked)

    def explain(self, model: Any, data: Any, question: Question, answer: Answer) -> Iterator[tuple[str, Drawing]]:
        """What each head looked at."""
        read = read_question(data, question.asked, model)
        yield from over(model, data, read.tokens, read.segments)

    def _measured(self, model: nn.Module, batch: MaskedPairs) -> tuple[Quantities, Tensor]:
        """What was measured, and the loss itself."""
        tokens, segments, lengths, positions, targets, is_next = batch
        words, following = model(tokens, segments, lengths, positions)  # (batch, slots, vocabulary), (batch, 2)
        words, targets = words.flatten(0, 1), targets.flatten()
        of_words = batch_loss(self.loss, words, targets)
        of_pairs = batch_loss(self.loss, following, is_next)
        quantities = {
            "mlm_loss": of_words.quantity,
            "mlm_accuracy": hits(words, targets, self.loss),
            "nsp_loss": of_pairs.quantity,
            "nsp_accuracy": hits(following, is_next, self.loss),
        }
        value = of_words.value
        if self.counts_empty_slots:
            of_slots = batch_loss(self.loss, words, targets.clamp(min=0))
            value, quantities = of_slots.value, quantities | {"slot_loss": of_slots.quantity}
        value = value + of_pairs.value
        return {"loss": Quantity(value.detach() * len(tokens), len(tokens))} | quantities, value
