"""Language modelling: after each token of a text, how probable is every token as the next?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.errors import DongshouError
from dongshou.tasks.answers import Answer, Text
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.generation import continue_text, transcribed
from dongshou.tasks.losses import BatchLoss, batch_loss, check_loss
from dongshou.tasks.pictures.language_model import of_language_model, of_text
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.task import descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing

Batch = tuple[Tensor, Tensor, Tensor]  # inputs (batch, steps), targets (batch, steps), fresh (batch,)


@dataclass
class LanguageModeling:
    """The model gives logits (batch, steps, vocabulary) for the token after each, and the state that it ends with.

    loss = -mean log P(token | tokens before it), in nats;  perplexity = exp(loss)
    bits_per_character = -sum log2 P(token | tokens before it) / number of characters of the text

    characters     of each token, (vocabulary,), as `TextSplits` has them: models of characters, sub-words and words are
                   compared by the bits a character; without it these are not measured
    transcribes    the targets stand for the inputs, token for token, instead of following them: an answer is the
                   most probable token at each place, "hello" -> "ohlol", and not a continuation
    carries_state  the state goes on from batch to batch, but its gradient does not (truncated backpropagation
                   through time; Williams and Peng, 1990). False for a model that starts over with every batch.
    """

    loss: nn.Module = field(default_factory=nn.CrossEntropyLoss)
    carries_state: bool = True
    transcribes: bool = False
    headline: str = "perplexity"
    asked_with: AskedWith = "text"
    characters: Tensor | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_loss(self.loss)
        self._state: tuple[Tensor, ...] | None = None

    def step(self, model: nn.Module, batch: Batch, optimizer: Optimizer) -> Quantities:
        loss = self._loss(model, batch)
        descend(loss.value, optimizer)
        return self._measured(loss, batch)

    def measure(self, model: nn.Module, batch: Batch) -> Quantities:
        return self._measured(self._loss(model, batch), batch)

    def state_dict(self) -> dict[str, Any]:
        """Where the text stands, for a checkpoint within an epoch."""
        return {"state": self._state}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._state = state["state"]

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """The probability of each token as the next one, (batch, steps) -> (batch, vocabulary)."""
        logits, _ = model(inputs)
        return logits[:, -1].float().softmax(1)

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        yield from of_language_model(model, data)

    def answer(self, model: nn.Module, data: Any, question: Question) -> Text:
        """The text of the question and what the model writes after it; or its transcription."""
        if self.transcribes:
            return Text(transcribed(model, data, question.asked))
        choice = dict(temperature=question.temperature, top_k=question.top_k, top_p=question.top_p)
        return Text(continue_text(model, data, question.asked, question.num_tokens, question.seed, **choice))

    def explain(self, model: nn.Module, data: Any, question: Question, answer: Answer) -> Iterator[tuple[str, Drawing]]:
        """All attention of a GPT, or the gates of an LSTM, over the end of what was written."""
        yield from of_text(model, data, str(answer))

    def _loss(self, model: nn.Module, batch: Batch) -> BatchLoss:
        inputs, targets, fresh = batch
        logits = self._logits(model, inputs, fresh)  # (batch, steps, vocabulary)
        return batch_loss(self.loss, logits.flatten(0, 1), targets.flatten())

    def _measured(self, loss: BatchLoss, batch: Batch) -> Quantities:
        if self.characters is None:
            return measured(loss.quantity)
        _, targets, _ = batch
        self.characters = self.characters.to(targets.device)
        num_characters = self.characters[targets].sum()
        return measured(loss.quantity) | {"bits_per_character": Quantity(loss.quantity.total, num_characters, bits)}

    def _logits(self, model: nn.Module, inputs: Tensor, fresh: Tensor) -> Tensor:
        if not self.carries_state:
            return model(inputs)[0]
        logits, state = model(inputs, usable(self._state, fresh), fresh)
        self._state = tuple(part.detach() for part in state)  # each (layers, batch, hiddens)
        return logits


def usable(state: tuple[Tensor, ...] | None, fresh: Tensor) -> tuple[Tensor, ...] | None:
    """The state, unless it comes from a batch of another size and no row goes on from it.

    Raises DongshouError where a row would have to.
    """
    if state is None or state[0].shape[1] == len(fresh):
        return state
    if not fresh.all():
        raise DongshouError(
            f"The state of {state[0].shape[1]} sequences cannot go on in a batch of {len(fresh)}: keep the batch size "
            "where sequences go on, or mark every row as fresh."
        )
    return None


def measured(loss: Quantity) -> Quantities:
    """The two quantities of every language model, of the loss of its tokens."""
    return {"loss": loss, "perplexity": loss._replace(finish=perplexity)}


def bits(nats: float) -> float:
    return nats / math.log(2)


def perplexity(loss: float) -> float:
    """exp(loss): as uncertain as a choice among that many equally probable tokens; infinite where exp overflows."""
    try:
        return math.exp(loss)
    except OverflowError:
        return math.inf
