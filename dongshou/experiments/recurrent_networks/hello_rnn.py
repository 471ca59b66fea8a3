"""A recurrent cell learns to write "ohlol" when it reads "hello": the smallest task that needs a memory.

After the first l comes an l, after the second an o: the letter alone does not tell, what came before does.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam

from dongshou.data import Batches, TextSplits, Vocabulary
from dongshou.experiments._shared.settings import EmbeddingSize, Epochs, LearningRate, NumHiddens, WeightDecay
from dongshou.models.recurrent import carried_over
from dongshou.models.recurrent_layers import State
from dongshou.models.summary.watch import evaluating
from dongshou.tasks import LanguageModeling
from dongshou.training import Experiment, Goal, Reported

LECTURE = 12


READ, WRITTEN = "hello", "ohlol"
EVERY_LETTER = Goal(f"{READ} -> {WRITTEN}", accuracy=Reported(1.0))


@EVERY_LETTER
def experiment(lr: LearningRate = 0.02, weight_decay: WeightDecay = 0.03, epochs: Epochs = 200) -> Experiment:
    """Letters as one-hot vectors; the state of the cell, a number for each letter, is the answer itself.

    Without weight decay one start in seven ends where tanh is flat, with l and o both at 1 after the second l.
    """
    return spelling(CellModel(len(letters())), lr, epochs, weight_decay)


@EVERY_LETTER
def embedding(
    embedding_size: EmbeddingSize = 10, num_hiddens: NumHiddens = 8, lr: LearningRate = 0.05, epochs: Epochs = 30
) -> Experiment:
    """Letters as learnt vectors, a larger state, and a linear layer from it to the letters."""
    return spelling(EmbeddingCellModel(len(letters()), embedding_size, num_hiddens), lr, epochs)


class CellModel(nn.Module):
    """h_t = tanh(W x_t + U h_(t-1) + b) of a one-hot x_t; h_t are the logits. (batch, steps) -> (batch, steps, letters)

    Goes on from a state, and returns the last one, (1, batch, letters), as every language model does.
    """

    def __init__(self, vocabulary_size: int) -> None:
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.cell = nn.RNNCell(vocabulary_size, vocabulary_size)

    def forward(self, tokens: Tensor, state: State | None = None, fresh: Tensor | None = None) -> tuple[Tensor, State]:
        h = through_time(self.cell, F.one_hot(tokens, self.vocabulary_size).float(), state, fresh)
        return h, (h[None, :, -1],)


class EmbeddingCellModel(nn.Module):
    """h_t = tanh(W e_t + U h_(t-1) + b) of an embedding e_t, logits V h_t + c. (batch, steps) -> (.., .., letters)"""

    def __init__(self, vocabulary_size: int, embedding_size: int, num_hiddens: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cell = nn.RNNCell(embedding_size, num_hiddens)
        self.output = nn.Linear(num_hiddens, vocabulary_size)

    def forward(self, tokens: Tensor, state: State | None = None, fresh: Tensor | None = None) -> tuple[Tensor, State]:
        h = through_time(self.cell, self.embedding(tokens), state, fresh)
        return self.output(h), (h[None, :, -1],)


def through_time(cell: nn.Module, inputs: Tensor, state: State | None, fresh: Tensor | None) -> Tensor:
    """The cell's state after each step, from the one given, or from 0: (batch, steps, inputs) -> (.., .., hiddens)."""
    h = None if state is None else carried_over(state, len(inputs), fresh)[0][0]  # (batch, hiddens)
    states = []
    for x in inputs.unbind(1):  # (batch, inputs)
        h = cell(x, h)
        states.append(h)
    return torch.stack(states, 1)


def letters() -> Vocabulary:
    return Vocabulary(READ)


def spelling(model: nn.Module, lr: float, epochs: int, weight_decay: float = 0.0) -> Experiment:
    """One example, the whole word: an epoch is a step. `accuracy` is the share of its letters that are right."""
    vocabulary = letters()
    inputs, targets = vocabulary.encode(READ)[None], vocabulary.encode(WRITTEN)[None]  # (1, 5) each
    return Experiment(
        data=TextSplits(
            Batches(inputs, targets, torch.tensor([True]), batch_size=1), vocabulary=vocabulary, name="hello"
        ),
        model=model,
        task=LanguageModeling(transcribes=True),
        optimizer=Adam(model.parameters(), lr=lr, weight_decay=weight_decay),
        epochs=epochs,
        measure_model=lambda model: {"accuracy": float((answers(model, inputs) == targets).float().mean())},
        sample=lambda model: f"{READ} -> {''.join(vocabulary.tokens(answers(model, inputs)[0].tolist()))}",
    )


@torch.no_grad()
def answers(model: nn.Module, inputs: Tensor) -> Tensor:
    """The letter that the model finds most probable after each, (1, 5) -> (1, 5)."""
    device = next(model.parameters()).device
    with evaluating(model):
        logits, _ = model(inputs.to(device))  # (1, 5, letters)
    return logits.argmax(-1).cpu()
